"""Databases as releases of the past left them: migrated so far and no further, and full of what they could hold.

The log is the same at every stage, since the shape of its row has never changed: more kinds of fact than an old release
knew are the harder case. Tables hold what they hold today, in the columns they had; ingestion's rows are written out
in `rows.py`. The shapes facts had themselves are in `tests/eventstore/test_old_shapes.py`.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from app.ops.migrate import MIGRATIONS, migrate, read_migrations
from app.projections.catalogue import ALL
from tests.database import Cluster, Database
from tests.isolation.world import built
from tests.upgrade.rows import rows_at

NEWEST = read_migrations(MIGRATIONS)[-1].number

OF_THE_LOG = {"events", "tenant_heads", "seat_states", "subject_keys", "checkpoints"}
FILLED: dict[int, dict[str, int]] = {31: {"call_usage": 1}}
"""Projections that a migration gave another table, which it filled itself, and their versions before it."""

Rows = Counter[tuple[object, ...]]

_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND relname <> 'schema_migrations' ORDER BY relname
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def first(count: int, directory: Path, bodies: dict[int, str] | None = None) -> Path:
    """A directory with the first so many migrations; `bodies`: what some of them say instead."""
    directory.mkdir(exist_ok=True)
    for migration in read_migrations(MIGRATIONS)[:count]:
        body = (bodies or {}).get(migration.number)
        if body is None:
            shutil.copy(MIGRATIONS / migration.name, directory / migration.name)
        else:
            (directory / migration.name).write_text(body)
    return directory


@contextmanager
def lived(database: Database) -> Iterator[Database]:
    """A database of today with three customers in it, their tables at the log's end, and rows of ingestion."""
    with built(database.writer_dsn):
        pass
    with psycopg.connect(database.owner_dsn) as db:
        db.execute(rows_at(NEWEST).encode())
    yield database


@contextmanager
def past(cluster: Cluster, count: int, today: Database, directory: Path) -> Iterator[Database]:
    """A database after so many migrations, with the data of `today` as far as it had a place then."""
    with cluster.copy_of() as name:
        owner = cluster.as_owner(name)
        migrate(owner, first(count, directory))
        with (
            closing(psycopg.connect(today.owner_dsn, autocommit=True)) as source,
            psycopg.connect(owner) as target,
        ):
            _fill(source, target, count)
        yield Database(owner, cluster.as_user("sua_writer", name), cluster.as_user("sua_reader", name))


def tables(db: psycopg.Connection) -> list[str]:
    return [name for (name,) in db.execute(_TABLES)]


def columns(db: psycopg.Connection, table: str) -> list[str]:
    return [name for (name,) in db.execute(_COLUMNS, (table,))]


def rows(db: psycopg.Connection, table: str, names: list[str]) -> Rows:
    """All rows in these columns, as text."""
    wanted = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
    return Counter(db.execute(sql.SQL("SELECT {} FROM {}").format(wanted, sql.Identifier(table))).fetchall())


def tables_of_projections() -> set[str]:
    return {table for projection in ALL for table in projection.tables}


def _fill(source: psycopg.Connection, target: psycopg.Connection, count: int) -> None:
    known = tables(target)
    for table in known:
        if table in tables_of_projections() or table in OF_THE_LOG:
            _copy(source, target, table)
    older = {name: version for number, each in FILLED.items() if count < number for name, version in each.items()}
    built_then = [one.name for one in ALL if set(one.tables[: 1 if one.name in older else None]) <= set(known)]
    if "checkpoints" in known:
        target.execute("DELETE FROM checkpoints WHERE projection <> ALL (%s)", (built_then,))
        for name, version in older.items():
            target.execute("UPDATE checkpoints SET version = %s WHERE projection = %s", (version, name))
    target.execute(rows_at(count).encode())


def _copy(source: psycopg.Connection, target: psycopg.Connection, table: str) -> None:
    shared = [name for name in columns(target, table) if name in columns(source, table)]
    names = sql.SQL(", ").join(map(sql.Identifier, shared))
    out = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(names, sql.Identifier(table))
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), names)
    with source.cursor().copy(out) as reading, target.cursor().copy(into) as writing:
        for data in reading:
            writing.write(data)
