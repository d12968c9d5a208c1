"""A database of any release that ever was becomes one of today: nothing is lost, and its tables say what they would."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.eventstore.keys import KeyRing
from app.eventstore.leaf import body_digest, leaf, microseconds
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ops.migrate import migrate
from app.projections.catalogue import ALL
from app.projections.engine import advance
from app.projections.rebuild import compare, work_on
from app.projections.status import standings
from tests.database import Cluster, Database
from tests.isolation.world import EVERYBODY
from tests.upgrade.catalogue import schema
from tests.upgrade.past import NEWEST, Rows, columns, lived, past, rows, tables, tables_of_projections

EVERY = [
    pytest.param(number, marks=() if number in (1, NEWEST - 1) else pytest.mark.slow) for number in range(1, NEWEST)
]

UNFILLED: set[str] = set()
"""Tables that hold nothing in these databases, since what they hold is nothing an upgrade could lose."""


@pytest.fixture(scope="module")
def today(module_database: Database) -> Iterator[Database]:
    with lived(module_database) as database:
        yield database


@pytest.mark.parametrize("number", EVERY)
def test_a_database_of_any_release_becomes_one_of_today(
    postgres_server: Cluster, today: Database, number: int, tmp_path: Path
) -> None:
    with past(postgres_server, number, today, tmp_path) as database:
        before = _kept(database)

        applied = migrate(database.owner_dsn)
        _catch_up(database)

        assert [int(name[:4]) for name in applied] == list(range(number + 1, NEWEST + 1))
        assert schema(database.owner_dsn) == schema(today.owner_dsn)
        assert _lost(before, database) == []
        assert _false_leaves(database) == []
        assert _rows_of_tables(database) == _rows_of_tables(today)


@pytest.mark.slow
def test_todays_tables_are_those_a_rebuild_makes(today: Database) -> None:
    with writer_pool(today.writer_dsn, 4) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(range(32))))

        differences = [found for each in ALL for found in compare(pool, store, each.name)]

    assert differences == []
    assert all(_rows_of_tables(today)[table] for table in ("users", "calls", "licence_holdings", "findings"))


def test_every_table_has_rows_that_an_upgrade_could_lose(today: Database) -> None:
    with psycopg.connect(today.owner_dsn) as db:
        empty = _empty(db)

    assert empty - UNFILLED - tables_of_projections() == set()


def _empty(db: psycopg.Connection) -> set[str]:
    found = set()
    for table in tables(db):
        row = db.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))).fetchone()
        if row == (False,):
            found.add(table)
    return found


def _kept(database: Database) -> dict[str, tuple[list[str], Rows]]:
    """What no migration may change: every row that does not follow from the log, in the columns there are now."""
    with psycopg.connect(database.owner_dsn) as db:
        follows = tables_of_projections() | {"checkpoints"}
        found = {table: columns(db, table) for table in tables(db) if table not in follows}
        return {table: (names, rows(db, table, names)) for table, names in found.items()}


def _lost(before: dict[str, tuple[list[str], Rows]], database: Database) -> list[tuple[object, ...]]:
    lost: list[tuple[object, ...]] = []
    with psycopg.connect(database.owner_dsn) as db:
        for table, (names, had) in before.items():
            missing = had - rows(db, table, names)
            # 0008 gave jobs the names of what they do; the rest of their rows is as it was.
            if table == "schedule" and missing:
                unnamed = [name for name in names if name != "job"]
                missing = _rows_of(had, names, unnamed) - rows(db, table, unnamed)
            lost += [(table, *row) for row in missing]
    return lost


def _rows_of(found: Rows, names: list[str], wanted: list[str]) -> Rows:
    places = [names.index(name) for name in wanted]
    return Counter(tuple(row[place] for place in places) for row in found.elements())


def _rows_of_tables(database: Database) -> dict[str, Rows]:
    with psycopg.connect(database.owner_dsn) as db:
        return {table: rows(db, table, columns(db, table)) for table in sorted(tables_of_projections())}


def _catch_up(database: Database) -> None:
    with writer_pool(database.writer_dsn, 4) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(range(32))))
        for each in EVERYBODY:
            advance(pool, store, each.tenant)
            while work_on(pool, store, each.tenant):
                pass
        stopped = [(each.projection, each.reason) for each in standings(pool) if each.stopped_at is not None]
    assert stopped == []


def _false_leaves(database: Database) -> list[tuple[object, ...]]:
    """Facts whose leaf is not the hash of the row beside it."""
    false: list[tuple[object, ...]] = []
    with psycopg.connect(database.owner_dsn) as db:
        asked = (
            "SELECT tenant_id, position, recorded_at, stream, version, name, schema, happened_at, cause, state, leaf"
            " FROM events ORDER BY 1, 2"
        )
        for (
            tenant,
            position,
            recorded_at,
            stream,
            version,
            name,
            shape,
            happened_at,
            cause,
            state,
            stored,
        ) in db.execute(asked):
            body = body_digest(
                stream.encode(), version, name.encode(), shape, microseconds(happened_at), cause.bytes, state
            )
            if stored != leaf(tenant, position, recorded_at, body):
                false.append((tenant, position))
    return false
