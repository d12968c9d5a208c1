"""Rows of the telephone logs as they were last told, and how far a row and a call record are alike."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.events.charging import (
    CallWay,
    DirectRoutingCall,
    DirectRoutingCallLogged,
    PstnCall,
    PstnCallCharged,
    RateCardSet,
    RateRow,
)
from app.domain.ids import LogRowId
from app.domain.personal import Personal
from app.projections import direct_routing_calls, pstn_charges, rate_cards
from app.projections.pstn_charges import Likeness, PstnChargeRow, _likeness
from tests.projections.folding import column, facts_of, known, now, told
from tests.projections.story import ANNA, assigned, day, named

ROW, OTHER = LogRowId(named("row")), LogRowId(named("other row"))
NOON = day(2, 12)
MINUTE = timedelta(minutes=1)


def personal(text: str) -> Personal:
    return Personal(f"x/{text}", text)


PSTN = PstnCall(
    row=ROW,
    user=ANNA,
    label=personal("a bot"),
    kind="user_out",
    caller=personal("+4911"),
    callee=personal("+4922"),
    began_at=NOON,
    ended_at=NOON + MINUTE,
    seconds=60,
    shared_id="shared",
    charge=Decimal("0.10"),
    connection_charge=Decimal("0.050"),
    currency="EUR",
    destination="Germany",
    destination_context="Domestic",
    usage_country="DE",
    tenant_country="AT",
    conference="123",
    licence_capability="MCOPSTN1",
    inventory_type="Subscriber",
    operator="Microsoft",
    counted_by="microsoft",
)
ROUTED = DirectRoutingCall(
    row=ROW,
    user=ANNA,
    label=personal("a bot"),
    kind="ByotOut",
    caller=personal("+4911"),
    callee=personal("+4922"),
    began_at=NOON,
    ended_at=NOON + MINUTE,
    seconds=50,
    correlation=named("correlation"),
    connected_at=NOON + MINUTE / 6,
    invited_at=NOON + MINUTE / 60,
    failed_at=NOON + MINUTE / 30,
    successful=False,
    sip_code=486,
    sip_phrase="Busy",
    end_reason=0,
    trunk="sbc.contoso.example",
    media_location="EU",
    signalling_location="US",
    media_bypass=True,
)


def plain(content: PstnCall | DirectRoutingCall) -> dict[str, Any]:
    """What the row must say: the call's own words, with personal values as they read."""
    values = {name: getattr(content, name) for name in type(content).model_fields}
    renamed = {"row": "row_id", "user": "user_id", "correlation": "correlation_id"}
    return {
        renamed.get(name, name): value.value if isinstance(value, Personal) else value for name, value in values.items()
    }


def charged(call: PstnCall) -> PstnCallCharged:
    return PstnCallCharged(happened_at=call.began_at, call=call)


def logged(call: DirectRoutingCall) -> DirectRoutingCallLogged:
    return DirectRoutingCallLogged(happened_at=call.began_at, call=call)


NOTHING: dict[str, Any] = dict.fromkeys(("user", "label", "kind", "caller", "callee", "ended_at", "seconds"))


def test_a_row_of_the_pstn_log_says_what_was_told() -> None:
    bare = PSTN.model_copy(update=NOTHING)

    assert now(pstn_charges.PROJECTION, charged(PSTN)) == [plain(PSTN)]
    assert now(pstn_charges.PROJECTION, charged(bare)) == [plain(bare)]


def test_a_row_of_the_direct_routing_log_says_what_was_told() -> None:
    unanswered = dict.fromkeys(("connected_at", "invited_at", "failed_at"))
    bare = ROUTED.model_copy(update=NOTHING | unanswered)

    assert now(direct_routing_calls.PROJECTION, logged(ROUTED)) == [plain(ROUTED)]
    assert now(direct_routing_calls.PROJECTION, logged(bare)) == [plain(bare)]


