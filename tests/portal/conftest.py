"""A customer whose directory is the simulated company's, and the portal before it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from app.domain.ids import DirectoryId, TenantId
from app.simulator import Options, make_world, running
from app.simulator.world import World as Entra
from tests.database import Database
from tests.graphql.world import CONTOSO, JUNE, World, built, onboard
from tests.portal.place import Browser, Place, standing

NORTHWIND = TenantId(UUID("7e000000-0000-4000-8000-0000000000aa"))


@dataclass(frozen=True, slots=True)
class Company:
    entra: Entra
    base: str


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    world = make_world(Options(today=JUNE, users=20))
    with running(world) as base:
        yield Company(world, base)


@pytest.fixture(scope="module")
def customers(module_database: Database, company: Company) -> Iterator[World]:
    with built(module_database.writer_dsn) as world:
        onboard(world, NORTHWIND, "Northwind", DirectoryId(UUID(next(iter(company.entra.companies)))))
        world.tabulate(NORTHWIND)
        assert world.tabulate(CONTOSO) > 0
        yield world


@pytest.fixture
async def place(module_database: Database, company: Company, customers: World) -> AsyncIterator[Place]:
    async with standing(module_database, customers, company.entra, company.base) as made:
        yield made


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with place.browser() as made:
        yield made
