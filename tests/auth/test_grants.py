"""What a reseller was given: read from the table, remembered for a few seconds, and closed with the customer."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from app.auth.grants import EVERYBODY, KeptGrants
from app.domain.ids import DirectoryId, TenantId
from app.graphql.pool import ReadPool, open_read_pool
from tests.database import Database
from tests.graphql.conftest import asking, bearer
from tests.graphql.world import CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, World, built

RESELLER = DirectoryId(UUID("5e11e500-0000-4000-8000-000000000001"))
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def pool(module_database: Database, world: World) -> AsyncIterator[ReadPool]:
    opened = await open_read_pool(module_database.reader_dsn, 1)
    yield opened
    await opened.close()


def give(database: Database, tenant: TenantId, person: UUID, directory: DirectoryId = RESELLER) -> None:
    with psycopg.connect(database.writer_dsn) as db:
        db.execute("INSERT INTO reseller_grants VALUES (%s, %s, %s, %s, 'ops')", (tenant, directory, person, JUNE))


def take(database: Database, tenant: TenantId) -> None:
    with psycopg.connect(database.writer_dsn) as db:
        db.execute("DELETE FROM reseller_grants WHERE tenant_id = %s", (tenant,))


async def test_a_person_and_everybody_are_given_customers_apart(module_database: Database, pool: ReadPool) -> None:
    anna, bert = uuid4(), uuid4()
    directory = DirectoryId(uuid4())
    give(module_database, CONTOSO, anna, directory)
    give(module_database, FABRIKAM, EVERYBODY, directory)

    grants = KeptGrants(pool)

    assert await grants.granted_to(directory, anna) == {CONTOSO, FABRIKAM}
    assert await grants.granted_to(directory, bert) == {FABRIKAM}
    assert await grants.granted_to(CONTOSO_DIRECTORY, anna) == frozenset()


async def test_a_grant_of_a_tenant_that_is_not_there_opens_nothing(module_database: Database, pool: ReadPool) -> None:
    directory = DirectoryId(uuid4())
    give(module_database, TenantId(uuid4()), EVERYBODY, directory)

    assert await KeptGrants(pool).granted_to(directory, uuid4()) == frozenset()


async def test_a_revoked_grant_is_over_within_ten_seconds(
    module_database: Database, pool: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, person = DirectoryId(uuid4()), uuid4()
    give(module_database, FABRIKAM, person, directory)
    grants = KeptGrants(pool)
    before = await grants.granted_to(directory, person)
    take(module_database, FABRIKAM)

    remembered = await grants.granted_to(directory, person)
    monkeypatch.setattr("app.auth.grants.asyncio.get_running_loop", lambda: _Later(10.0))
    after = await grants.granted_to(directory, person)

    assert [set(each) for each in (before, remembered, after)] == [{FABRIKAM}, {FABRIKAM}, set()]


class _Later:
    def __init__(self, seconds: float) -> None:
        self._at = 10**9 + seconds

    def time(self) -> float:
        return self._at


async def test_the_connection_is_closed_to_grants_and_tenants_again(module_database: Database, pool: ReadPool) -> None:
    give(module_database, CONTOSO, uuid4())
    await KeptGrants(pool).granted_to(RESELLER, uuid4())

    async with pool.connection() as db:
        for table in (b"reseller_grants", b"tenants"):
            assert await (await db.execute(b"SELECT count(*) FROM " + table)).fetchone() == (0,)


async def test_a_resellers_portfolio_holds_the_granted_customers_and_no_names(
    module_database: Database, pool: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio = "{ portfolio { nodes { name seats people } } tenants { nodes { name } } }"
    people = "query ($id: ID!) { tenant(id: $id) { at { users { nodes { name } } } } }"
    roles = {"tid": str(RESELLER), "oid": str(uuid4()), "roles": ["Sua.Reseller", "Sua.SeePersons"]}
    monkeypatch.setitem(bearer.__globals__["TOKENS"], "reseller", roles)
    take(module_database, CONTOSO)
    give(module_database, FABRIKAM, UUID(roles["oid"]))  # type: ignore[arg-type]
    reading = await open_read_pool(module_database.reader_dsn, 2)

    async with asking(reading, grants=KeptGrants(pool)) as client:
        shown = await client.data(portfolio, "reseller")
        theirs = await client.data(people, "reseller", id=str(FABRIKAM))
        foreign = await client.code(people, "reseller", id=str(CONTOSO))
    await reading.close()

    assert shown["portfolio"]["nodes"] == [{"name": "Fabrikam", "seats": 1, "people": 1}]
    assert shown["tenants"]["nodes"] == [{"name": "Fabrikam"}]
    assert [each["name"][:7] for each in theirs["tenant"]["at"]["users"]["nodes"]] == ["Person "]
    assert foreign == "NOT_FOUND"
