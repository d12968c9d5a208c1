"""What the tables say of the telephone logs: rows as last corrected, and which call record each may belong to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.ids import CallId, LogRowId, TenantId, UserId
from app.domain.personal import Personal
from app.projections import direct_routing_calls, pstn_charges
from app.projections.engine import advance
from app.projections.pstn_charges import LikelyCall, Likeness
from app.projections.reading import Moment, scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, ONE_CALL, call, completed, day, leg, named, party

ROW = LogRowId(named("row"))
NUMBER = "+4930901820"
OTHER_CALL = CallId(named("other call"))


def personal(number: str | None) -> Personal | None:
    return None if number is None else Personal(f"x/{number}", number)


def charged(
    at: datetime,
    row: LogRowId = ROW,
    user: UserId | None = ANNA,
    callee: str | None = NUMBER,
    caller: str | None = "+49891234567",
    **changed: Any,
) -> PstnCallCharged:
    plain: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    plain |= {"charge": Decimal("0.10"), "connection_charge": Decimal("0.050"), "currency": "EUR", "seconds": 60}
    plain |= {"row": row, "user": user, "began_at": at, "caller": personal(caller), "callee": personal(callee)}
    return PstnCallCharged(happened_at=at, call=PstnCall(**plain | changed))


def logged(at: datetime, row: LogRowId = ROW, correlation: CallId | None = ONE_CALL) -> DirectRoutingCallLogged:
    plain: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    plain |= {"row": row, "user": ANNA, "began_at": at, "connected_at": at, "correlation": correlation}
    return DirectRoutingCallLogged(happened_at=at, call=DirectRoutingCall(**plain))


def dialled(
    at: datetime, user: UserId = ANNA, number: str | None = NUMBER, of: CallId = ONE_CALL, *, test: bool = False
) -> Event:
    return completed(call(leg(party(user), at, 1), leg(party(None, number=number), at, 1), call=of, test=test))


async def rows_at(reader: Reader, tenant: TenantId, at: Moment, **asked: Any) -> list[pstn_charges.PstnChargeRow]:
    given = {"since": day(1), "until": day(300), "after": None, "limit": 500} | asked
    return await pstn_charges.listed_at(reader, tenant, at, **given)


async def likely(desk: Desk, reader: Reader, *facts: Event) -> LikelyCall | None:
    tenant = told(desk, *facts)
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(30))
        found = await pstn_charges.likely_calls(reader, tenant, at, await rows_at(reader, tenant, at))
    return found.get(ROW)


async def test_a_corrected_charge_counts_from_when_it_was_known_and_is_exact(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, charged(day(5, 10)))
    desk.log.tell(tenant, charged(day(5, 10), charge=Decimal("0.1200"), currency="USD"), at=day(9))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        moments = [await when(reader, tenant, day(20), known_at) for known_at in (day(8), None)]
        found = [await rows_at(reader, tenant, at) for at in moments]

    assert [[(str(row.charge), str(row.connection_charge), row.currency) for row in each] for each in found] == [
        [("0.10", "0.050", "EUR")],
        [("0.1200", "0.050", "USD")],
    ]


@given(
    told_rows=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 72), st.integers(0, 3), st.booleans()), min_size=1, max_size=25
    ),
    window=st.tuples(st.integers(0, 72), st.integers(0, 72)),
    size=st.integers(1, 4),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_of_any_log_are_what_was_told_last(
    desk: Desk, reader: Reader, told_rows: list[tuple[int, int, int, bool]], window: tuple[int, int], size: int
) -> None:
    facts: list[Event] = []
    newest: dict[LogRowId, PstnCallCharged] = {}
    for number, hour, cents, priced in told_rows:
        row = LogRowId(named(f"row {number}"))
        money = {"charge": Decimal(cents) / 100, "currency": "EUR"} if priced else {"charge": None, "currency": None}
        newest[row] = charged(day(2, hour), row, **money)
        facts.append(newest[row])
    since, until = day(2, min(window)), day(2, max(window))
    tenant = told(desk, *facts)

    found = []
    async with scope(reader, [tenant]):
        at, after = await when(reader, tenant, day(40)), None
        while page := await rows_at(reader, tenant, at, since=since, until=until, after=after, limit=size):
            found += page
            after = (page[-1].began_at, page[-1].row)

    wanted = [fact.call for fact in newest.values() if since <= fact.call.began_at < until]
    wanted.sort(key=lambda each: (each.began_at, each.row), reverse=True)
    assert [(row.row, row.began_at, row.charge, row.currency) for row in found] == [
        (each.row, each.began_at, each.charge, each.currency) for each in wanted
    ]


async def test_another_tenants_rows_are_not_seen(desk: Desk, reader: Reader) -> None:
    ours, theirs = told(desk, charged(day(5)), logged(day(5))), told(desk, dialled(day(5)))

    async with scope(reader, [theirs]):
        at = await when(reader, ours, day(20))
        seen = await rows_at(reader, ours, at)
        routed = await direct_routing_calls.listed_at(reader, ours, at, since=day(1), until=day(9), after=None, limit=9)
        linked = await direct_routing_calls.recorded_calls(reader, ours, at, [ROW])

    assert (seen, routed, linked) == ([], [], {})


@pytest.mark.parametrize(("seconds", "is_linked"), [(-61, False), (-60, True), (0, True), (60, True), (61, False)])
async def test_a_record_is_probable_within_a_minute_of_the_start(
    desk: Desk, reader: Reader, seconds: int, is_linked: bool
) -> None:
    at = day(5, 10)

    found = await likely(desk, reader, dialled(at), charged(at + timedelta(seconds=seconds)))

    assert found == (LikelyCall(ONE_CALL, Likeness.PROBABLE) if is_linked else None)


@pytest.mark.parametrize(
    ("row", "likeness"),
    [
        ({"callee": "49 30 901820"}, Likeness.PROBABLE),
        ({"callee": "+4930901***"}, Likeness.PROBABLE),
        ({"callee": "+49891234567", "caller": NUMBER}, Likeness.PROBABLE),
        ({"callee": "anonymous"}, Likeness.POSSIBLE),
        ({"callee": None}, Likeness.POSSIBLE),
        ({"callee": "+4930999999"}, None),
        ({"user": BERT}, None),
        ({"user": None}, None),
    ],
)
async def test_user_and_number_must_agree_as_far_as_they_are_told(
    desk: Desk, reader: Reader, row: dict[str, Any], likeness: Likeness | None
) -> None:
    found = await likely(desk, reader, dialled(day(5, 10)), charged(day(5, 10), **row))

    assert found == (None if likeness is None else LikelyCall(ONE_CALL, likeness))


async def test_a_record_without_a_number_is_possible_and_a_test_call_never(desk: Desk, reader: Reader) -> None:
    unknown = await likely(desk, reader, dialled(day(5, 10), number=None), charged(day(5, 10)))
    test = await likely(desk, reader, dialled(day(5, 10), test=True), charged(day(5, 10)))

    assert (unknown, test) == (LikelyCall(ONE_CALL, Likeness.POSSIBLE), None)


async def test_of_several_records_that_with_the_number_is_taken_then_the_nearest(desk: Desk, reader: Reader) -> None:
    at = day(5, 10)
    near = dialled(at, number=None, of=OTHER_CALL)

    by_number = await likely(desk, reader, dialled(at + timedelta(seconds=50)), near, charged(at))
    nearest = await likely(
        desk,
        reader,
        dialled(at + timedelta(seconds=50)),
        dialled(at + timedelta(seconds=2), of=OTHER_CALL),
        charged(at),
    )

    assert (by_number, nearest) == (
        LikelyCall(ONE_CALL, Likeness.PROBABLE),
        LikelyCall(OTHER_CALL, Likeness.PROBABLE),
    )


async def test_the_link_is_of_its_moment(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, charged(day(5)), logged(day(5)))
    desk.log.tell(tenant, dialled(day(5)), at=day(9))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        moments = [await when(reader, tenant, day(20), known_at) for known_at in (day(8), None)]
        probable = [
            await pstn_charges.likely_calls(reader, tenant, at, await rows_at(reader, tenant, at)) for at in moments
        ]
        certain = [await direct_routing_calls.recorded_calls(reader, tenant, at, [ROW]) for at in moments]

    assert probable == [{}, {ROW: LikelyCall(ONE_CALL, Likeness.PROBABLE)}]
    assert certain == [{}, {ROW: ONE_CALL}]


async def test_direct_routing_rows_are_listed_newest_first_and_linked_by_correlation(
    desk: Desk, reader: Reader
) -> None:
    second, third = LogRowId(named("second")), LogRowId(named("third"))
    tenant = told(
        desk,
        logged(day(5)),
        logged(day(6), second, None),
        logged(day(7), third, OTHER_CALL),
        logged(day(5, 1)),
        dialled(day(5)),
    )

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(20))
        listed = await direct_routing_calls.listed_at(
            reader, tenant, at, since=day(1), until=day(9), after=None, limit=9
        )
        linked = await direct_routing_calls.recorded_calls(reader, tenant, at, [each.row for each in listed])

    assert [(each.row, each.began_at) for each in listed] == [(third, day(7)), (second, day(6)), (ROW, day(5, 1))]
    assert linked == {ROW: ONE_CALL}
