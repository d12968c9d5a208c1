"""A page of users costs what it holds, also the last of many: what is seen of the read side's plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.domain.ids import TenantId
from app.projections.reading import Moment, scope
from app.projections.user_listing import UserOrder, listing
from tests.projections.asking import Reader
from tests.projections.conftest import Desk
from tests.projections.story import day

AT = Moment(day(9), day(8).date(), 5, "UTC", day(8).date(), before_first_fact=False)
MANY = """
    INSERT INTO users (tenant_id, user_id, display_name, kind, enabled, department, deleted, valid_from, valid_until,
                       since_position, until_position)
    SELECT %s, gen_random_uuid(), md5(n::text), 'PERSON', true, 'Department ' || (n %% 10), false,
           '2020-01-01Z', '9999-12-31Z', 1, 9223372036854775807
    FROM generate_series(1, 5000) n
"""


async def plan(reader: Reader, tenant: TenantId, **wanted: Any) -> str:
    question = listing(tenant, AT, limit=50, **wanted)
    async with scope(reader, [tenant]):
        await reader.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        found = await reader.execute(f"EXPLAIN (COSTS OFF) {question.query}", question.parameters)
        return "\n".join(line for (line,) in await found.fetchall())


@pytest.mark.both_databases
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize(
    ("wanted", "after", "index"),
    [
        ({}, ("e000", UUID(int=1)), "users_in_order_of_name_idx"),
        ({"order": UserOrder.DEPARTMENT}, ("Department 8", "e000", UUID(int=1)), "users_in_order_of_department_idx"),
    ],
)
async def test_a_deep_page_begins_where_the_page_before_ended(
    desk: Desk, reader: Reader, wanted: dict[str, Any], after: tuple[Any, ...], index: str, down: bool
) -> None:
    tenant = desk.tenant()
    with psycopg.connect(desk.database.owner_dsn, autocommit=True) as owner:
        owner.execute(MANY, (tenant,))
        owner.execute("ANALYZE users")

    told = await plan(reader, tenant, **wanted, after=after, descending=down)

    sought = next(line for line in told.splitlines() if "Index Cond" in line)
    assert f"using {index}" in told
    assert "ROW(" in sought
    assert "Sort" not in told
