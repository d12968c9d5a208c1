"""The door over a real database, asked over HTTP, by every kind of viewer."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from app.auth.jwks import KeySet
from app.auth.tokens import Verifier
from app.auth.viewer import Grants
from app.clock import SteppedClock
from app.commands.desk import Desk
from app.domain.ids import DirectoryId, TenantId
from app.graphql.app import build_door
from app.graphql.door_settings import DoorSettings
from app.graphql.http import BodyLimits
from app.graphql.limits import Limits
from app.graphql.pool import ReadPool, open_read_pool
from app.projections.actors import orders
from tests.auth.issuing import AUDIENCE, TEMPLATE, Keys, claims_at, jwks_of, signed
from tests.database import Database
from tests.graphql.host import Host
from tests.graphql.world import CONTOSO_DIRECTORY, FABRIKAM_DIRECTORY, NOON, World, built

PROVIDER_DIRECTORY = DirectoryId(UUID("9e0f1de5-0000-4000-8000-000000000001"))
SETTINGS = DoorSettings(
    provider_directory=PROVIDER_DIRECTORY,
    secret=bytes(range(32)),
    body=BodyLimits(size_bytes=65_536, timeout_seconds=0.2),
    limits=Limits(),
    statement_timeout=timedelta(seconds=5),
)

TOKENS: dict[str, dict[str, Any]] = {
    "viewer": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Customer.Viewer"]},
    "admin": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Customer.Admin"]},
    "auditor": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Auditor"]},
    "pretender": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Provider.Admin", "Sua.Customer.Viewer"]},
    "hr": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Customer.Viewer", "Sua.SeePersons"]},
    "neighbour": {"tid": str(FABRIKAM_DIRECTORY), "roles": ["Sua.Customer.Admin", "Sua.SeePersons"]},
    "owner": {"tid": str(PROVIDER_DIRECTORY), "roles": ["Sua.Provider.Admin"]},
    "operator": {"tid": str(PROVIDER_DIRECTORY), "roles": ["Sua.Provider.Operator"]},
    "reseller": {"tid": str(CONTOSO_DIRECTORY), "roles": ["Sua.Reseller"]},
    "nobody": {"tid": str(CONTOSO_DIRECTORY), "roles": []},
    "stranger": {"tid": "00000000-0000-4000-8000-00000000dead", "roles": ["Sua.Customer.Admin"]},
}


def bearer(who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {signed(claims_at(**TOKENS[who]))}"}


@dataclass(slots=True)
class Client:
    """Asks the door as somebody."""

    http: httpx.AsyncClient
    clock: SteppedClock

    async def ask(self, query: str, who: str = "hr", **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        answer = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=bearer(who))
        content: dict[str, Any] = answer.json()
        return content

    async def data(self, query: str, who: str = "hr", **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        content = await self.ask(query, who, **variables)
        assert "errors" not in content, content["errors"]
        data: dict[str, Any] = content["data"]
        return data

    async def code(self, query: str, who: str = "hr", **variables: Any) -> str:
        """The code of the one error of an answer."""
        content = await self.ask(query, who, **variables)
        (error,) = content["errors"]
        return str(error["extensions"]["code"])


def asgi(
    pool: ReadPool,
    clock: SteppedClock,
    settings: DoorSettings = SETTINGS,
    grants: Grants | None = None,
    desk: Desk | None = None,
) -> Starlette:
    wall = SteppedClock(NOON)
    verifier = Verifier(KeySet(Keys(jwks_of()), wall), wall, audience=AUDIENCE, issuer_template=TEMPLATE)
    return Starlette(routes=build_door(settings, pool, verifier, clock, grants, desk))


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def read_pool(module_database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(module_database.reader_dsn, 4)
    yield pool
    await pool.close()


def _ringing(world: World) -> Callable[[TenantId, int], None]:
    def ring(tenant: TenantId, position: int) -> None:
        assert world.tabulate(tenant) >= position

    return ring


@asynccontextmanager
async def asking(
    pool: ReadPool,
    settings: DoorSettings = SETTINGS,
    grants: Grants | None = None,
    world: World | None = None,
) -> AsyncIterator[Client]:
    """`world`: takes changes and tabulates them at once; None: the door only answers questions."""
    clock = SteppedClock(NOON)
    desk = None
    if world is not None:
        ring = _ringing(world)
        desk = Desk(world.store, clock, ring, orders(world.pool, ring))
        desk = replace(desk, inviting=Host(desk))
    transport = httpx.ASGITransport(asgi(pool, clock, settings, grants, desk))
    async with httpx.AsyncClient(transport=transport, base_url="http://sua.test") as http:
        yield Client(http, clock)


@pytest.fixture
async def client(read_pool: ReadPool) -> AsyncIterator[Client]:
    async with asking(read_pool) as made:
        yield made
