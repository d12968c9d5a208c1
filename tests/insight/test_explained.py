"""Each finding is one plain sentence, and what to do about it another."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.deciding import Cause, Tier
from app.domain.events.licensing import UserKind
from app.domain.findings import Remark, SeatFinding
from app.domain.ids import GroupId, SkuId, UserId
from app.domain.money import Money
from app.domain.standing import HeldSeat, Holder
from app.insight.assessment import Found
from app.insight.explained import Action, action_of, advised, explained
from app.insight.finding_details import Detailed
from app.insight.standings import Standing

ANNA = UserId(UUID(int=1))
E5, E3 = SkuId(UUID(int=5)), SkuId(UUID(int=3))
STAFF = GroupId(UUID(int=0x57AFF))
NAMES = {E5: "Suite E5", E3: "Suite E3"}
PRICE = Money(Decimal(1057), "EUR")
SINCE = datetime(2026, 6, 30, 23, tzinfo=UTC)
"""In Berlin it is July by then."""


def detailed(cause: Cause, tier: Tier = Tier.LIKELY, saving: Money | None = PRICE, **more: Any) -> Detailed:
    own = {name: more.pop(name) for name in ("remarks", "covered_by", "better") if name in more}
    finding = SeatFinding(sku=E5, cause=cause, tier=tier, saving=saving, **own)
    seat = HeldSeat(E5)
    standing = Standing(ANNA, None, None, None, None, Holder(UserKind.PERSON, (seat,)))
    details: dict[str, Any] = {
        "name": "Anna",
        "held_since": SINCE,
        "quiet_since": SINCE,
        "quiet_days": 145,
        "disabled_since": None,
        "groups": (),
        "direct": True,
        "evidence": (),
        "decided": None,
    }
    return Detailed(found=Found(standing, seat, finding, PRICE, None), **{**details, **more})


@pytest.mark.parametrize(
    ("each", "sentence"),
    [
        (
            detailed(Cause.DISABLED, disabled_since=SINCE),
            (
                "The account of Anna has been disabled since 1 July 2026 and still holds Suite E5; "
                "it costs 1,057.00 EUR a month."
            ),
        ),
        (
            detailed(Cause.NEVER_USED, Tier.REVIEW, remarks=(Remark.SUSPECTED,)),
            (
                "Anna has held Suite E5 since 1 July 2026 and was never seen to use anything, though somebody tried "
                "to sign in of late; it costs 1,057.00 EUR a month."
            ),
        ),
        (
            detailed(Cause.IDLE, saving=None, remarks=(Remark.PRICE_UNKNOWN,)),
            ("Anna was last active on 1 July 2026, 145 days ago, and holds Suite E5; what it costs is not known."),
        ),
        (
            detailed(Cause.IDLE, Tier.REVIEW, remarks=(Remark.BACKGROUND_ONLY, Remark.KIND_UNSURE)),
            (
                "Only devices still sign in for Anna, who holds Suite E5: the person was last active on 1 July 2026, "
                "145 days ago, if the account is a person's at all; it costs 1,057.00 EUR a month."
            ),
        ),
        (
            detailed(Cause.OVERLAP, Tier.GUARANTEED, covered_by=(E3,)),
            ("Anna holds Suite E5, though Suite E3, held as well, covers all of it; it costs 1,057.00 EUR a month."),
        ),
        (
            detailed(Cause.SKU_IDLE, quiet_since=None),
            "Anna holds Suite E5 and has never used it; it costs 1,057.00 EUR a month.",
        ),
        (
            detailed(Cause.SKU_IDLE, remarks=(Remark.TRIAL,)),
            "Anna holds Suite E5 and last used it on 1 July 2026; it is a trial and costs nothing yet.",
        ),
        (
            detailed(Cause.DOWNGRADE, saving=Money(Decimal(21), "EUR"), better=E3),
            ("Anna uses nothing of Suite E5 that Suite E3 does not bring; that would save 21.00 EUR a month."),
        ),
        (
            detailed(Cause.GUEST_LICENSED, Tier.REVIEW),
            (
                "Anna is a guest and holds Suite E5, which their own employer may have bought for them; "
                "it costs 1,057.00 EUR a month."
            ),
        ),
        (
            detailed(Cause.NEVER_USED, Tier.UNVERIFIABLE, remarks=(Remark.STAMP_PROVES_NOTHING,)),
            ("Nobody can say whether Anna uses Suite E5: the account is older than Microsoft's record of sign-ins."),
        ),
    ],
    ids=lambda each: each.found.finding.cause.value if isinstance(each, Detailed) else "",
)
def test_a_finding_is_one_sentence(each: Detailed, sentence: str) -> None:
    assert explained(each, "Anna", NAMES, "Europe/Berlin") == sentence


@pytest.mark.parametrize(
    ("each", "action", "sentence"),
    [
        (
            detailed(Cause.IDLE),
            Action.REMOVE_DIRECT,
            "Remove the direct assignment of Suite E5 from Anna.",
        ),
        (
            detailed(Cause.IDLE, groups=(STAFF,), direct=False),
            Action.REMOVE_FROM_GROUP,
            f"Take Anna out of group {STAFF}, or change the rule of a dynamic group.",
        ),
        (
            detailed(Cause.IDLE, groups=(STAFF,)),
            Action.REMOVE_BOTH,
            (
                f"Remove the direct assignment of Suite E5 and take Anna out of group {STAFF}, "
                "or change the rule of a dynamic group."
            ),
        ),
        (
            detailed(Cause.DOWNGRADE, better=E3, groups=(STAFF,), direct=False),
            Action.DOWNGRADE,
            f"Give Anna Suite E3 instead of Suite E5, which comes from group {STAFF}.",
        ),
        (
            detailed(Cause.IDLE, Tier.REVIEW),
            Action.REVIEW,
            "Look whether Anna needs Suite E5 before anything is changed.",
        ),
    ],
    ids=lambda each: each.value if isinstance(each, Action) else "",
)
def test_what_to_do_is_one_sentence(each: Detailed, action: Action, sentence: str) -> None:
    assert (action_of(each), advised(each, "Anna", NAMES)) == (action, sentence)


@pytest.mark.parametrize(
    ("days", "band"), [(None, None), (30, None), (31, 30), (90, 60), (91, 90), (180, 90), (181, 180)]
)
def test_the_band_is_the_greatest_number_of_days_passed(days: int | None, band: int | None) -> None:
    assert detailed(Cause.IDLE, quiet_days=days).band == band
