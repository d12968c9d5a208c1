"""What is summed by day is what the rows of users come to, at every position."""

from __future__ import annotations

from datetime import date, datetime

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import sql

from app.domain.events import Event
from app.domain.events.telephony import Party
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import CallId, TenantId
from app.domain.stand_ins import at_least, span_name, stand_in
from app.projections.call_usage import PROJECTION, Usage, spending, spent_in
from app.projections.engine import advance
from app.projections.generations import State
from app.projections.reading import OPEN, Moment, scope
from app.projections.rebuild import compare, rebuild
from tests.projections.asking import CONSENTED, INVITED, Reader, told
from tests.projections.conftest import Desk
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    ELSEWHERE,
    call,
    completed,
    day,
    leg,
    named,
    party,
    revised,
)

pytestmark = pytest.mark.both_databases

PHONE = party(None, number="+49 1")
MONDAY, TUESDAY = "2026-01-05", "2026-01-06"
ALL_DAYS = (date(2025, 1, 1), date(2027, 1, 1))
BEFORE = 2
"""Facts a customer's log begins with, before those of a test."""


def known_at(position: int, on: date = date(2026, 12, 31)) -> Moment:
    return Moment(day(400), on, position, "UTC", on, before_first_fact=False)


async def by_day(reader: Reader, tenant: TenantId, position: int, *, on: date = date(2026, 12, 31)) -> list[Usage]:
    """As known after so many facts of the test, up to a day."""
    async with scope(reader, [tenant]):
        return await spent_in(reader, tenant, known_at(BEFORE + position, on), *ALL_DAYS, "day")


def of(name: str) -> CallId:
    return CallId(named(name))


async def test_a_call_counts_once_for_each_of_its_users_on_its_day(desk: Desk, reader: Reader) -> None:
    at = day(5, 9)
    first = call(leg(party(ANNA), at, 20), leg(party(BERT), at, 10, failed=True), leg(party(CARL, ELSEWHERE), at, 9))
    tenant = told(desk, completed(first), completed(call(leg(party(ANNA), day(6, 9), 5), call=of("second"))))

    assert await by_day(reader, tenant, 0) == []
    assert await by_day(reader, tenant, 1) == [Usage(MONDAY, 2, 1800, 2, 1)]
    assert await by_day(reader, tenant, 2) == [Usage(MONDAY, 2, 1800, 2, 1), Usage(TUESDAY, 1, 300, 1, 0)]
    assert await by_day(reader, tenant, 2, on=date(2026, 1, 5)) == [Usage(MONDAY, 2, 1800, 2, 1)]


async def test_days_are_those_from_the_first_up_to_but_not_the_last(desk: Desk, reader: Reader) -> None:
    calls = [call(leg(party(ANNA), day(number, 9), 1), call=of(f"{number}")) for number in (4, 5, 6, 7)]
    tenant = told(desk, *map(completed, calls))

    async with scope(reader, [tenant]):
        found = await spent_in(reader, tenant, known_at(9), date(2026, 1, 5), date(2026, 1, 7), "day")

    assert [each.key for each in found] == [MONDAY, TUESDAY]


async def test_a_revision_takes_the_call_to_another_day(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        completed(call(leg(party(ANNA), day(5, 9), 20))),
        revised(call(leg(party(ANNA), day(6, 9), 10), revision=2)),
    )

    assert await by_day(reader, tenant, 1) == [Usage(MONDAY, 1, 1200, 1, 0)]
    assert await by_day(reader, tenant, 2) == [Usage(TUESDAY, 1, 600, 1, 0)]


async def test_a_revision_takes_a_user_out_and_counts_one_who_took_another_place(desk: Desk, reader: Reader) -> None:
    at = day(5, 9)
    tenant = told(
        desk,
        completed(call(leg(party(ANNA), at, 20), leg(party(BERT), at, 20))),
        revised(call(leg(party(ANNA), at, 20), revision=2)),
        revised(call(leg(party(CARL), at, 20), revision=3)),
        revised(call(leg(PHONE, at, 20), revision=4)),
    )

    found = [await by_day(reader, tenant, position) for position in (1, 2, 3, 4)]

    one = [Usage(MONDAY, 1, 1200, 1, 0)]
    assert found == [[Usage(MONDAY, 2, 2400, 2, 0)], one, one, []]
    # Nobody can tell the second from the third, so they are one row.
    assert {row[-2:] for row in desk.rows("call_usage_days", tenant)} == {(3, 4), (4, 6)}


