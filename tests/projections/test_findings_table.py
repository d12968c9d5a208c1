"""What people decided of a seat, as of before and after, and by what was known before and after."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.personal import Personal
from app.projections import findings
from app.projections.engine import advance
from app.projections.findings import DecidedSeat
from app.projections.reading import scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, E3, E5, day, discovered, named

ADMIN = named("admin")
UNTIL = date(2026, 1, 20)
EXEMPT = DecidedSeat(ANNA, E5, "leave", "Olga", UNTIL, ADMIN, None, None, None, None, None, None)


def exempted(on: int, **given: Any) -> SeatExempted:
    said = {
        "reason": Personal.of_user(ANNA, "leave"),
        "owner": Personal("pseudonym/o", "Olga"),
        "until": UNTIL,
        "by": ADMIN,
        **given,
    }
    return SeatExempted(happened_at=day(on), user=ANNA, sku=E5, **said)


def lifted(on: int) -> ExemptionLifted:
    return ExemptionLifted(happened_at=day(on), user=ANNA, sku=E5, by=ADMIN)


def decided(on: int, decision: Decision = Decision.ACCEPTED, **given: Any) -> FindingDecided:
    said = {"user": ANNA, "sku": E5, "note": None, "by": ADMIN, **given}
    return FindingDecided(happened_at=day(on), cause=Cause.IDLE, tier=Tier.LIKELY, decision=decision, **said)


async def _seats(desk: Desk, reader: Reader, tenant: Any, on: datetime) -> list[DecidedSeat]:
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, on)
        return await findings.of_seats(reader, tenant, at, [ANNA])


async def test_an_exemption_begins_changes_and_is_lifted(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        discovered(day(1)),
        exempted(3),
        exempted(5, reason=Personal.of_user(ANNA, "sabbatical"), until=None),
        lifted(8),
    )

    found = [await _seats(desk, reader, tenant, day(on)) for on in (2, 3, 5, 8)]

    changed = DecidedSeat(ANNA, E5, "sabbatical", "Olga", None, ADMIN, None, None, None, None, None, None)
    assert found == [[], [EXEMPT], [changed], []]


async def test_a_decision_stands_beside_the_exemption_and_outlives_it(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk, discovered(day(1)), exempted(3), decided(5, note=Personal.of_user(ANNA, "gone in May")), lifted(8)
    )

    both, left = [(await _seats(desk, reader, tenant, day(on)))[0] for on in (5, 8)]

    decision = (Decision.ACCEPTED, Cause.IDLE, Tier.LIKELY, "gone in May", day(5), ADMIN)
    assert both == DecidedSeat(ANNA, E5, "leave", "Olga", UNTIL, ADMIN, *decision)
    assert left == DecidedSeat(ANNA, E5, None, None, None, None, *decision)


async def test_a_decision_is_told_by_what_was_known(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), exempted(2), decided(3), decided(4, user=BERT, sku=E3))
    desk.log.tell(tenant, decided(5, Decision.DONE), at=day(9))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then, now = await when(reader, tenant, day(6), day(6)), await when(reader, tenant, day(6))
        known = [await findings.of_seats(reader, tenant, at, [ANNA, BERT]) for at in (then, now)]

    assert [{(one.user, one.sku, one.decision) for one in each} for each in known] == [
        {(ANNA, E5, Decision.ACCEPTED), (BERT, E3, Decision.ACCEPTED)},
        {(ANNA, E5, Decision.DONE), (BERT, E3, Decision.ACCEPTED)},
    ]


async def test_an_owner_who_was_erased_leaves_an_exemption_without_a_name(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), exempted(3, owner=Personal("pseudonym/o", None)))

    (found,) = await _seats(desk, reader, tenant, day(4))

    assert (found.exempt_reason, found.exempt_owner) == ("leave", None)


async def test_a_holder_who_was_erased_leaves_an_exemption_and_a_decision_without_words(
    desk: Desk, reader: Reader
) -> None:
    gone = Personal(f"user/{ANNA}", None)
    tenant = told(desk, discovered(day(1)), exempted(3, reason=gone), decided(3, note=gone))

    (found,) = await _seats(desk, reader, tenant, day(4))
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(4))
        listed = await findings.exempted(reader, tenant, at, after=None, limit=2)

    assert (found.exempt_reason, found.exempt_owner, found.note, found.decision) == (
        "",
        "Olga",
        None,
        Decision.ACCEPTED,
    )
    assert listed == [found]
