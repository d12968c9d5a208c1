"""Idle as of any day, by what was known when: the question equals the rule, and past answers stay as they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import Capability, CapabilityChanged, TenantInvited
from app.domain.licensing import Verdict
from app.domain.period import day_ends
from app.domain.personal import Personal
from app.domain.policy import IdleDaysOutOfRange
from app.projections import idle_licences, tenants
from app.projections.engine import advance
from app.projections.reading import Moment, moment, scope
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.oracle import Oracle
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    E3,
    E5,
    OPS,
    RUN,
    assigned,
    attempted,
    day,
    discovered,
    removed,
    signed_in,
    snapshot,
)

Reader = psycopg.AsyncConnection[Any]
INVITED = TenantInvited(happened_at=day(1), customer="Contoso", contact=Personal.alone("a@contoso.example"))
P1 = CapabilityChanged(happened_at=day(1), capability=Capability.ENTRA_P1, available=True)


def _read(*days: int, feed: Feed = Feed.SIGN_INS) -> list[SnapshotTaken]:
    return [snapshot(day(number, 3), feed) for number in days]


READ_THROUGHOUT = _read(*range(1, 400, 5))


@given(story=stories(settled=True), data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_question_equals_the_rule_on_any_log(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(4):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 1, 10, 40])))
        idle_days, grace_days = data.draw(st.sampled_from([7, 14, 30])), data.draw(st.sampled_from([0, 5]))
        oracle = Oracle([fact for at, fact in story if at <= known_at], on, known_at, idle_days, grace_days)
        if day_ends(on, oracle.zone) <= story[0][1].happened_at:
            oracle = Oracle([], on, known_at, idle_days, grace_days)  # nothing is known of a day before the first fact
        verdicts = {
            (user, sku): verdict
            for user in (ANNA, BERT, CARL)
            for sku in (E3, E5)
            if (verdict := oracle.judged(user, sku))
        }
        async with scope(reader, [tenant]):
            at = await moment(reader, tenant, on, known_at, now + timedelta(days=1))
            found = await idle_licences.idle_at(
                reader, tenant, at, idle_days=idle_days, grace_days=grace_days, after=None, limit=100
            )
            summary = await idle_licences.summary_at(reader, tenant, at, idle_days, grace_days)

        expected = {
            key: (verdict.suspected, quiet_since)
            for key, (verdict, quiet_since) in verdicts.items()
            if verdict.verdict in {Verdict.IDLE, Verdict.NEVER_USED}
        }
        assert {(one.user, one.sku): (one.suspected, one.quiet_since) for one in found} == expected
        for sku in summary:
            of_sku = [verdict.verdict for (_, held), (verdict, _) in verdicts.items() if held == sku.sku]
            assert sku.idle == of_sku.count(Verdict.IDLE)
            assert sku.never_used == of_sku.count(Verdict.NEVER_USED)
            assert sku.unverifiable == of_sku.count(Verdict.UNVERIFIABLE)


@given(story=stories(40, settled=True))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_answer_given_once_is_given_again(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]]
) -> None:
    tenant = desk.tenant()
    answers: list[tuple[Moment, object]] = []

    for recorded_at, fact in story:
        desk.log.tell(tenant, fact, at=recorded_at)
        advance(desk.pool, desk.log, tenant)
        async with scope(reader, [tenant]):
            at = await moment(reader, tenant, None, None, recorded_at)
            answers.append((at, await _idle(reader, tenant, at)))

    async with scope(reader, [tenant]):
        again = [(at, await _idle(reader, tenant, at)) for at, _ in answers]
    assert again == answers


async def _idle(reader: Reader, tenant: Any, at: Moment) -> list[idle_licences.IdleLicence]:
    return await idle_licences.idle_at(reader, tenant, at, idle_days=7, grace_days=0, after=None, limit=100)


async def _ask(
    desk: Desk,
    reader: Reader,
    *facts: Event,
    on: date,
    known_at: datetime | None = None,
    reads: Sequence[Event] = READ_THROUGHOUT,
    **given: Any,
) -> list[tuple[object, ...]]:
    tenant = desk.tenant()
    desk.log.tell(tenant, *sorted([INVITED, P1, *facts, *reads], key=lambda fact: fact.happened_at))
    advance(desk.pool, desk.log, tenant)
    asked = {"idle_days": 90, "grace_days": 30, "after": None, "limit": 10, **given}
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, on, known_at, day(400))
        found = await idle_licences.idle_at(reader, tenant, at, **asked)
    return [(one.user, one.sku, one.quiet_since, one.suspected) for one in found]


async def test_idle_begins_the_day_after_the_ninetieth(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), assigned(day(1)), signed_in(day(10, 13))]

    on_the_90th = await _ask(desk, reader, *facts, on=day(100).date())
    the_day_after = await _ask(desk, reader, *facts, on=day(101).date())

    assert on_the_90th == []
    assert the_day_after == [(ANNA, E5, day(10, 13), False)]


async def test_a_seat_that_moved_to_a_group_was_held_throughout(desk: Desk, reader: Reader) -> None:
    moved = [discovered(day(1)), assigned(day(1)), assigned(day(95), via=OPS), removed(day(96))]

    found = await _ask(desk, reader, *moved, on=day(110).date())

    assert found == [(ANNA, E5, None, False)]


async def test_a_seat_given_back_and_taken_again_is_in_grace(desk: Desk, reader: Reader) -> None:
    again = [discovered(day(1)), assigned(day(1)), removed(day(95)), assigned(day(96))]

    found = await _ask(desk, reader, *again, on=day(110).date())

    assert found == []


async def test_a_path_that_proves_never_to_have_been_leaves_the_seat_held_since_the_next(
    desk: Desk, reader: Reader
) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, P1, discovered(day(1)), assigned(day(1)), assigned(day(95), via=OPS))
    desk.log.tell(tenant, removed(day(1)), *READ_THROUGHOUT, at=day(96))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, day(110).date(), None, day(400))
        found = [
            await idle_licences.idle_at(reader, tenant, at, idle_days=90, grace_days=grace, after=None, limit=10)
            for grace in (14, 16)
        ]

    assert [len(idle) for idle in found] == [1, 0]


async def test_a_failed_logon_of_late_makes_it_suspected(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), assigned(day(1)), signed_in(day(10)), attempted(day(115))]

    found = await _ask(desk, reader, *facts, on=day(120).date())

    assert found == [(ANNA, E5, day(10), True)]


async def test_an_old_account_with_attempts_only_cannot_be_judged(desk: Desk, reader: Reader) -> None:
    holds = [assigned(day(1)), attempted(day(3))]

    old = await _ask(desk, reader, discovered(day(1), created_at=day(-1500)), *holds, on=day(120).date())
    young = await _ask(desk, reader, discovered(day(1), created_at=day(-500)), *holds, on=day(120).date())

    assert old == []
    assert young == [(ANNA, E5, None, False)]


async def test_pages_go_on_where_the_last_one_ended(desk: Desk, reader: Reader) -> None:
    facts = [fact for user in (ANNA, BERT, CARL) for fact in (discovered(day(1), user), assigned(day(1), user))]
    quiet = [signed_in(day(3), CARL), signed_in(day(2), BERT)]

    first = await _ask(desk, reader, *facts, *quiet, on=day(120).date(), limit=2)
    rest = await _ask(desk, reader, *facts, *quiet, on=day(120).date(), after=(day(2), BERT, E5))

    assert [row[0] for row in first] == [ANNA, BERT]
    assert [row[0] for row in rest] == [CARL]


async def test_knowledge_of_long_ago_does_not_make_everyone_idle_today(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), assigned(day(1)), *(signed_in(day(at)) for at in range(2, 200, 2))]

    found = await _ask(desk, reader, *facts, on=day(300).date(), known_at=day(60))

    assert found == []


async def _judged(desk: Desk, reader: Reader, *facts: Event, on: int) -> tuple[int, int, int, str]:
    """Seats listed, and counted as idle and as unverifiable; the state the row of the tenant gives the same day."""
    tenant = desk.tenant()
    told = [INVITED, discovered(day(1)), assigned(day(1)), signed_in(day(2)), *facts]
    desk.log.tell(tenant, *sorted(told, key=lambda fact: fact.happened_at))
    advance(desk.pool, desk.log, tenant)
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, day(on).date(), None, day(400))
        listed = await _idle(reader, tenant, at)
        (counted,) = await idle_licences.summary_at(reader, tenant, at, 7, 0)
        row = await tenants.found(reader, tenant, at)
    assert row is not None
    return len(listed), counted.idle, counted.unverifiable, "seen" if row.observable(at) else "blind"


IDLE, UNVERIFIABLE = (1, 1, 0, "seen"), (0, 0, 1, "blind")


async def test_sign_ins_that_fail_for_more_than_a_week_leave_nobody_idle(desk: Desk, reader: Reader) -> None:
    failing = [
        SnapshotFailed(happened_at=day(number, 3), feed=Feed.SIGN_INS, run=RUN, reason="GRAPH_TIMEOUT")
        for number in range(101, 121)
    ]
    facts = [P1, *_read(*range(1, 101)), *failing]

    judged = {on: await _judged(desk, reader, *facts, on=on) for on in (100, 106, 107, 120)}

    assert judged == {100: IDLE, 106: IDLE, 107: UNVERIFIABLE, 120: UNVERIFIABLE}


async def test_sign_ins_read_again_after_a_long_failure_make_seats_idle_again(desk: Desk, reader: Reader) -> None:
    facts = [P1, *_read(50, 80)]

    judged = {on: await _judged(desk, reader, *facts, on=on) for on in (79, 80)}

    assert judged == {79: UNVERIFIABLE, 80: IDLE}


async def test_a_capability_noted_before_any_read_shows_nothing(desk: Desk, reader: Reader) -> None:
    reports = CapabilityChanged(happened_at=day(1), capability=Capability.REPORTS, available=True)
    named = CapabilityChanged(happened_at=day(1), capability=Capability.CONCEALED_NAMES, available=False)
    others = [*_read(28, feed=Feed.LICENCES), *_read(28, feed=Feed.CALLS)]

    assert await _judged(desk, reader, P1, reports, named, *others, on=30) == UNVERIFIABLE
    assert await _judged(desk, reader, *_read(28), on=30) == UNVERIFIABLE


async def test_usage_reports_count_where_they_name_people_and_were_read(desk: Desk, reader: Reader) -> None:
    reports = CapabilityChanged(happened_at=day(1), capability=Capability.REPORTS, available=True)
    named = CapabilityChanged(happened_at=day(1), capability=Capability.CONCEALED_NAMES, available=False)
    hidden = CapabilityChanged(happened_at=day(29), capability=Capability.CONCEALED_NAMES, available=True)
    read, read_long_ago = _read(28, feed=Feed.REPORTS), _read(20, feed=Feed.REPORTS)

    assert await _judged(desk, reader, reports, named, *read, on=30) == IDLE
    assert await _judged(desk, reader, reports, named, *read_long_ago, on=30) == UNVERIFIABLE
    assert await _judged(desk, reader, reports, named, *read_long_ago, P1, *_read(28), on=30) == IDLE
    assert await _judged(desk, reader, reports, named, hidden, *read, on=30) == UNVERIFIABLE
    assert await _judged(desk, reader, reports, *read, on=30) == UNVERIFIABLE


async def test_fewer_than_seven_idle_days_are_refused(desk: Desk, reader: Reader) -> None:
    with pytest.raises(IdleDaysOutOfRange):
        await _ask(desk, reader, on=day(120).date(), idle_days=6)


async def test_what_was_idle_by_what_was_known_stays_so_when_a_late_report_comes(desk: Desk, reader: Reader) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, INVITED, P1, discovered(day(1)), assigned(day(1)), signed_in(day(2)), *_read(10))
    advance(desk.pool, desk.log, tenant)
    desk.log.tell(tenant, signed_in(day(5)), at=day(12))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        before = await moment(reader, tenant, day(11).date(), day(11), day(12))
        after = await moment(reader, tenant, day(11).date(), None, day(12))
        known_then = await _idle(reader, tenant, before)
        known_now = await _idle(reader, tenant, after)

    assert [one.quiet_since for one in known_then] == [day(2)]
    assert known_now == []


async def test_a_user_active_daily_costs_one_open_row(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), *(signed_in(day(at)) for at in range(2, 300)))

    advance(desk.pool, desk.log, tenant)

    evidence = [row for row in desk.rows("activity_gaps", tenant) if row[1] == "EVIDENCE"]
    assert len(evidence) == 3  # closed at once: never before; and since then: before the first, and the open one
