"""Two states compared: examples, and every log against what was held at both moments."""

from __future__ import annotations

from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.licensing import LicenceChanged, ProfileChanged
from app.domain.ids import GroupId, PlanId, SkuId, TenantId, UserId
from app.insight import comparison
from app.insight.comparison import Difference, Moments, Outcome, Which
from app.projections import licence_holdings, users
from app.projections.engine import advance
from app.projections.reading import Moment, scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, BERT, CARL, E3, E5, OPS, assigned, day, discovered, named, profile, removed

PLAN = PlanId(named("plan"))
EVERYBODY = [ANNA, BERT, CARL]


def story() -> list[Event]:
    """Anna gains E5, loses E3; Bert comes to hold E5 by a group, E3 comes and goes; a plan of Carl's goes off."""
    return [
        *(discovered(day(2), user) for user in EVERYBODY),
        *(assigned(day(2), user) for user in (BERT, CARL)),
        assigned(day(2), ANNA, sku=E3),
        removed(day(5), ANNA, sku=E3),
        assigned(day(5), ANNA),
        assigned(day(6), BERT, via=OPS),
        removed(day(6), BERT),
        LicenceChanged(happened_at=day(7), user=CARL, sku=E5, via=None, disabled_plans=(PLAN,)),
        assigned(day(5), BERT, sku=E3),
        removed(day(6), BERT, sku=E3),
        ProfileChanged(happened_at=day(6), user=BERT, profile=profile("Bert", "Ops")),
    ]


async def moments(reader: Reader, tenant: TenantId, then: datetime, now: datetime) -> Moments:
    return Moments(await when(reader, tenant, then), await when(reader, tenant, now))


async def test_who_gained_lost_or_holds_otherwise_what(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *story())

    async with scope(reader, [tenant]):
        at = await moments(reader, tenant, day(3), day(9))
        found = await comparison.differences(reader, tenant, at, Which(), by_name=True, after=None, limit=9)
        counted = await comparison.totals(reader, tenant, at, Which())
        changed = await comparison.changed_at(reader, tenant, at, EVERYBODY)

    assert {(each.user, each.sku, each.outcome) for each in found} == {
        (ANNA, E3, Outcome.LOST),
        (ANNA, E5, Outcome.GAINED),
        (BERT, E5, Outcome.PATH),
        (CARL, E5, Outcome.PLANS),
    }
    assert sorted(counted) == sorted((each.sku, each.outcome, 1) for each in found)
    assert {seat: at for seat, at in changed.items() if seat[1] == E5} == {
        (ANNA, E5): day(5),
        (BERT, E5): day(6),
        (CARL, E5): day(7),
    }


async def test_the_other_way_round_what_was_gained_is_lost(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *story())

    async with scope(reader, [tenant]):
        at = await moments(reader, tenant, day(9), day(3))
        found = await comparison.differences(reader, tenant, at, Which(user=ANNA), by_name=True, after=None, limit=9)

    assert {(each.sku, each.outcome) for each in found} == {(E3, Outcome.GAINED), (E5, Outcome.LOST)}


async def test_seats_are_chosen_by_user_product_department_and_outcome(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *story())

    async def chosen(which: Which) -> set[tuple[UserId, SkuId]]:
        found = await comparison.differences(reader, tenant, at, which, by_name=True, after=None, limit=9)
        counted = await comparison.totals(reader, tenant, at, which)
        assert sum(each.seats for each in counted) == len(found)
        return {(each.user, each.sku) for each in found}

    async with scope(reader, [tenant]):
        at = await moments(reader, tenant, day(3), day(9))

        assert await chosen(Which(user=ANNA, sku=E3)) == {(ANNA, E3)}
        assert await chosen(Which(department="Ops")) == {(BERT, E5)}
        assert await chosen(Which(outcomes=(Outcome.LOST, Outcome.PLANS))) == {(ANNA, E3), (CARL, E5)}
        assert await chosen(Which(outcomes=())) == set()


async def test_nothing_known_before_makes_all_that_is_held_gained(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *story())

    async with scope(reader, [tenant]):
        at = await moments(reader, tenant, day(1) - timedelta(days=9), day(9))
        found = await comparison.differences(reader, tenant, at, Which(), by_name=True, after=None, limit=9)

    assert {(each.user, each.outcome) for each in found} == {(user, Outcome.GAINED) for user in EVERYBODY}


async def test_one_day_by_two_states_of_knowledge_differs_by_what_was_learned(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, *story())
    desk.log.tell(tenant, removed(day(8), CARL), at=day(20))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        at = Moments(await when(reader, tenant, day(9), day(19)), await when(reader, tenant, day(9)))
        found = await comparison.differences(reader, tenant, at, Which(), by_name=True, after=None, limit=9)

    assert [(each.user, each.outcome) for each in found] == [(CARL, Outcome.LOST)]


@given(story=stories(most=40, settled=True), days=st.tuples(*[st.integers(0, 60)] * 4), limit=st.integers(1, 4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_difference_is_that_of_what_was_held_at_both_moments(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], days: tuple[int, ...], limit: int
) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    last = story[-1][0]
    on_then, known_then, on_now, known_now = (last - timedelta(days=each) for each in days)
    async with scope(reader, [tenant]):
        at = Moments(await when(reader, tenant, on_then, known_then), await when(reader, tenant, on_now, known_now))
        found: list[Difference] = []
        while True:
            after = (found[-1].name or "", found[-1].user, found[-1].sku) if found else None
            page = await comparison.differences(reader, tenant, at, Which(), by_name=True, after=after, limit=limit)
            assert set(page).isdisjoint(found)
            found += page
            if len(page) < limit:
                break
        counted = await comparison.totals(reader, tenant, at, Which())
        before, after_ = [await _held(reader, tenant, each) for each in (at.then, at.now)]
        names = {
            row.user: (row.display_name, row.department)
            for each in (at.then, at.now)
            for row in await users.named_at(reader, tenant, each, EVERYBODY)
        }

    expected = {
        seat: outcome
        for seat in before.keys() | after_.keys()
        if (outcome := _outcome(before.get(seat, {}), after_.get(seat, {}))) is not None
    }
    assert {(each.user, each.sku): each.outcome for each in found} == expected
    assert len(found) == len(expected)
    assert all((each.name, each.department) == names.get(each.user, (None, None)) for each in found)
    assert sum(each.seats for each in counted) == len(found)


_Paths = dict[GroupId | None, frozenset[PlanId]]


async def _held(reader: Reader, tenant: TenantId, at: Moment) -> dict[tuple[UserId, SkuId], _Paths]:
    seats: dict[tuple[UserId, SkuId], _Paths] = {}
    for each in await licence_holdings.held_at(reader, tenant, at, EVERYBODY):
        seats.setdefault((each.user, each.sku), {})[each.via] = frozenset(each.disabled_plans)
    return seats


def _outcome(before: _Paths, after: _Paths) -> Outcome | None:
    if not before or not after:
        return Outcome.GAINED if after else Outcome.LOST
    if before.keys() != after.keys():
        return Outcome.PATH
    return Outcome.PLANS if before != after else None