async def test_a_user_with_calls_of_two_directions_is_one_user_until_the_last_of_them_goes(
    desk: Desk, reader: Reader
) -> None:
    at = day(5, 9)
    inside = call(leg(party(ANNA), at, 20), call=of("inside"))
    outside = call(leg(party(ANNA), at, 5), leg(PHONE, at, 5), call=of("outside"))
    tenant = told(
        desk,
        completed(inside),
        completed(outside),
        revised(inside.model_copy(update={"legs": (leg(party(BERT), at, 20),), "revision": 2})),
        revised(outside.model_copy(update={"legs": (leg(party(ANNA), at, 5),), "revision": 2})),
        revised(outside.model_copy(update={"legs": (leg(PHONE, at, 5),), "revision": 3})),
    )

    found = [(await by_day(reader, tenant, position))[0] for position in (1, 2, 3, 4, 5)]

    assert [(each.calls, each.users) for each in found] == [(1, 1), (2, 1), (2, 2), (2, 2), (1, 1)]


async def test_test_calls_are_not_counted_and_a_call_that_turns_out_to_be_one_no_more(
    desk: Desk, reader: Reader
) -> None:
    at = day(5, 9)
    tenant = told(
        desk,
        completed(call(leg(party(ANNA), at, 20), call=of("test"), test=True)),
        completed(call(leg(party(BERT), at, 20))),
        revised(call(leg(party(BERT), at, 20), revision=2, test=True)),
    )

    found = [await by_day(reader, tenant, position) for position in (1, 2, 3)]

    assert found == [[], [Usage(MONDAY, 1, 1200, 1, 0)], []]


async def test_stand_ins_are_told_apart_within_their_month_and_never_from_people_who_are_known(
    desk: Desk, reader: Reader
) -> None:
    at = day(5, 9)
    gone = [stand_in("2026-01", bytes([nth] * 12)) for nth in (1, 2, 3)]
    tenant = told(
        desk,
        completed(call(*(leg(party(each), at, 1) for each in (ANNA, BERT)), call=of("known"))),
        completed(call(*(leg(party(each), at, 1) for each in gone), call=of("gone"))),
        completed(call(leg(party(stand_in("2026-02", bytes(12))), at, 1), call=of("later"))),
    )

    found = [(await by_day(reader, tenant, position))[0] for position in (1, 2, 3)]

    assert [(each.calls, each.users) for each in found] == [(2, 2), (5, 3), (6, 3)]
    assert [row[1] for row in desk.rows("call_usage_days", tenant)] == ["", "ca110138", "ca110139"]
    assert {span_name(each.int) for each in gone} == {"ca110138"}


async def test_the_customer_of_another_sees_none_of_it(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, completed(call(leg(party(ANNA), day(5, 9), 20))))
    other = told(desk)

    async with scope(reader, [other]):
        assert await spent_in(reader, tenant, known_at(9), *ALL_DAYS, "day") == []
    async with scope(reader, []):
        assert await (await reader.execute("SELECT FROM call_usage_days")).fetchall() == []


PARTIES = [
    *(party(ANNA), party(BERT), party(CARL, ELSEWHERE), party(BERT, None), PHONE),
    *(party(stand_in(month, bytes([nth] * 12))) for month in ("2026-01", "2026-02") for nth in (1, 2)),
    party(stand_in("2026-01", bytes(12), before=True)),
]
_CALLS = st.sampled_from([of(f"call {number}") for number in range(4)])
_STARTS = st.sampled_from([day(5, 9), day(5, 23), day(6, 0), day(6, 9)])


@st.composite
def stories_of_calls(draw: st.DrawFn) -> list[Event]:
    """Calls and their revisions on two days, of few people; the time zone moves, too."""
    facts: list[Event] = []
    for _ in range(draw(st.integers(1, 24))):
        if not draw(st.integers(0, 9)):
            facts.append(_zone(draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))))
            continue
        at: datetime = draw(_STARTS)
        who: list[Party] = draw(st.lists(st.sampled_from(PARTIES), min_size=1, max_size=4))
        legs = [leg(each, at, draw(st.sampled_from([0, 1, 5])), failed=draw(st.booleans())) for each in who]
        content = call(*legs, call=draw(_CALLS), revision=draw(st.integers(1, 5)), test=not draw(st.integers(0, 5)))
        facts.append(draw(st.sampled_from([completed, revised]))(content))
    return facts