def test_a_corrected_row_replaces_the_first_and_the_first_stays_known() -> None:
    dearer = PSTN.model_copy(update={"charge": Decimal("0.12")})
    longer = ROUTED.model_copy(update={"seconds": 70})

    book = told(pstn_charges.PROJECTION, charged(PSTN), assigned(NOON), charged(dearer))
    other = told(direct_routing_calls.PROJECTION, logged(ROUTED), assigned(NOON), logged(longer))

    assert (column(known(book, 2), "charge"), column(known(book), "charge")) == ([Decimal("0.10")], [Decimal("0.12")])
    assert (column(known(other, 2), "seconds"), column(known(other), "seconds")) == ([50], [70])


def test_rows_are_looked_up_by_their_ids() -> None:
    facts = facts_of(charged(PSTN), logged(ROUTED.model_copy(update={"row": OTHER})), assigned(NOON))

    assert pstn_charges.PROJECTION.looked_up(facts) == {"row_id": {ROW}}
    assert direct_routing_calls.PROJECTION.looked_up(facts) == {"row_id": {OTHER}}


def alike(caller: str | None, callee: str | None, *labels: str) -> Likeness | None:
    values = dict.fromkeys(PstnChargeRow.__dataclass_fields__) | {"caller": caller, "callee": callee}
    return _likeness(PstnChargeRow(**values), labels)  # type: ignore[arg-type]


WHOLE = "+49 30 901820"


@pytest.mark.parametrize(
    ("caller", "callee", "labels", "likeness"),
    [
        (None, WHOLE, ["+4930901820"], Likeness.PROBABLE),
        (WHOLE, None, ["+4930901820"], Likeness.PROBABLE),
        (None, "+493090***", ["+4930901820"], Likeness.PROBABLE),
        (None, "+49309***", ["+4930901820"], Likeness.POSSIBLE),
        (None, "+4930***", ["+4930901820"], Likeness.POSSIBLE),
        (None, "*12345678", ["+12345678"], Likeness.POSSIBLE),
        (WHOLE, "+4989123456", ["+441234567"], None),
        (None, WHOLE, ["+441234567"], Likeness.POSSIBLE),
        (WHOLE, "+4989123456", [], Likeness.POSSIBLE),
        (WHOLE, "+4989123456", ["+4412"], Likeness.POSSIBLE),
        (WHOLE, "+4989123456", ["+441234"], None),
        (WHOLE, "anonymous", ["+441234567"], Likeness.POSSIBLE),
        (None, None, ["+441234567"], Likeness.POSSIBLE),
        (WHOLE, "+4989123456", ["+441234567", "+4989123456"], Likeness.PROBABLE),
    ],
)
def test_numbers_agree_as_far_as_both_sides_tell_them(
    caller: str | None, callee: str | None, labels: list[str], likeness: Likeness | None
) -> None:
    assert alike(caller, callee, *labels) is likeness


def card(carrier: str, per_minute: str) -> RateCardSet:
    line = RateRow(
        prefix="49",
        way=CallWay.OUT,
        weekdays=(1, 2),
        begins=0,
        ends=1440,
        setup_fee=Decimal("0.01"),
        per_minute=Decimal(per_minute),
        minimum_seconds=0,
        first_seconds=60,
        next_seconds=1,
        fee_on_attempt=False,
    )
    return RateCardSet(happened_at=NOON, carrier=carrier, currency="EUR", effective_from=NOON.date(), rows=(line,))


def test_a_card_is_kept_to_the_last_digit_and_the_newest_of_a_day_counts() -> None:
    facts = [card("sbc", "0.0100"), card("sbc", "0.020"), card("other", "0.5"), assigned(NOON)]

    rows = now(rate_cards.PROJECTION, *facts)

    said = {row["carrier"]: (row["currency"], rate_cards._ROWS.validate_json(row["lines"])) for row in rows}
    assert said == {"sbc": ("EUR", card("sbc", "0.020").rows), "other": ("EUR", card("other", "0.5").rows)}
    assert [str(line.per_minute) for line in said["sbc"][1]] == ["0.020"]
    assert rate_cards.PROJECTION.looked_up(facts_of(*facts)) == {"carrier": {"sbc", "other"}}
