"""Clients generated from the contract and the cookbook's documents: they compile, and the Python one asks the door."""

import importlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.graphql.pool import ReadPool, open_read_pool
from tests.database import Database
from tests.graphql import cookbook_world
from tests.graphql.conftest import asgi, bearer
from tests.graphql.cookbook import PAGE, recipes
from tests.graphql.world import BERT, CONTOSO, E5, NOON, World
from tools.clients.generate import (
    compiled,
    lacking_for_python,
    lacking_for_typescript,
    python_client,
    typescript_types,
)

pytestmark = pytest.mark.slow

PORTAL = """import type { WasteByCauseQuery, WorklistQuery, ExemptMutationVariables } from "./sua";

export function seats(answer: WasteByCauseQuery): number {
  return answer.tenant?.at.findingTotals.total.seats ?? 0;
}

export function saved(answer: WorklistQuery): string[] {
  const found = answer.tenant?.at.findings.nodes ?? [];
  return found.map((each) => (each.saving === null || each.saving === undefined ? "unknown" : each.saving.amount));
}

export const exempt: ExemptMutationVariables = { tenant: "t", seat: { user: "u", sku: "s" } };
"""
WRONG = """import type { WasteByCauseQuery } from "./sua";

export const people = (answer: WasteByCauseQuery): string => answer.tenant.at.findingTotals.total.persons;
"""


def needing(lacking: Callable[[], str | None]) -> None:
    said = lacking()
    if said is not None and os.environ.get("SUA_TEST_REQUIRE_SERVICES") == "1":
        pytest.fail(said)
    if said is not None:
        pytest.skip(said)


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with cookbook_world.built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def read_pool(module_database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(module_database.reader_dsn, 4)
    yield pool
    await pool.close()


@pytest.fixture(scope="module")
def sua_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    needing(lacking_for_python)
    folder = tmp_path_factory.mktemp("python")
    python_client(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module("sua_client")


@pytest.fixture
async def ask_as(read_pool: ReadPool, world: World, sua_client: Any) -> AsyncIterator[Callable[[str], Any]]:
    """A generated client for each kind of viewer."""
    clock = SteppedClock(NOON)

    def ring(tenant: Any, _: int) -> None:
        world.tabulate(tenant)

    transport = httpx.ASGITransport(asgi(read_pool, clock, desk=Desk(world.store, clock, ring)))
    opened: list[httpx.AsyncClient] = []

    def made(who: str) -> Any:
        http = httpx.AsyncClient(transport=transport, headers=bearer(who))
        opened.append(http)
        return sua_client.SuaClient(url="http://sua.test/graphql", http_client=http)

    yield made
    for each in opened:
        await each.aclose()


async def test_the_python_client_asks_and_is_given_typed_answers(ask_as: Callable[[str], Any], sua_client: Any) -> None:
    client = ask_as("hr")

    waste = await client.waste_by_cause(tenant=str(CONTOSO), tiers=[sua_client.Tier.GUARANTEED])
    costs = await client.costs_as_known(
        tenant=str(CONTOSO), month="2026-10", as_of="2026-11-20", known_at="2026-11-21T12:00:00Z"
    )

    total = waste.tenant.at.finding_totals.total
    assert (total.seats, total.saving.by_currency[0].amount) == (1, "39.00")
    then = costs.tenant.past_day_as_known_then
    assert (then.as_of.isoformat(), then.costs.total.cost.by_currency[0].amount) == ("2026-11-20", "360.00")


async def test_the_python_client_makes_a_change_and_waits_for_its_position(
    ask_as: Callable[[str], Any], sua_client: Any
) -> None:
    client = ask_as("admin")

    done = await client.exempt(tenant=str(CONTOSO), seat=sua_client.SeatInput(user=str(BERT), sku=str(E5)))
    seen = await client.exempted(tenant=str(CONTOSO), position=done.exempt_seat.position)
    await client.lift(tenant=str(CONTOSO), seat=sua_client.SeatInput(user=str(BERT), sku=str(E5)))

    assert done.exempt_seat.facts == 1
    assert seen.tenant.at.finding_totals.exempt_seats == 1


async def test_the_python_client_raises_errors_with_their_codes(ask_as: Callable[[str], Any], sua_client: Any) -> None:
    with pytest.raises(sua_client.GraphQLClientGraphQLMultiError) as caught:
        await ask_as("neighbour").wait(tenant=str(CONTOSO), position="1")

    assert [each.extensions["code"] for each in caught.value.errors] == ["NOT_FOUND"]


def test_the_python_client_has_every_recipe(sua_client: Any) -> None:
    steps = [step for each in recipes(PAGE.read_text()) for step in each.steps]

    methods = [name for name in vars(sua_client.SuaClient) if not name.startswith("_")]
    assert len(methods) == len(steps)


def test_typescript_types_compile_and_so_does_a_portal_that_uses_them(tmp_path: Path) -> None:
    needing(lacking_for_typescript)
    types = typescript_types(tmp_path)
    portal, wrong = tmp_path / "portal.ts", tmp_path / "wrong.ts"
    portal.write_text(PORTAL)
    wrong.write_text(WRONG)

    assert compiled(types, portal) == (0, "")
    code, complaints = compiled(types, wrong)
    assert code != 0
    assert "'answer.tenant' is possibly 'null' or 'undefined'" in complaints
    assert "Property 'persons' does not exist" in complaints
