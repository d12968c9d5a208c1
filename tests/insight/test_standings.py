"""Everyone who holds anything, as of any day, by what was known when: the tables' answer is that of the facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.events.deciding import SeatExempted
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    ProfileChanged,
    UserDeleted,
    UserKind,
)
from app.domain.events.tenancy import Capability, CapabilityChanged, PolicyChanged, SkuIdleDays
from app.domain.ids import PlanId, SkuId, TenantId
from app.domain.personal import Personal
from app.domain.policy import IdleDaysOutOfRange
from app.domain.standing import HeldSeat, Source
from app.graphql.policy import LIST_MAX
from app.insight.standings import Standings, holders_at
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import Moment, moment, scope
from tests.insight.expected import Expected
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import (
    ANNA,
    BERT,
    E3,
    E5,
    OPS,
    SALES,
    assigned,
    attempted,
    day,
    discovered,
    named,
    profile,
    removed,
    signed_in,
    snapshot,
)

pytestmark = pytest.mark.timeout(300)  # hundreds of random questions, on a machine that may be busy

P1 = CapabilityChanged(happened_at=day(1), capability=Capability.ENTRA_P1, available=True)
YAMMER, TEAMS = PlanId(named("yammer")), PlanId(named("teams"))


async def asked(
    reader: Reader, tenant: TenantId, on: date, known_at: datetime | None, now: datetime, idle_days: int | None = None
) -> Standings | None:
    """None: nothing was known by then."""
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, on, known_at, now)
        row = await tenants.found(reader, tenant, at)
        return None if row is None else await holders_at(reader, tenant, at, row, idle_days)


async def told_of(desk: Desk, reader: Reader, *facts: Event, on: int, idle_days: int | None = None) -> Standings:
    tenant = desk.tenant()
    reads = [snapshot(day(number, 3), Feed.SIGN_INS) for number in range(1, 300, 5)]
    log = sorted([INVITED, CONSENTED, P1, *facts, *reads], key=lambda fact: fact.happened_at)
    desk.log.tell(tenant, *log)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    found = await asked(reader, tenant, day(on).date(), None, day(400), idle_days)
    assert found is not None
    return found


async def anna(desk: Desk, reader: Reader, *facts: Event, on: int, **given: Any) -> Any:
    """Anna's holder; None: she is not among those who hold anything."""
    found = await told_of(desk, reader, *facts, on=on, **given)
    return next((each.holder for each in found.holders if each.user == ANNA), None)


@given(story=stories(settled=True), data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_holders_and_their_ground_follow_from_the_facts_at_any_moment(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(10):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 1, 10, 40])))
        idle_days = data.draw(st.sampled_from([None, 7, 14]))
        found = await asked(reader, tenant, on, known_at, now + timedelta(days=1), idle_days)
        if found is None:
            assert on < day(1).date()
            continue
        expected = Expected([fact for at, fact in story if at <= known_at], on, known_at, idle_days)

        assert {each.user: (each[1:5], each.holder) for each in found.holders} == {
            user: (place, holder) for user, place, holder in expected.holders()
        }
        assert found.ground.on == on
        assert found.ground.observable is expected.oracle._observable
        assert found.ground.observed == expected.observed()
        assert found.ground.plans == expected.plans()
        assert set(found.ground.classes) == expected.counted()


@given(story=stories(40, settled=True))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
            answers.append((at, await _plain(reader, tenant, at)))

    async with scope(reader, [tenant]):
        again = [(at, await _plain(reader, tenant, at)) for at, _ in answers]
    assert again == answers


async def _plain(reader: Reader, tenant: TenantId, at: Moment) -> object:
    row = await tenants.found(reader, tenant, at)
    if row is None:
        return None
    found = await holders_at(reader, tenant, at, row, 7)
    return found.ground, {each.user: each for each in found.holders}


async def test_disabled_for_two_weeks_is_the_fourteenth_day_before(desk: Desk, reader: Reader) -> None:
    off = AccountDisabled(happened_at=day(40, 9), user=ANNA)
    moved = ProfileChanged(happened_at=day(45), user=ANNA, profile=profile("Anna", "Ops"))
    facts = [discovered(day(1)), assigned(day(1)), off, moved]

    found = [await anna(desk, reader, *facts, on=on) for on in (53, 54)]
    enabled = await anna(desk, reader, *facts, AccountEnabled(happened_at=day(50), user=ANNA), on=54)

    assert [(each.enabled, each.disabled_long) for each in found] == [(False, False), (False, True)]
    assert (enabled.enabled, enabled.disabled_long) == (True, False)


async def test_an_account_discovered_disabled_counts_from_then_on(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1), enabled=False), assigned(day(1))]

    found = [await anna(desk, reader, *facts, on=on) for on in (14, 15)]

    assert [each.disabled_long for each in found] == [False, True]


async def test_a_plan_is_off_where_every_path_switched_it_off(desk: Desk, reader: Reader) -> None:
    direct = LicenceAssigned(happened_at=day(1), user=ANNA, sku=E5, via=None, disabled_plans=(YAMMER, TEAMS))
    grouped = LicenceAssigned(happened_at=day(1), user=ANNA, sku=E5, via=OPS, disabled_plans=(YAMMER,))
    bare = assigned(day(1), via=SALES)

    both = await anna(desk, reader, discovered(day(1)), direct, grouped, on=2)
    three = await anna(desk, reader, discovered(day(1)), direct, grouped, bare, on=2)

    assert [(seat.plans_off, seat.direct, seat.by_group) for seat in both.seats] == [(frozenset({YAMMER}), True, True)]
    assert [seat.plans_off for seat in three.seats] == [frozenset()]


