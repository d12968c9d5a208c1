"""A table is nothing but the log, read again: live, rebuilt, and tabulated in any batches, row by row."""

import json
import random
import sys
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ops.program import main
from app.projections.catalogue import ALL
from app.projections.engine import advance
from app.projections.rebuild import compare, rebuild
from tests.database import Database
from tests.journeys.lives import Life, variables_of

TABLES = [table for projection in ALL for table in projection.tables]
LARGEST_BATCH = 300
STATED = {"call_retention", "exchange_rates", "findings", "prices", "rate_cards"}
"""Filled by what people state, which nobody does in the lived company: their rebuild is in tests/projections and
tests/people.
"""

Sua = Callable[..., tuple[int, str]]


@pytest.fixture
def sua(lived: Life, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sua:
    """Run a `sua` command for the lived company's installation; returns its exit code and what it printed."""
    for name, value in variables_of(lived.parts.settings).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sua", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capfd.readouterr().out

    return run


@pytest.mark.parametrize("projection", [projection.name for projection in ALL])
def test_a_table_rebuilt_is_the_live_table_row_by_row(lived: Life, projection: str) -> None:
    tables = next(each.tables for each in ALL if each.name == projection)
    live = {table: _rows(lived, table) for table in tables}

    differences = compare(lived.parts.pool, lived.parts.store, projection, lived.tenant)
    rebuild(lived.parts.pool, lived.parts.store, projection, lived.tenant)

    assert differences == []
    assert {table: _rows(lived, table) for table in tables} == live
    assert all(len(rows) > 1 for table, rows in live.items() if table not in STATED)


def test_the_same_log_in_another_database_and_other_batches_makes_the_same_rows(
    lived: Life, database: Database
) -> None:
    chance = random.Random(1)
    _copy_log(lived, database)
    pool = writer_pool(database.writer_dsn)
    try:
        store = EventStore(pool, KeyRing(pool, lived.master_key))
        while advance(pool, store, lived.tenant, budget=chance.randint(1, LARGEST_BATCH)).more:
            pass
    finally:
        pool.close()

    with psycopg.connect(database.owner_dsn) as db:
        assert {table: _rows_of(db, lived, table) for table in TABLES} == {
            table: _rows(lived, table) for table in TABLES
        }


def test_sua_verify_finds_the_row_that_is_not_of_the_log_and_sua_rebuild_mends_it(lived: Life, sua: Sua) -> None:
    assert sua("projections", "verify", "--json") == (0, "[]\n")
    live = _rows(lived, "licence_holdings")
    with lived.parts.pool.connection() as db:
        db.execute("DELETE FROM licence_holdings WHERE ctid = (SELECT min(ctid) FROM licence_holdings)")

    found, told = sua("projections", "verify", "licence_holdings", "calls", "--json")
    refused, _ = sua("projections", "rebuild", "licence_holdings", "--tenant", str(lived.tenant))
    mended, _ = sua("projections", "rebuild", "licence_holdings", "--tenant", str(lived.tenant), "--force")
    _, standing = sua("projections", "status", "--tenant", str(lived.tenant), "--json")

    assert found == refused == 4
    assert '"table": "licence_holdings", "only": "rebuilt"' in told
    assert mended == 0
    assert {each["next"] for each in json.loads(standing) if each["projection"] == "licence_holdings"} == {"SWAPPED"}
    assert sua("projections", "drop-old", "--json") == (0, '[{"dropped": 0}]\n')
    assert sua("projections", "verify", "licence_holdings", "--json") == (0, "[]\n")
    assert _rows(lived, "licence_holdings") == live


def _copy_log(life: Life, database: Database) -> None:
    """The log and the keys to read it; nothing that was computed from it."""
    with psycopg.connect(life.database.owner_dsn) as source, psycopg.connect(database.owner_dsn) as sink:
        for table in ("tenant_heads", "events", "subject_keys"):
            name = sql.Identifier(table)
            out = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT binary)").format(name)
            into = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(name)
            with source.cursor().copy(out) as reading, sink.cursor().copy(into) as writing:
                for block in reading:
                    writing.write(block)


def _rows(life: Life, table: str) -> list[str]:
    with psycopg.connect(life.database.owner_dsn) as db:
        return _rows_of(db, life, table)


def _rows_of(db: psycopg.Connection, life: Life, table: str) -> list[str]:
    query = sql.SQL("SELECT one::text FROM {} AS one WHERE tenant_id = %s ORDER BY 1").format(sql.Identifier(table))
    return [row for (row,) in db.execute(query, (life.tenant,))]
