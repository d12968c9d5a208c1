"""Whatever is asked, nothing breaks: no 5xx and no INTERNAL, and the door goes on answering."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest

from app.clock import SteppedClock
from app.graphql.ids import thing_id
from app.graphql.pool import open_read_pool
from app.graphql.schema import schema
from tests.database import Database
from tests.graphql.conftest import SETTINGS, asgi
from tests.graphql.world import E5, NOON, World
from tests.isolation.conftest import Door
from tests.isolation.viewers import KNOCKERS
from tests.isolation.world import ABSENT, CONTOSO, FABRIKAM, built
from tests.security.random_documents import Drawing

# graphql-core lets go of resolvers it has begun where an argument beside them is refused: a warning, no fault.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .*_async_resolver.* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ADMIN = next(each for each in KNOCKERS if each.name == "Sua.Customer.Admin who sees persons")
IDS = [
    *[str(CONTOSO.tenant)] * 20,
    thing_id("Tenant", CONTOSO.tenant),
    thing_id("User", CONTOSO.tenant, CONTOSO.user),
    str(CONTOSO.user),
    str(E5),
    str(FABRIKAM.tenant),
    str(ABSENT),
    "",
    "garbage",
]


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def door(module_database: Database, world: World) -> AsyncIterator[Door]:
    assert world.store.head(CONTOSO.tenant)
    pool = await open_read_pool(module_database.reader_dsn, 2)
    app = asgi(pool, SteppedClock(NOON), replace(SETTINGS, requests_per_minute=10**9))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Door(http)
    await pool.close()


async def _told(door: Door, seed: int, documents: int) -> Counter[str]:
    """How often which code was told; `-`: an answer without errors. Fails with the document that broke something."""
    drawing, codes = Drawing(schema._schema, seed, IDS), Counter[str]()
    for _ in range(documents):
        text = drawing.document()
        told = await door.ask(ADMIN, text)
        assert told.status < 500, (text, told.text)
        assert not {"INTERNAL", "DATABASE_DOWN", "ABORTED"} & set(told.codes), (text, told.text[:2000])
        assert told.holding(FABRIKAM.persons) == [], (text, told.text[:2000])
        codes.update(set(told.codes) or {"-"})
    return codes


async def test_two_thousand_random_documents_break_nothing(door: Door) -> None:
    codes = await _told(door, seed=5, documents=2_000)

    assert codes["-"] > 200, codes
    assert {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "NOT_FOUND"} <= codes.keys(), codes


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [11, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(12, 15))])
async def test_ten_thousand_random_documents_break_nothing(door: Door, seed: int) -> None:
    codes = await _told(door, seed, documents=2_500)

    assert codes["-"] > 200, codes
