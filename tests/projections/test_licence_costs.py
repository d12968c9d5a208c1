"""Seats with whoever pays for them: at any moment the seats held, and where their holders were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.licensing import ProfileChanged
from app.domain.ids import TenantId
from app.projections.engine import advance
from app.projections.reading import Moment, in_force, known, moment, rows, scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, E3, E5, OPS, assigned, day, discovered, profile, removed

_PAID = f"""
    SELECT c.user_id, c.sku_id, c.paths, c.department, c.company, c.cost_centre, c.country
    FROM {known("licence_costs")} c WHERE {in_force("c")} ORDER BY 1, 2
"""
_HELD = f"""
    SELECT s.user_id, s.sku_id, s.paths, u.department, u.company, u.cost_centre, u.country
    FROM {known("idle_licences")} s LEFT JOIN {known("users")} u ON u.user_id = s.user_id AND {in_force("u")}
    WHERE {in_force("s")} ORDER BY 1, 2
"""


async def _asked(reader: Reader, tenant: TenantId, at: Moment, query: str) -> list[tuple[Any, ...]]:
    return await rows(reader, query, {"tenant": tenant, "position": at.position, "at": at.at})


def moved(on: int, department: str) -> ProfileChanged:
    return ProfileChanged(happened_at=day(on), user=ANNA, profile=profile("Anna", department))


@given(story=stories(settled=True), data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_at_any_moment_it_is_the_seats_with_the_places_of_their_holders(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant, batch=data.draw(st.sampled_from([3, 10_000]))).stopped == ()

    for _ in range(6):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 1, 5, 30])))
        async with scope(reader, [tenant]):
            at = await moment(reader, tenant, on, known_at, now + timedelta(days=1))
            paid, held = [await _asked(reader, tenant, at, query) for query in (_PAID, _HELD)]

        assert paid == held


async def test_a_row_lasts_as_long_as_paths_and_place_stay_the_same(desk: Desk) -> None:
    tenant = told(
        desk, discovered(day(1)), assigned(day(2)), moved(5, "Ops"), assigned(day(7), via=OPS), removed(day(9))
    )

    stretches = [
        (row[7].day, row[8].day, row[3], len(row[2])) for row in desk.rows("licence_costs", tenant) if row[-1] > 2**62
    ]

    assert sorted(stretches) == [(2, 5, "Sales", 1), (5, 7, "Ops", 1), (7, 9, "Ops", 2), (9, 31, "Ops", 1)]


async def test_a_seat_learned_of_in_arrears_is_paid_by_whoever_it_was_of_then(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), moved(10, "Ops"), moved(20, "Ops"))
    desk.log.tell(tenant, assigned(day(3), sku=E3), at=day(25))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        found = [
            [row[3] for row in await _asked(reader, tenant, await when(reader, tenant, day(on)), _PAID)]
            for on in (2, 3, 9, 10, 25)
        ]
        unknown = await _asked(reader, tenant, await when(reader, tenant, day(9), day(24)), _PAID)

    assert found == [[], ["Sales"], ["Sales"], ["Ops"], ["Ops"]]
    assert unknown == []
    assert len(desk.rows("licence_costs", tenant)) == 2


async def test_a_profile_learned_of_in_arrears_changes_who_pays_from_then_on(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), assigned(day(1), sku=E5))
    desk.log.tell(tenant, moved(5, "Ops"), at=day(12))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then = [row[3] for row in await _asked(reader, tenant, await when(reader, tenant, day(8), day(11)), _PAID)]
        now = [row[3] for row in await _asked(reader, tenant, await when(reader, tenant, day(8)), _PAID)]

    assert (then, now) == (["Sales"], ["Ops"])
