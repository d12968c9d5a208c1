"""Connections are looked at before a request gets them, and asked only where that may tell something."""

import psycopg
import psycopg_pool
import pytest

from app.graphql.pool import RESTED_SECONDS, Db, ReadPool, open_read_pool
from tests.database import Database


async def _session(pool: ReadPool) -> int:
    async with pool.connection() as db:
        (number,) = await (await db.execute("SELECT pg_backend_pid()")).fetchone() or (0,)
    return int(number)


async def test_a_connection_the_server_closed_never_reaches_a_request(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    first = await _session(pool)

    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    second = await _session(pool)
    await pool.close()

    assert second != first


async def test_a_connection_in_use_is_not_asked_whether_it_is_there(
    module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Db] = []

    async def noted(db: Db) -> None:
        asked.append(db)

    pool = await open_read_pool(module_database.reader_dsn, 1)
    await _session(pool)
    monkeypatch.setattr(psycopg_pool.AsyncConnectionPool, "check_connection", noted)
    await _session(pool)
    busy = len(asked)

    monkeypatch.setattr("app.graphql.pool.RESTED_SECONDS", -RESTED_SECONDS)
    await _session(pool)
    await pool.close()

    assert (busy, len(asked)) == (0, 1)
