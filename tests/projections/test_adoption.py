"""Days of use: each once, known from the fact that first told it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.licensing import Workload, WorkloadUsed
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import UserId
from app.domain.standing import Source
from app.projections.adoption import Active, active_in
from app.projections.engine import advance
from app.projections.reading import moment, scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, BERT, call, completed, day, discovered, leg, party
from tests.projections.used import used

FIRST = date(2026, 1, 1)


def teams(on: int, user: UserId = ANNA) -> WorkloadUsed:
    at = day(on, 12)
    return WorkloadUsed(happened_at=at, user=user, workload=Workload.TEAMS, last_activity_on=at.date())


async def test_users_are_counted_once_and_their_days_each(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), teams(2), teams(3), teams(3, BERT), teams(9), teams(3))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(20))
        week = await active_in(reader, tenant, at, Source.TEAMS, date(2026, 1, 2), date(2026, 1, 9))
        none = await active_in(reader, tenant, at, Source.COPILOT, date(2026, 1, 2), date(2026, 1, 9))

    assert week == Active(users=2, user_days=3)
    assert none == Active(users=0, user_days=0)


async def test_a_day_told_of_later_is_not_known_before(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), teams(2))
    desk.log.tell(tenant, teams(3), teams(2), at=day(5))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then, now = await when(reader, tenant, day(4), day(4)), await when(reader, tenant, day(5))
        known = [await active_in(reader, tenant, at, Source.TEAMS, FIRST, date(2026, 2, 1)) for at in (then, now)]

    assert known == [Active(1, 1), Active(1, 2)]


async def test_a_telephone_call_counts_on_the_civil_day_it_began(desk: Desk, reader: Reader) -> None:
    zone = PolicyChanged(happened_at=day(1), idle_days=90, grace_days=30, time_zone="Europe/Berlin", currency="EUR")
    late = call(leg(party(ANNA), day(4, 23), 10), leg(party(None), day(4, 23), 10))
    tenant = told(desk, zone, discovered(day(1)), completed(late.model_copy(update={"kind": "peerToPeer"})))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(20))
        days = [
            (await active_in(reader, tenant, at, Source.TELEPHONE, date(2026, 1, on), date(2026, 1, on + 1))).users
            for on in (4, 5)
        ]

    assert days == [0, 1]


@given(story=stories(), data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_days_of_use_follow_from_the_facts_known(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    advance(desk.pool, desk.log, tenant)
    known_at = data.draw(st.sampled_from([at for at, _ in story]))
    source = data.draw(st.sampled_from(sorted(set(Source) - {Source.HUMAN})))

    days: set[tuple[UserId, date]] = set()
    zone = ZoneInfo("UTC")
    for _, fact in [told_at for told_at in story if told_at[0] <= known_at]:
        if isinstance(fact, PolicyChanged):
            zone = ZoneInfo(fact.time_zone)
        utc = ZoneInfo("UTC") if isinstance(fact, WorkloadUsed) else zone
        days |= {(user, at.astimezone(utc).date()) for user, shown, at in used([fact]) if shown is source}
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, None, known_at, now + timedelta(days=1))
        found = await active_in(reader, tenant, at, source, date(2025, 1, 1), date(2030, 1, 1))

    assert found == Active(len({user for user, _ in days}), len(days))
