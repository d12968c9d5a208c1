"""Calls by kind, modality and hour of the week: edges, and every log against a fold of its calls one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.telephony import Call, CallCompleted, CallRevised
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import CallId, TenantId
from app.domain.policy import DEFAULT_POLICY
from app.domain.telephony import participants_of
from app.insight import call_groups
from app.insight.call_groups import Grouping
from app.projections import call_usage
from app.projections.call_usage import Usage
from app.projections.engine import advance
from app.projections.reading import Moment, rows, scope
from tests.projections.asking import NOW, Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, BERT, CARL, ELSEWHERE, HOME, call, completed, day, leg, named, party, revised

MODALITIES: list[tuple[str, ...]] = [
    (),
    ("audio",),
    ("video", "audio"),
    ("audio", "video"),
    ("audio", "audio", "screenSharing"),
]


def at_berlin(*begun: str) -> list[Event]:
    """Calls of Anna's of ten minutes, by a policy that names Berlin."""
    return [_zone("Europe/Berlin"), *map(_begun, begun)]


def _zone(name: str) -> PolicyChanged:
    return PolicyChanged(
        happened_at=day(1),
        idle_days=90,
        grace_days=30,
        time_zone=name,
        currency="EUR",
        disabled_days=14,
        sku_idle_days=(),
    )


def _begun(at: str) -> CallCompleted:
    return completed(call(leg(party(ANNA), datetime.fromisoformat(at), 10), call=CallId(named(at))))


async def spent_in(
    reader: Reader, tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping
) -> list[Usage]:
    return [
        call_usage.usage_of(row)
        for row in await rows(reader, *call_groups.spending(tenant, at, since, until, group_by))
    ]


async def by(
    desk: Desk, reader: Reader, group_by: Grouping, since: date, until: date, *facts: Event
) -> dict[str | None, int]:
    tenant = told(desk, *facts)
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(390))
        found = await spent_in(reader, tenant, at, since, until, group_by)
    return {row.key: row.calls for row in found}


async def test_a_call_counts_once_for_each_of_its_users_by_all_its_modalities_together(
    desk: Desk, reader: Reader
) -> None:
    both = call(leg(party(ANNA), day(5, 9), 10), leg(party(BERT), day(5, 9), 5, failed=True), call=CallId(named("1")))
    other = call(leg(party(CARL, ELSEWHERE), day(5, 10), 3), leg(party(ANNA), day(5, 10), 1), call=CallId(named("2")))
    test = call(leg(party(ANNA), day(5, 11), 3), call=CallId(named("3")), test=True)
    facts = [
        completed(both.model_copy(update={"modalities": ("video", "audio", "audio")})),
        completed(other.model_copy(update={"modalities": ()})),
        completed(test),
    ]
    tenant = told(desk, *facts)

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(9))
        found = await spent_in(reader, tenant, at, date(2026, 1, 5), date(2026, 1, 6), "modality")

    assert found == [Usage("audio + video", 2, 900, 2, 1), Usage(None, 1, 60, 1, 0)]


async def test_the_hour_that_comes_twice_is_one_and_the_one_left_out_is_empty(desk: Desk, reader: Reader) -> None:
    autumn = at_berlin("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00", "2026-10-25T02:00:00+00:00")
    spring = at_berlin("2026-03-29T00:59:00+00:00", "2026-03-29T01:00:00+00:00")

    twice = await by(desk, reader, "weekday_hour", date(2026, 10, 25), date(2026, 10, 26), *autumn)
    skipped = await by(desk, reader, "weekday_hour", date(2026, 3, 29), date(2026, 3, 30), *spring)

    assert twice == {"7 02": 2, "7 03": 1}
    assert skipped == {"7 01": 1, "7 03": 1}


async def test_a_call_of_the_evening_utc_counts_on_the_next_morning_of_the_tenants_clock(
    desk: Desk, reader: Reader
) -> None:
    begun = at_berlin("2026-07-05T21:59:00+00:00", "2026-07-05T22:00:00+00:00")

    sunday = await by(desk, reader, "weekday_hour", date(2026, 7, 5), date(2026, 7, 6), *begun)
    monday = await by(desk, reader, "weekday_hour", date(2026, 7, 6), date(2026, 7, 7), *begun)

    assert (sunday, monday) == ({"7 23": 1}, {"1 00": 1})


