"""Logs to sign and to spoil, in a database the tests of one module share."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from app.clock import SteppedClock
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from app.evidence.notary import Notary
from app.evidence.notes import Signer
from tests.database import Database
from tests.eventstore.facts import MONDAY
from tests.evidence.given import NAME, SEED


@pytest.fixture(scope="module")
def pool(module_database: Database) -> Iterator[Pool]:
    opened = writer_pool(module_database.writer_dsn, 10)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def owner(module_database: Database) -> Iterator[psycopg.Connection]:
    """A superuser, who may do anything to any row."""
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def store(pool: Pool) -> EventStore:
    return EventStore(pool, KeyRing(pool, bytes(range(32))))


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(uuid4())


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(MONDAY + timedelta(days=30))


@pytest.fixture
def notary(pool: Pool, clock: SteppedClock) -> Notary:
    signer = Signer(NAME, SEED)
    return Notary(pool, clock, signer, (signer.public,))


@pytest.fixture
def cause() -> UUID:
    return uuid4()
