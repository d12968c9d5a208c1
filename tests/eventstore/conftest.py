"""A log in a database the tests of one module share. Each test has a tenant of its own."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from tests.database import Database

MASTER_KEY = bytes(range(32))


@pytest.fixture(scope="module")
def pool(module_database: Database) -> Iterator[Pool]:
    opened = writer_pool(module_database.writer_dsn, 10)
    yield opened
    opened.close()


@pytest.fixture
def store(pool: Pool) -> EventStore:
    return EventStore(pool, KeyRing(pool, MASTER_KEY))


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(uuid4())


@pytest.fixture
def cause() -> UUID:
    return uuid4()