@pytest.mark.parametrize("zones", [("America/Los_Angeles", "Asia/Tokyo"), ("Asia/Tokyo", "America/Los_Angeles")])
async def test_a_call_stays_on_the_day_it_was_recorded_on_when_the_tenants_zone_moves(
    desk: Desk, reader: Reader, zones: tuple[str, str]
) -> None:
    """In every grouping alike, whether the calls are counted one by one or in the table of days."""
    before, after = ([f"2026-01-{each:02}T{hour:02}:30:00+00:00" for hour in range(24)] for each in (5, 6))
    tenant = told(desk, _zone(zones[0]), *map(_begun, before), _zone(zones[1]), *map(_begun, after))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(390))
        for nth in range(3, 9):
            days = date(2026, 1, nth), date(2026, 1, nth + 1)
            sums = [await spent_in(reader, tenant, at, *days, each) for each in get_args(Grouping)]
            sums += [await call_usage.spent_in(reader, tenant, at, *days, each) for each in ("day", "direction")]
            assert len({sum(row.calls for row in found) for found in sums}) == 1, nth
        hours = await spent_in(reader, tenant, at, date(2026, 1, 4), date(2026, 1, 9), "weekday_hour")

    expected = {
        datetime.fromisoformat(each).astimezone(ZoneInfo(zone)).strftime("%u %H")
        for zone, begun in zip(zones, (before, after), strict=True)
        for each in begun
    }
    assert {row.key for row in hours} == expected


@pytest.mark.parametrize("group_by", get_args(Grouping))
async def test_a_revision_replaces_the_call_and_leaves_what_was_known_before(
    desk: Desk, reader: Reader, group_by: Grouping
) -> None:
    first, second = (call(leg(party(ANNA), day(5, 9), minutes), revision=nth) for nth, minutes in ((1, 10), (2, 20)))
    tenant = told(desk, completed(first))
    desk.log.tell(tenant, revised(second), at=day(7))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then, now = await when(reader, tenant, day(8), day(6)), await when(reader, tenant, day(8))
        found = [await spent_in(reader, tenant, at, date(2026, 1, 5), date(2026, 1, 6), group_by) for at in (then, now)]

    assert [[(row.calls, row.participant_seconds) for row in each] for each in found] == [[(1, 600)], [(1, 1200)]]


def _other_modalities(story: list[tuple[datetime, Event]]) -> list[tuple[datetime, Event]]:
    return [
        (
            told_at,
            fact.model_copy(
                update={"call": fact.call.model_copy(update={"modalities": MODALITIES[fact.call.revision - 1]})}
            )
            if isinstance(fact, CallCompleted | CallRevised)
            else fact,
        )
        for told_at, fact in story
    ]


@given(
    story=stories(most=40).map(_other_modalities),
    back=st.integers(0, 40),
    ago=st.integers(0, 40),
    length=st.integers(1, 60),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_log_is_summed_as_its_calls_one_by_one(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], back: int, ago: int, length: int
) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    last = story[-1][0]
    known_at = last - timedelta(days=back)
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, min(last, NOW) - timedelta(days=ago), known_at)
        until = at.on + timedelta(days=1)
        since = until - timedelta(days=length)
        known = [fact for told_at, fact in story if told_at <= known_at]
        for group_by in get_args(Grouping):
            found = await spent_in(reader, tenant, at, since, until, group_by)

            assert {row.key: row for row in found} == _folded(known, at, since, until, group_by)

        whole = await call_usage.spent_in(reader, tenant, at, since, until, "direction")
        assert sum(row.calls for row in found) == sum(row.calls for row in whole)
        assert sum(row.participant_seconds for row in found) == sum(row.participant_seconds for row in whole)


def _folded(
    known: Iterable[Event], at: Moment, since: date, until: date, group_by: Grouping
) -> dict[str | None, Usage]:
    calls: dict[CallId, tuple[Call, ZoneInfo]] = {}
    zone = ZoneInfo(DEFAULT_POLICY.time_zone)
    for fact in () if at.before_first_fact else known:
        if isinstance(fact, PolicyChanged):
            zone = ZoneInfo(fact.time_zone)
        elif isinstance(fact, CallCompleted | CallRevised):
            calls[fact.call.call] = fact.call, zone
    sums: dict[str | None, list[int]] = {}
    users: dict[str | None, set[object]] = {}
    for each, recorded_in in calls.values():
        local = each.started_at.astimezone(recorded_in)
        if each.test or not since <= local.date() < until or local.date() > at.on:
            continue
        key = {
            "kind": each.kind,
            "modality": " + ".join(sorted(set(each.modalities))) or None,
            "weekday_hour": f"{local.isoweekday()} {local.hour:02}",
        }[group_by]
        for one in participants_of(each):
            if one.user is None or one.directory not in (None, HOME):
                continue
            sum_ = sums.setdefault(key, [0, 0, 0])
            sum_[0] += 1
            sum_[1] += one.seconds
            sum_[2] += one.failed
            users.setdefault(key, set()).add(one.user)
    return {key: Usage(key, calls, seconds, len(users[key]), failed) for key, (calls, seconds, failed) in sums.items()}
