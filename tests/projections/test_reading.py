"""Which moment is asked about, and who is seen."""

from __future__ import annotations

import pytest

from app.projections import (
    licence_holdings,
    tenants,
    user_listing,
)
from app.projections.reading import AsOfOutOfRange, moment, scope
from tests.projections.asking import NOW, Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import (
    ANNA,
    assigned,
    day,
    discovered,
)


async def test_a_day_in_the_future_is_refused_and_one_before_the_first_fact_is_empty(
    desk: Desk, reader: Reader
) -> None:
    tenant = told(desk, discovered(day(2)), assigned(day(-100)))

    async with scope(reader, [tenant]):
        with pytest.raises(AsOfOutOfRange):
            await moment(reader, tenant, day(401).date(), None, NOW)
        early = await when(reader, tenant, day(0))
        fresh = await tenants.freshness_at(reader, tenant, early)
        held = await licence_holdings.held_at(reader, tenant, early, [ANNA])

    assert (early.position, early.before_first_fact, fresh.before_first_fact, held) == (0, True, True, [])


async def test_a_reader_sees_the_tenants_of_its_scope_and_no_other(desk: Desk, reader: Reader) -> None:
    one, two = told(desk, discovered(day(2))), told(desk, discovered(day(2)))

    async with scope(reader, [one]):
        seen = await tenants.listed(reader, None, None, 99)
        at = await when(reader, one, day(9))
        foreign = await user_listing.listed_at(reader, two, at, after=None, limit=9)
    async with scope(reader, []):
        nobody = await tenants.listed(reader, None, None, 99)

    assert [row.tenant for row in seen] == [one]
    assert foreign == []
    assert nobody == []