def _zone(name: str) -> PolicyChanged:
    return PolicyChanged(happened_at=day(5), idle_days=90, grace_days=30, time_zone=name, currency="EUR")


def summed(desk: Desk, tenant: TenantId, position: int) -> list[Usage]:
    """By day, from the rows of users known at a position."""
    known = [row for row in desk.rows("call_usage", tenant) if row[-2] <= position < row[-1]]
    found = []
    for on in sorted({row[1] for row in known}):
        users, _, _, calls, seconds, failed, *_ = zip(*(row for row in known if row[1] == on), strict=True)
        found.append(Usage(str(on), sum(calls), sum(seconds), at_least(users), sum(failed)))
    return found


@given(story=stories_of_calls(), batch=st.integers(1, 26))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_at_every_position_the_days_are_the_sums_of_their_users(
    desk: Desk, reader: Reader, story: list[Event], batch: int
) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, CONSENTED, *story, at=day(8))

    assert advance(desk.pool, desk.log, tenant, [PROJECTION], batch=batch).stopped == ()

    for position in range(BEFORE + len(story) + 1):
        assert await by_day(reader, tenant, position - BEFORE) == summed(desk, tenant, position)


@given(story=stories_of_calls())
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_rebuild_makes_the_same_days(desk: Desk, story: list[Event]) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, CONSENTED, *story, at=day(8))
    advance(desk.pool, desk.log, tenant, batch=3)
    live = desk.rows("call_usage_days", tenant)

    assert compare(desk.pool, desk.log, "call_usage", tenant) == []
    assert [each.state for each in rebuild(desk.pool, desk.log, "call_usage", tenant)] == [State.SWAPPED]
    assert desk.rows("call_usage_days", tenant) == live


def test_a_day_that_was_tampered_with_is_named_and_put_right(desk: Desk) -> None:
    tenant = told(desk, completed(call(leg(party(ANNA), day(5, 9), 20))))
    live = desk.rows("call_usage_days", tenant)
    with psycopg.connect(desk.database.writer_dsn) as db:
        db.execute("UPDATE call_usage_days SET users = 7 WHERE tenant_id = %s", (tenant,))

    assert {each.table for each in compare(desk.pool, desk.log, "call_usage", tenant)} == {"call_usage_days"}
    rebuild(desk.pool, desk.log, "call_usage", tenant, force=True)

    assert desk.rows("call_usage_days", tenant) == live


MANY = """
    INSERT INTO call_usage_days
    SELECT %(tenant)s, date '2026-01-01' + d, '', n, n, 0, 1, n, CASE n WHEN 200 THEN %(open)s ELSE n + 1 END
    FROM generate_series(0, 89) d, generate_series(1, 200) n
"""


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
async def test_what_is_known_now_is_read_from_the_index_alone(desk: Desk, reader: Reader, plan: str) -> None:
    tenant = desk.tenant()
    with psycopg.connect(desk.database.owner_dsn, autocommit=True) as owner:
        owner.execute(MANY, {"tenant": tenant, "open": OPEN})
        owner.execute("VACUUM ANALYZE call_usage_days")
    query, asked = spending(tenant, known_at(200), date(2026, 2, 1), date(2026, 3, 1), "day")
    numbered = query % {name: f"${nth}" for nth, name in enumerate(asked, 1)}
    values = sql.SQL(", ").join(map(sql.Literal, asked.values()))

    async with scope(reader, [tenant]):
        await reader.execute(f"SET LOCAL plan_cache_mode = {plan}".encode())
        await reader.execute(f"PREPARE days (uuid, bigint, text, date, date, date) AS {numbered}".encode())
        explaining = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE days ({})"
        told = "\n".join(
            line for (line,) in await (await reader.execute(sql.SQL(explaining).format(values))).fetchall()
        )
        await reader.execute("DEALLOCATE days")

    assert told.count("Index Only Scan using call_usage_days_known_idx") == 2
    assert "pkey" not in told
    assert "Rows Removed" not in told
    assert told.count("Heap Fetches: 0") == 2
    assert "(actual rows=28" in told
