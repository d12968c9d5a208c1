"""Since when users are quiet: gaps of a week and more, so that what is moved in place later was never told."""

from __future__ import annotations

from datetime import datetime

from app.domain.ids import TenantId
from app.projections import activity_gaps
from app.projections.activity_gaps import EVIDENCE, Quiet
from app.projections.engine import advance
from app.projections.reading import scope
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, day, discovered, signed_in


async def _quiet(desk: Desk, reader: Reader, tenant: TenantId, on: datetime, known_at: datetime) -> list[Quiet]:
    async with scope(reader, [tenant]):
        at = await when(reader, tenant, on, known_at)
        found = await activity_gaps.quiet_at(reader, tenant, at, [ANNA])
    return [gap for gap in found if gap.grade == EVIDENCE]


async def test_a_sign_in_within_the_week_does_not_change_what_was_said_of_a_day_before(
    desk: Desk, reader: Reader
) -> None:
    tenant = told(desk, discovered(day(1)), signed_in(day(2)))
    before = await _quiet(desk, reader, tenant, day(3), known_at=day(3, 12))

    desk.log.tell(tenant, signed_in(day(5)))
    advance(desk.pool, desk.log, tenant)

    assert before == []
    assert await _quiet(desk, reader, tenant, day(3), known_at=day(3, 12)) == before


async def test_a_gap_is_told_of_once_a_week_of_civil_days_lies_within_it(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), signed_in(day(2, 13)))

    found = [await _quiet(desk, reader, tenant, day(on), known_at=day(on, 12)) for on in (9, 10)]

    assert found == [[], [Quiet(ANNA, EVIDENCE, day(2, 13))]]


async def test_who_was_never_seen_is_told_of_from_the_first_day(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)))

    found = await _quiet(desk, reader, tenant, day(1), known_at=day(1, 12))

    assert found == [Quiet(ANNA, EVIDENCE, None)]
