"""What is built anew is what stands there, and takes its place in one step."""

from __future__ import annotations

from datetime import datetime

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.eventstore.pools import borrowed
from app.projections.catalogue import ALL
from app.projections.engine import advance
from app.projections.generations import State
from app.projections.rebuild import ProjectionUnknown, compare, rebuild
from app.projections.status import standings
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, assigned, day, discovered, removed, signed_in


@given(story=stories(), cut=st.integers(1, 40))
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_rebuild_equals_the_live_tables(desk: Desk, story: list[tuple[datetime, Event]], cut: int) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story[:cut])
    advance(desk.pool, desk.log, tenant, batch=5)
    desk.log.tell_all(tenant, story[cut:])
    advance(desk.pool, desk.log, tenant, batch=5)

    for projection in ALL:
        live = [desk.rows(table, tenant) for table in projection.tables]
        assert compare(desk.pool, desk.log, projection.name, tenant) == []
        assert [each.state for each in rebuild(desk.pool, desk.log, projection.name, tenant)] == [State.SWAPPED]
        assert [desk.rows(table, tenant) for table in projection.tables] == live


def test_a_row_that_was_tampered_with_is_named(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)))
    advance(desk.pool, desk.log, tenant)
    with borrowed(desk.pool) as db:
        db.execute("UPDATE licence_holdings SET valid_from = %s WHERE tenant_id = %s", (day(3), tenant))

    difference = compare(desk.pool, desk.log, "licence_holdings", tenant)[0]

    assert (difference.table, difference.side) == ("licence_holdings", "live")
    assert "2026-01-03" in difference.row


def test_live_rows_that_differ_are_left_as_they_are_unless_it_is_forced(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)))
    advance(desk.pool, desk.log, tenant)
    with borrowed(desk.pool) as db:
        db.execute("UPDATE licence_holdings SET valid_from = %s WHERE tenant_id = %s", (day(3), tenant))
    tampered = desk.rows("licence_holdings", tenant)

    (refused,) = rebuild(desk.pool, desk.log, "licence_holdings", tenant)

    assert refused.state is State.DIFFERED
    assert [(each.side, "2026-01-03" in each.row) for each in refused.differences] == [
        ("live", True),
        ("rebuilt", False),
    ]
    assert desk.rows("licence_holdings", tenant) == tampered

    (forced,) = rebuild(desk.pool, desk.log, "licence_holdings", tenant, force=True)

    assert forced.state is State.SWAPPED
    assert compare(desk.pool, desk.log, "licence_holdings", tenant) == []


def test_a_rebuild_ends_a_stop_and_takes_in_what_is_new(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)))
    advance(desk.pool, desk.log, tenant)
    with borrowed(desk.pool) as db:
        db.execute("UPDATE checkpoints SET stopped_at = 3, reason = 'x' WHERE tenant_id = %s", (tenant,))
    desk.log.tell(tenant, removed(day(5)))
    reached = []

    rebuild(desk.pool, desk.log, "licence_holdings", tenant, lambda _, position, to: reached.append((position, to)))

    stands = next(one for one in standings(desk.pool, tenant) if one.projection == "licence_holdings")
    assert (stands.position, stands.stopped_at) == (3, None)
    assert reached == [(2, 2)]
    assert len(desk.rows("licence_holdings", tenant)) == 2


def test_a_rebuild_touches_no_other_tenant(desk: Desk) -> None:
    tenant, neighbour = desk.tenant(), desk.tenant()
    for one in (tenant, neighbour):
        desk.log.tell(one, discovered(day(1)), signed_in(day(2), ANNA))
        advance(desk.pool, desk.log, one)
    with borrowed(desk.pool) as db:
        db.execute("DELETE FROM activity_gaps WHERE tenant_id = ANY (%s)", ([tenant, neighbour],))

    rebuild(desk.pool, desk.log, "activity_gaps", tenant, force=True)

    assert len(desk.rows("activity_gaps", tenant)) == 4
    assert desk.rows("activity_gaps", neighbour) == []


def test_a_table_that_does_not_exist_is_refused(desk: Desk) -> None:
    with pytest.raises(ProjectionUnknown, match="activity_gaps"):
        rebuild(desk.pool, desk.log, "activities")