async def test_each_product_is_judged_by_its_own_days(desk: Desk, reader: Reader) -> None:
    own = PolicyChanged(
        happened_at=day(1),
        idle_days=90,
        grace_days=0,
        time_zone="UTC",
        currency="EUR",
        sku_idle_days=(SkuIdleDays(sku=E3, days=20),),
    )
    facts = [
        own,
        discovered(day(1)),
        assigned(day(1)),
        assigned(day(1), sku=E3),
        signed_in(day(10)),
        attempted(day(40)),
    ]

    by_rule = await anna(desk, reader, *facts, on=50)
    by_question = await anna(desk, reader, *facts, on=50, idle_days=7)

    assert {seat.sku: (seat.quiet, seat.attempted) for seat in by_rule.seats} == {
        E3: (True, True),
        E5: (False, False),
    }
    assert {seat.sku: (seat.quiet, seat.attempted) for seat in by_question.seats} == {
        E3: (True, False),
        E5: (True, False),
    }


async def test_as_many_products_as_may_be_named_have_their_own_days(desk: Desk, reader: Reader) -> None:
    """Each another number: Anna's last sign-in is 100 days ago, so she idles by 100 days or fewer, not by more."""
    others = [SkuIdleDays(sku=SkuId(named(f"product {days}")), days=days) for days in range(7, 7 + LIST_MAX - 2)]
    for idle_days, quiet in ((99, True), (101, False)):
        own = (SkuIdleDays(sku=E5, days=idle_days), *others)
        rules = PolicyChanged(
            happened_at=day(1), idle_days=600, grace_days=0, time_zone="UTC", currency="EUR", sku_idle_days=own
        )
        holder = await anna(
            desk,
            reader,
            rules,
            discovered(day(1)),
            assigned(day(1)),
            assigned(day(1), sku=E3),
            signed_in(day(100)),
            on=200,
        )

        assert {seat.sku: seat.quiet for seat in holder.seats} == {E5: quiet, E3: False}


async def test_an_exemption_holds_until_its_day(desk: Desk, reader: Reader) -> None:
    owner = Personal("pseudonym/o", "Olga")
    leave = SeatExempted(
        happened_at=day(5),
        user=ANNA,
        sku=E5,
        reason=Personal.of_user(ANNA, "leave"),
        owner=owner,
        until=day(20).date(),
        by=None,
    )
    facts = [discovered(day(1)), assigned(day(1)), assigned(day(1), sku=E3), leave]

    found = [await anna(desk, reader, *facts, on=on) for on in (4, 5, 19, 20)]

    assert [{seat.sku for seat in each.seats if seat.exempt} for each in found] == [set(), {E5}, {E5}, set()]


async def test_who_is_gone_or_holds_nothing_is_left_out(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), assigned(day(1)), discovered(day(1), BERT)]

    there = await told_of(desk, reader, *facts, on=3)
    gone = await told_of(desk, reader, *facts, removed(day(2)), UserDeleted(happened_at=day(2), user=ANNA), on=3)

    assert [each.user for each in there.holders] == [ANNA]
    assert gone.holders == []


async def test_never_seen_before_stamps_were_kept_proves_nothing(desk: Desk, reader: Reader) -> None:
    holds = [assigned(day(1)), attempted(day(3))]

    old = await anna(desk, reader, discovered(day(1), created_at=day(-1500)), *holds, on=20)
    young = await anna(desk, reader, discovered(day(1), created_at=day(-500)), *holds, on=20)
    untouched = await anna(desk, reader, discovered(day(1), created_at=day(-1500)), assigned(day(1)), on=20)

    assert [(each.never, each.provable) for each in (old, young, untouched)] == [
        (True, False),
        (True, True),
        (True, True),
    ]


async def test_equal_holders_are_one_object(desk: Desk, reader: Reader) -> None:
    facts = [
        fact
        for user, department in ((ANNA, "Sales"), (BERT, "Ops"))
        for fact in (discovered(day(1), user, department=department), assigned(day(1), user))
    ]

    found = await told_of(desk, reader, *facts, on=3)

    (first, second) = sorted(found.holders, key=lambda each: each.department or "")
    assert first.holder is second.holder
    assert (first.department, second.department) == ("Ops", "Sales")
    assert first.holder.seats == (HeldSeat(E5, young=True, quiet=True, silent=frozenset(Source)),)


async def test_a_guest_is_a_guest(desk: Desk, reader: Reader) -> None:
    found = await anna(desk, reader, discovered(day(1), kind=UserKind.GUEST), assigned(day(1)), on=3)

    assert (found.kind, found.sure) == (UserKind.GUEST, True)


async def test_fewer_than_seven_idle_days_are_refused(desk: Desk, reader: Reader) -> None:
    with pytest.raises(IdleDaysOutOfRange):
        await told_of(desk, reader, discovered(day(1)), on=3, idle_days=6)
