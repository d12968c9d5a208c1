"""The exports' door over a real database, and the question door beside it, asked over HTTP by every kind of viewer."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from app.auth.jwks import KeySet
from app.auth.tokens import Verifier
from app.clock import SteppedClock
from app.commands.desk import Desk
from app.domain.events.access import DataExported
from app.domain.events.licensing import LicenceAssigned, SeatsChanged, SkuSubscribed
from app.domain.events.pricing import Per, PriceSet, PriceSource, Term
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import SkuId, TenantId
from app.eventstore.streams import TENANT, access_stream, price_stream, sku_stream
from app.graphql.app import build_door
from app.graphql.door_settings import DoorSettings
from app.graphql.pool import ReadPool, open_read_pool
from app.reports.door import build_exports
from tests.auth.issuing import AUDIENCE, TEMPLATE, Keys, jwks_of
from tests.database import Database
from tests.graphql.conftest import SETTINGS, bearer
from tests.graphql.world import BERT, CONTOSO, E5, JUNE, NOON, World, built

E3 = SkuId(UUID("05e9a617-0261-4cee-bb44-138d3ef5d965"))
OCTOBER = datetime(2026, 10, 1, 4, tzinfo=UTC)


def priced(sku: SkuId, amount: str) -> PriceSet:
    return PriceSet(
        happened_at=OCTOBER,
        sku=sku,
        source=PriceSource.CONTRACT,
        lot="",
        amount=Decimal(amount),
        currency="EUR",
        per=Per.MONTH,
        term=Term.YEARLY,
        effective_from=date(2026, 1, 1),
        effective_until=None,
        quantity=None,
        commit_floor=None,
        tax_included=False,
    )


def with_prices(world: World) -> None:
    """Contoso pays in euros; Bert holds a second product, whose price nobody told."""
    _, version = world.store.load(CONTOSO, TENANT)
    euros = PolicyChanged(happened_at=JUNE, idle_days=90, grace_days=30, time_zone="Europe/Berlin", currency="EUR")
    world.append(CONTOSO, TENANT, euros, at=NOON, after=version)
    world.append(CONTOSO, price_stream(E5), priced(E5, "57.10"), at=NOON)
    world.append(
        CONTOSO,
        sku_stream(E3),
        SkuSubscribed(happened_at=JUNE, sku=E3, part_number="SPE_E3", applies_to="User", plans=()),
        SeatsChanged(happened_at=JUNE, sku=E3, enabled=2, warning=0, suspended=0, locked_out=0, consumed=1),
        at=NOON,
    )
    held = LicenceAssigned(happened_at=JUNE, user=BERT, sku=E3, via=None, disabled_plans=())
    world.seats(CONTOSO, [held], at=NOON)
    world.tabulate(CONTOSO)


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        with_prices(made)
        yield made


@pytest.fixture
async def read_pool(module_database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(module_database.reader_dsn, 4)
    yield pool
    await pool.close()


@dataclass(slots=True)
class Client:
    http: httpx.AsyncClient
    world: World
    clock: SteppedClock
    rings: list[tuple[TenantId, int]] = field(default_factory=list)

    async def get(self, file: str, who: str = "hr", tenant: object = CONTOSO, **query: Any) -> httpx.Response:
        return await self.http.get(f"/exports/{tenant}/{file}", params=query, headers=bearer(who))

    async def file(self, file: str, who: str = "hr", **query: Any) -> bytes:
        answer = await self.get(file, who, **query)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def refused(self, file: str, who: str = "hr", **query: Any) -> tuple[int, str]:
        """Status and code of a refusal, which is JSON."""
        answer = await self.get(file, who, **query)
        (error,) = answer.json()["errors"]
        return answer.status_code, error["extensions"]["code"]

    async def ask(self, query: str, who: str = "hr", **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        content = (await self.http.post("/graphql", json=body, headers=bearer(who))).json()
        assert "errors" not in content, content["errors"]
        return content["data"]

    def exported(self, tenant: TenantId = CONTOSO) -> list[DataExported]:
        facts, _ = self.world.store.load(tenant, access_stream(self.clock.now().date()))
        return [fact for fact in facts if isinstance(fact, DataExported)]


def asgi(
    pool: ReadPool,
    world: World,
    clock: SteppedClock,
    rings: list[tuple[TenantId, int]],
    settings: DoorSettings = SETTINGS,
) -> Starlette:
    wall = SteppedClock(NOON)
    verifier = Verifier(KeySet(Keys(jwks_of()), wall), wall, audience=AUDIENCE, issuer_template=TEMPLATE)
    desk = Desk(world.store, clock, lambda tenant, position: rings.append((tenant, position)))
    exports = build_exports(settings, pool, verifier, clock, desk)
    return Starlette(routes=[*exports, *build_door(settings, pool, verifier, clock, desk=desk)])


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    clock, rings = SteppedClock(NOON), list[tuple[TenantId, int]]()
    transport = httpx.ASGITransport(asgi(read_pool, world, clock, rings))
    async with httpx.AsyncClient(transport=transport, base_url="http://sua.test") as http:
        yield Client(http, world, clock, rings)
