"""The ledger of calls: every hour as a plain count over the log says, and the gaps that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled, MissingCall, Pass
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId
from app.projections import coverage_gaps
from app.projections.coverage_gaps import HOUR, Gap, GapReason, HourRow, MissingRow, gaps_of, hour_of
from app.projections.engine import advance
from app.projections.reading import scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ONE_CALL, RUN, call, completed, day, leg, named, party, revised

OTHER_CALL = CallId(named("other call"))


def missing(at: datetime, *calls: tuple[CallId, int, datetime]) -> CallsMissing:
    found = [MissingCall(call=call, revision=revision, started_at=start) for call, revision, start in calls]
    return CallsMissing(happened_at=at, run=RUN, calls=tuple(found))


def reconciled(
    since: datetime, *listed: int, kind: Pass = Pass.HOURLY, until: datetime | None = None
) -> CallsReconciled:
    ends = until or since + HOUR * len(listed)
    return CallsReconciled(happened_at=ends, run=RUN, kind=kind, since=since, until=ends, listed=listed, missing=0)


def fetched(at: datetime, which: CallId = ONE_CALL, revision: int = 1) -> CallCompleted:
    return completed(call(leg(party(), at, 5), call=which, revision=revision))


async def ledger(desk: Desk, reader: Reader, *facts: Event) -> list[HourRow]:
    tenant = told(desk, *facts)
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(60))
        return await coverage_gaps.hours_in(reader, tenant, at, day(1), day(60))


async def test_a_notified_call_is_counted_where_it_began(desk: Desk, reader: Reader) -> None:
    rows = await ledger(desk, reader, fetched(day(5, 9) + timedelta(minutes=59)), reconciled(day(5, 9), 1))

    assert rows == [HourRow(day(5, 9), notified=1, fetched=1, listed=1, missing=0, best=Pass.HOURLY)]


async def test_a_missing_call_is_missing_until_it_is_found_and_was_never_notified(desk: Desk, reader: Reader) -> None:
    start = day(5, 9)
    lost = [missing(day(6), (ONE_CALL, 1, start)), reconciled(start, 1)]

    assert await ledger(desk, reader, *lost) == [HourRow(start, 0, 0, 1, 1, Pass.HOURLY)]
    assert await ledger(desk, reader, *lost, fetched(start)) == [HourRow(start, 0, 1, 1, 0, Pass.HOURLY)]


async def test_a_revision_that_was_missed_is_missing_while_its_call_is_there(desk: Desk, reader: Reader) -> None:
    start, moved = day(5, 9), day(5, 10)
    lost = [fetched(start), missing(day(6), (ONE_CALL, 3, start))]
    second = revised(call(leg(party(), start, 9), revision=2))
    third = revised(call(leg(party(), moved, 9), revision=3))

    assert await ledger(desk, reader, *lost, second) == [HourRow(start, 1, 1, None, 1, None)]
    assert await ledger(desk, reader, *lost, second, third) == [HourRow(moved, 1, 1, None, 0, None)]


async def test_a_call_that_arrived_while_its_listing_was_compared_is_not_missing(desk: Desk, reader: Reader) -> None:
    rows = await ledger(desk, reader, fetched(day(5, 9), revision=2), missing(day(6), (ONE_CALL, 2, day(5, 9))))

    assert [row.missing for row in rows] == [0]


async def test_a_repeated_finding_adds_nothing(desk: Desk, reader: Reader) -> None:
    again = [missing(day(at), (ONE_CALL, 2, day(5, 9)), (OTHER_CALL, 1, day(5, 10))) for at in (6, 7)]

    rows = await ledger(desk, reader, *again)

    assert [(row.hour, row.missing) for row in rows] == [(day(5, 9), 1), (day(5, 10), 1)]


async def test_only_whole_hours_are_covered_and_the_best_pass_is_kept(desk: Desk, reader: Reader) -> None:
    part = day(5, 11) + timedelta(minutes=20)
    rows = await ledger(
        desk,
        reader,
        reconciled(day(5, 9), 0, 2, 1, kind=Pass.DAILY, until=part),
        reconciled(day(5, 10), 3, 4, until=part),
    )

    assert [(row.hour, row.listed, row.best) for row in rows] == [
        (day(5, 9), 0, Pass.DAILY),
        (day(5, 10), 3, Pass.DAILY),
        (day(5, 11), 4, None),
    ]


async def test_the_ledger_is_read_as_it_was_known(desk: Desk, reader: Reader) -> None:
    start = day(5, 9)
    tenant = told(desk, missing(day(6), (ONE_CALL, 1, start)), reconciled(start, 1))
    desk.log.tell(tenant, fetched(start), at=day(9))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        moments = [await when(reader, tenant, day(60), known_at=day(at)) for at in (8, 10)]
        hours = [await coverage_gaps.hours_in(reader, tenant, at, day(1), day(60)) for at in moments]
        lacking = [await coverage_gaps.missing_in(reader, tenant, at, day(1), day(60), 10) for at in moments]

    assert [[row.missing for row in each] for each in hours] == [[1], [0]]
    assert lacking == [[MissingRow(ONE_CALL, 1, start, day(6))], []]


async def test_a_tenant_is_watched_since_the_first_hour_ever_listed(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, reconciled(day(5, 9), 0), reconciled(day(3, 9), 0), reconciled(day(7), 0))
    stranger = told(desk, fetched(day(5)))

    async with scope(reader, [tenant, stranger]):
        watch = await coverage_gaps.watched(reader, tenant, await when(reader, tenant, day(60)))
        none = await coverage_gaps.watched(reader, stranger, await when(reader, stranger, day(60)))

    assert watch == coverage_gaps.Watch(day(3, 9), day(7, 1))
    assert none is None


def test_neighbouring_hours_of_one_reason_are_one_gap() -> None:
    rows = [
        HourRow(day(5, 0), 0, 0, 0, 0, Pass.HOURLY),
        HourRow(day(5, 2), 0, 0, 2, 1, Pass.HOURLY),
        HourRow(day(5, 3), 0, 0, 2, 2, Pass.FIRST),
        HourRow(day(5, 4), 1, 1, None, 0, None),
    ]

    assert gaps_of(rows, day(5, 0), day(5, 6)) == [
        Gap(day(5, 1), day(5, 2), GapReason.NOT_LISTED),
        Gap(day(5, 2), day(5, 4), GapReason.CALLS_MISSING),
        Gap(day(5, 4), day(5, 6), GapReason.NOT_LISTED),
    ]


@pytest.mark.parametrize(("now", "until"), [(day(5, 12), day(5, 9)), (day(5, 13) - timedelta(minutes=1), day(5, 9))])
async def test_the_newest_hours_are_no_gap_yet(desk: Desk, reader: Reader, now: datetime, until: datetime) -> None:
    tenant = told(desk, reconciled(day(5, 6), 0))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(60))
        gaps = await coverage_gaps.gaps_in(reader, tenant, at, day(5, 6), now, now)

    assert gaps == [Gap(day(5, 7), until, GapReason.NOT_LISTED)]


def counted(facts: Sequence[Event]) -> dict[datetime, HourRow]:
    """The definitions, applied call by call to the whole log at once."""
    totals: dict[str, Counter[datetime]] = {name: Counter() for name in ("notified", "fetched", "missing")}
    for each in {one for fact in facts for one in _calls_of(fact)}:
        own = [(nth, fact) for nth, fact in enumerate(facts) if each in _calls_of(fact)]
        records = [(nth, fact.call) for nth, fact in own if isinstance(fact, CallCompleted | CallRevised)]
        if records:
            hour = hour_of(records[-1][1].started_at)
            totals["fetched"][hour] += 1
            listed_before = any(isinstance(fact, CallsMissing) and nth < records[0][0] for nth, fact in own)
            totals["notified"][hour] += not listed_before
        lacking: tuple[int, datetime] | None = None
        known = -1
        for _, fact in own:
            if isinstance(fact, CallCompleted | CallRevised):
                known = max(known, fact.call.revision)
                lacking = None if lacking and fact.call.revision >= lacking[0] else lacking
            elif isinstance(fact, CallsMissing):
                (said,) = [one for one in fact.calls if one.call == each]
                if said.revision > max(known, lacking[0] if lacking else -1):
                    lacking = (said.revision, said.started_at)
        if lacking:
            totals["missing"][hour_of(lacking[1])] += 1
    listed, best = _listed(facts)
    hours = {hour for total in totals.values() for hour, number in total.items() if number} | listed.keys()
    return {
        hour: HourRow(
            hour,
            totals["notified"][hour],
            totals["fetched"][hour],
            listed.get(hour),
            totals["missing"][hour],
            best.get(hour),
        )
        for hour in hours
    }


def _listed(facts: Sequence[Event]) -> tuple[dict[datetime, int], dict[datetime, Pass]]:
    whole: dict[datetime, int] = {}
    part: dict[datetime, int] = {}
    best: dict[datetime, Pass] = {}
    for fact in facts:
        if isinstance(fact, CallsReconciled):
            for nth, number in enumerate(fact.listed):
                hour = fact.since + nth * HOUR
                if hour + HOUR <= fact.until:
                    whole[hour] = number
                    best[hour] = max(best.get(hour, Pass.FIRST), fact.kind, key=list(Pass).index)
                else:
                    part[hour] = number
    return part | whole, best


def _calls_of(fact: Event) -> set[UUID]:
    match fact:
        case CallCompleted() | CallRevised():
            return {fact.call.call}
        case CallsMissing():
            return {each.call for each in fact.calls}
        case _:
            return set()


@given(story=stories())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_of_any_log_is_what_counting_it_says(desk: Desk, story: list[tuple[datetime, Event]]) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)

    advance(desk.pool, desk.log, tenant, batch=9)

    rows = [row[:-2] for row in desk.rows("call_coverage", tenant) if row[-1] == 9223372036854775807]
    made = {row[0]: _row(*row) for row in rows}
    assert made == counted([fact for _, fact in story])


def _row(hour: datetime, notified: int, fetched: int, listed: int | None, lacking: int, best: str | None) -> HourRow:
    return HourRow(hour, notified, fetched, listed, lacking, None if best is None else Pass(best))
