"""When something behind the door is away, slow or wrong: a code, no detail, and no restart needed."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.domain.ids import DirectoryId, TenantId
from app.graphql import pool as pools
from app.graphql.errors import DatabaseDown
from app.graphql.pool import ReadPool, open_read_pool
from app.projections import tenants
from tests.database import Database
from tests.graphql.conftest import SETTINGS, Client, asking, bearer
from tests.graphql.world import CONTOSO, built

SECRET = "password=hunter2"


def _admin(database: Database) -> tuple[str, sql.Identifier]:
    """A superuser's connection to another database, and this one's name."""
    name = conninfo_to_dict(database.owner_dsn)["dbname"]
    return make_conninfo(database.owner_dsn, dbname="postgres"), sql.Identifier(str(name))


def _shut(database: Database) -> None:
    dsn, name = _admin(database)
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name.as_string().strip('"')]
        )


def _reopen(database: Database) -> None:
    dsn, name = _admin(database)
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


async def _status(client: Client) -> tuple[int, Any]:
    answer = await client.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=bearer("hr"))
    return answer.status_code, answer.json()


async def test_a_database_that_goes_away_and_comes_back_needs_no_restart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "BORROW_SECONDS", 0.3)
    with built(database.writer_dsn):
        pass
    pool = await open_read_pool(database.reader_dsn, 2)
    async with asking(pool) as client:
        before = await _status(client)
        _shut(database)
        away = await _status(client)
        _reopen(database)
        for _ in range(40):
            after = await _status(client)
            if after[0] == 200:
                break
            await asyncio.sleep(0.1)
    await pool.close()

    assert before[0] == 200
    assert (away[0], away[1]["errors"][0]["extensions"]["code"]) == (503, "DATABASE_DOWN")
    assert after == before


async def test_a_connection_the_database_dropped_is_replaced_unnoticed(
    read_pool: ReadPool, module_database: Database
) -> None:
    async with asking(read_pool) as client:
        await _status(client)
        with psycopg.connect(module_database.owner_dsn, autocommit=True) as db:
            db.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'sua_reader'")

        assert (await _status(client))[0] == 200


async def test_a_database_that_is_away_at_start_is_said_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "START_SECONDS", 0.5)

    with pytest.raises(DatabaseDown):
        await open_read_pool("host=127.0.0.1 port=1 user=sua_reader dbname=none", 1)


async def test_a_question_that_takes_too_long_is_ended_and_says_so(
    read_pool: ReadPool, module_database: Database
) -> None:
    query = "query ($id: ID!) { tenant(id: $id) { at { calls { nodes { id } } callUsage { key } } } }"
    impatient = replace(SETTINGS, statement_timeout=timedelta(seconds=0.2))

    with psycopg.connect(module_database.owner_dsn) as db:
        db.execute("LOCK TABLE calls, call_usage IN ACCESS EXCLUSIVE MODE")
        async with asking(read_pool, impatient) as client:
            content = await client.ask(query, id=str(CONTOSO))

    codes = [error["extensions"]["code"] for error in content["errors"]]
    assert codes[0] == "QUERY_TIMED_OUT"
    assert set(codes) <= {"QUERY_TIMED_OUT", "ABORTED"}
    assert content["data"]["tenant"] is None


async def test_a_bug_in_a_resolver_is_answered_by_an_id_that_stands_in_the_log(
    read_pool: ReadPool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> list[object]:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(tenants, "listed", broken)
    async with asking(read_pool) as client:
        content = await client.ask("{ viewer { name } tenants { nodes { id } } }")

    (error,) = content["errors"]
    _check_masked(error, caplog, "ZeroDivisionError")
    assert error["path"] == ["tenants"]


async def test_a_bug_before_any_resolver_is_masked_as_well(
    read_pool: ReadPool, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
            raise LookupError(SECRET)

    async with asking(read_pool, grants=Broken()) as client:
        answer = await client.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=bearer("reseller"))

    assert answer.status_code == 500
    _check_masked(answer.json()["errors"][0], caplog, "LookupError")


def _check_masked(error: dict[str, Any], caplog: pytest.LogCaptureFixture, kind: str) -> None:
    (line,) = [record for record in caplog.records if record.message == "graphql.internal_error"]
    values: dict[str, Any] = line.__dict__["values"]
    assert line.levelno == logging.ERROR
    assert error["extensions"] == {"code": "INTERNAL", "traceId": values["trace"]}
    assert values["error"] == kind
    assert SECRET not in json.dumps([error, values])
    assert SECRET not in caplog.text
