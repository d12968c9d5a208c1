from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed, writer_pool
from tests.database import Database
from tests.projections.story import PaperLog


@dataclass(frozen=True, slots=True)
class Desk:
    """A log, its tables and their write side."""

    pool: Pool
    log: PaperLog
    database: Database

    def tenant(self) -> TenantId:
        return TenantId(uuid4())

    def rows(self, table: str, tenant: TenantId) -> list[tuple[Any, ...]]:
        """All rows of a tenant in a table, without the tenant's id, sorted."""
        with borrowed(self.pool) as db:
            cursor = db.execute(f"SELECT * FROM {table} WHERE tenant_id = %s", (tenant,))
            return sorted((row[1:] for row in cursor), key=repr)


@pytest.fixture(scope="module")
def desk(module_database: Database) -> Iterator[Desk]:
    with (
        writer_pool(module_database.writer_dsn, 8) as pool,
        psycopg.connect(module_database.owner_dsn, autocommit=True) as owner,
    ):
        yield Desk(pool, PaperLog(owner), module_database)


@pytest.fixture
async def reader(desk: Desk) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection of the read side."""
    async with await psycopg.AsyncConnection.connect(desk.database.reader_dsn) as connection:
        yield connection
