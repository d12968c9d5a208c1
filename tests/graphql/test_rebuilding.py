"""Tables rebuilt at the provider's word: who may, what is told at once, and how far it is."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.domain.ids import TenantId
from app.graphql.pool import ReadPool
from app.projections.actors import orders
from app.projections.building import Building, buildings
from app.projections.generations import generations
from app.projections.reading import scope
from app.projections.rebuild import work_on
from tests.graphql.conftest import Client, asgi
from tests.graphql.world import CONTOSO, NOON, World

REBUILD = """mutation ($id: ID!, $name: String!) {
  rebuildProjection(tenant: $id, name: $name) { tenantId projections head } }"""
HELD = "query ($id: ID!) { tenant(id: $id) { at { position licenceSummary { held } } } }"


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    def ring(_tenant: TenantId, _position: int) -> None:
        """A worker would come; here the test is the worker."""

    clock = SteppedClock(NOON)
    app = asgi(read_pool, clock, desk=Desk(world.store, clock, ring, orders(world.pool, ring)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Client(http, clock)


async def _building(pool: ReadPool, name: str) -> Building:
    async with pool.connection() as db, scope(db, [CONTOSO]):
        return next(each for each in await buildings(db, [CONTOSO]) if each.projection == name)


async def test_an_order_returns_at_once_is_told_as_progress_and_changes_no_answer(
    client: Client, world: World, read_pool: ReadPool
) -> None:
    head = world.tabulate(CONTOSO)
    before = await client.data(HELD, id=str(CONTOSO))

    ordered = await client.data(REBUILD, "operator", id=str(CONTOSO), name="licence_holdings,users")
    again = await client.code(REBUILD, "owner", id=str(CONTOSO), name="users")
    at_first = await _building(read_pool, "users")
    work_on(world.pool, world.store, CONTOSO, budget=3)
    half_built = await _building(read_pool, "users")
    meanwhile = await client.data(HELD, id=str(CONTOSO))
    while work_on(world.pool, world.store, CONTOSO):
        pass
    at_last = await _building(read_pool, "users")

    assert ordered["rebuildProjection"]["projections"] == ["users", "licence_holdings"]
    assert ordered["rebuildProjection"]["head"] == str(head)
    assert again == "REBUILD_RUNNING"
    assert [(each.position, each.under_way, each.failed) for each in (at_first, half_built, at_last)] == [
        (0, 1, 0),
        (3, 1, 0),
        (head, 0, 0),
    ]
    assert meanwhile == before == await client.data(HELD, id=str(CONTOSO))


@pytest.mark.parametrize(
    ("who", "name", "code"),
    [
        ("admin", "users", "FORBIDDEN"),
        ("pretender", "users", "FORBIDDEN"),
        ("neighbour", "users", "NOT_FOUND"),
        ("operator", "no_such_table", "PROJECTION_UNKNOWN"),
    ],
)
async def test_what_is_not_to_be_rebuilt_is_refused_and_nothing_is_ordered(
    client: Client, world: World, who: str, name: str, code: str
) -> None:
    before = generations(world.pool, CONTOSO)

    assert await client.code(REBUILD, who, id=str(CONTOSO), name=name) == code
    assert generations(world.pool, CONTOSO) == before
