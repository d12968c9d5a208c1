"""What the tables say of calls: the newest content known, and whose day it counts on."""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.events.licensing import (
    ProfileChanged,
)
from app.domain.ids import CallId
from app.domain.telephony import Direction
from app.projections import (
    call_participants,
    call_usage,
    calls,
)
from app.projections.call_usage import Usage
from app.projections.engine import advance
from app.projections.reading import scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    ELSEWHERE,
    ONE_CALL,
    call,
    completed,
    day,
    discovered,
    leg,
    named,
    party,
    profile,
    revised,
)


async def test_a_call_and_its_revision(desk: Desk, reader: Reader) -> None:
    at = day(5, 10)
    first = call(leg(party(ANNA), at, 20), leg(party(ANNA), at + timedelta(minutes=15), 15), leg(party(None), at, 30))
    second = call(leg(party(ANNA), at, 20), leg(party(BERT), at, 20), revision=2)
    tenant = told(desk, completed(first))
    desk.log.tell(tenant, revised(second), at=day(6))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then, now = await when(reader, tenant, day(7), day(5, 11)), await when(reader, tenant, day(7))
        listed = [
            await calls.listed_at(reader, tenant, each, since=day(5), until=day(6), after=None, limit=9)
            for each in (then, now)
        ]
        parties = [await call_participants.of_calls(reader, tenant, each, [ONE_CALL]) for each in (then, now)]
        usage = [
            await call_usage.spent_in(reader, tenant, each, date(2026, 1, 5), date(2026, 1, 6), "user")
            for each in (then, now)
        ]

    assert [[(one.revision, one.direction, one.participants) for one in each] for each in listed] == [
        [(1, Direction.PSTN, 2)],
        [(2, Direction.INTERNAL, 2)],
    ]
    assert [{(one.user, one.seconds) for one in each} for each in parties] == [
        {(ANNA, 1800), (None, 1800)},
        {(ANNA, 1200), (BERT, 1200)},
    ]
    assert usage[0] == [Usage(str(ANNA), 1, 1800, 1, 0)]
    assert sorted(usage[1], key=repr) == sorted([Usage(str(one), 1, 1200, 1, 0) for one in (ANNA, BERT)], key=repr)


async def test_calls_are_spent_by_the_department_of_that_day(desk: Desk, reader: Reader) -> None:
    moved = ProfileChanged(happened_at=day(6), user=ANNA, profile=profile("Anna", "Ops"))
    other = party(CARL, ELSEWHERE)
    first = call(leg(party(ANNA), day(5, 9), 10), leg(other, day(5, 9), 10), call=CallId(named("first")))
    second = call(leg(party(ANNA), day(6, 9), 5, failed=True), call=CallId(named("second")))
    test = call(leg(party(ANNA), day(6, 10), 60), call=CallId(named("test")), test=True)
    stranger = call(leg(party(BERT), day(6, 11), 1), call=CallId(named("stranger")))
    told_facts = [discovered(day(2)), completed(first), moved, *(completed(one) for one in (second, test, stranger))]
    tenant = told(desk, *told_facts)

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(9))
        spent = {
            group_by: await call_usage.spent_in(reader, tenant, at, date(2026, 1, 5), date(2026, 1, 8), group_by)
            for group_by in ("department", "day", "direction")
        }

    assert spent["department"] == [Usage("Ops", 1, 300, 1, 1), Usage("Sales", 1, 600, 1, 0), Usage(None, 1, 60, 1, 0)]
    assert spent["day"] == [Usage("2026-01-05", 1, 600, 1, 0), Usage("2026-01-06", 2, 360, 2, 1)]
    assert spent["direction"] == [Usage("external", 1, 600, 1, 0), Usage("internal", 2, 360, 2, 1)]
