"""The rows do not depend on how the log was cut."""

from __future__ import annotations

from datetime import datetime

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.projections.catalogue import ALL
from app.projections.engine import advance
from tests.projections.conftest import Desk
from tests.projections.logs import stories


@given(story=stories(), later=st.integers(1, 60))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_batches_give_the_same_rows(desk: Desk, story: list[tuple[datetime, Event]], later: int) -> None:
    tenants = [desk.tenant() for _ in range(4)]
    for tenant in tenants[:3]:
        desk.log.tell_all(tenant, story)

    for tenant, batch in zip(tenants, (1, 7, 50_000), strict=False):
        progress = advance(desk.pool, desk.log, tenant, batch=batch)
        assert (progress.position, progress.stopped) == (len(story), ())
    desk.log.tell_all(tenants[3], story[:later])
    advance(desk.pool, desk.log, tenants[3])
    desk.log.tell_all(tenants[3], story[later:])
    advance(desk.pool, desk.log, tenants[3])

    for projection in ALL:
        for table in projection.tables:
            one, seven, whole, twice = (desk.rows(table, tenant) for tenant in tenants)
            assert one == whole
            assert seven == whole
            assert twice == whole
