"""Numbered SQL files applied once each, in order, forward only.

`migrations/NNNN_name.sql` is sent to the server as it stands, in one transaction with its entry in
`schema_migrations`. A first line `-- transactional: false` leaves the transaction away, for CREATE INDEX CONCURRENTLY
IF NOT EXISTS: one statement, since several sent at once are one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import ClassVar

import psycopg
from psycopg import errors, sql

from app.domain.errors import Refused, Unavailable
from app.eventstore.pools import DatabaseDown
from app.observe import release

MIGRATIONS = release.MIGRATIONS

_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_NOT_TRANSACTIONAL = "-- transactional: false"
_LOCK_KEY = 0x5355_4131  # "SUA1": one runner at a time in a database
_LOCK_POLL_S = 0.1
_LOCK_TIMEOUT_S = 10
_STATEMENT_TIMEOUT = "30min"

_HISTORY_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number     integer PRIMARY KEY,
        name       text NOT NULL,
        sha256     text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


class MigrationFilesBroken(Refused):
    """The directory of migrations is not 0001, 0002, ... without gaps and duplicates."""

    code: ClassVar[str] = "MIGRATION_FILES_BROKEN"


class MigrationHistoryDiffers(Refused):
    """The database remembers another past than the files tell: edited, missing, or newer than this release."""

    code: ClassVar[str] = "MIGRATION_HISTORY_DIFFERS"


class MigrationFailed(Refused):
    """The server refused a migration; what was in its transaction is rolled back."""

    code: ClassVar[str] = "MIGRATION_FAILED"


class MigrationsBusy(Unavailable):
    """Another runner, or a session at work in a table that is to change, has held its lock for the whole wait."""

    code: ClassVar[str] = "MIGRATIONS_BUSY"


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    body: bytes
    sha256: str

    @property
    def transactional(self) -> bool:
        return not self.body.startswith(_NOT_TRANSACTIONAL.encode())


def migrate(
    dsn: str, directory: Path = MIGRATIONS, *, wait_s: float = 60, lock_timeout_s: float = _LOCK_TIMEOUT_S
) -> list[str]:
    """Apply what is pending and return the names applied; a repeat applies nothing and returns [].

    `dsn` must name a role that may create tables and roles. Waits up to `wait_s` for another runner, and
    `lock_timeout_s` for whoever works in a table, since everybody else then waits behind it. Raises `MigrationsBusy`,
    and `DatabaseDown` when the database is away; a repeat goes on where this one stopped.
    """
    files = read_migrations(directory)
    with _connect(dsn, lock_timeout_s) as connection, _only_runner(connection, wait_s):
        connection.execute(_HISTORY_TABLE)
        pending = _pending(files, _history(connection))
        for migration in pending:
            _apply(connection, migration)
        return [migration.name for migration in pending]


def check(dsn: str, directory: Path = MIGRATIONS) -> list[str]:
    """Names of the migrations this database still lacks. Changes nothing."""
    files = read_migrations(directory)
    with _connect(dsn) as connection:
        known = connection.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
        history = _history(connection) if known == (True,) else {}
        return [migration.name for migration in _pending(files, history)]


def read_migrations(directory: Path) -> list[Migration]:
    """The files of a directory in order. Refuses odd names, gaps, duplicates and an empty directory."""
    found: list[Migration] = []
    for path in sorted(directory.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationFilesBroken(f"{path.name} is not named NNNN_name.sql.")
        body = path.read_bytes()
        found.append(Migration(int(match[1]), path.name, body, sha256(body).hexdigest()))
    if not found:
        raise MigrationFilesBroken(f"There are no migrations in {directory}.")
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationFilesBroken(f"{migration.name} stands where number {expected:04d} is expected.")
    return found


def _pending(files: Sequence[Migration], history: Mapping[int, tuple[str, str]]) -> list[Migration]:
    newest = max(history, default=0)
    if newest > len(files):
        raise MigrationHistoryDiffers(f"The database has {history[newest][0]}, which this release does not know.")
    for migration in files[:newest]:
        name, digest = history.get(migration.number, (migration.name, None))
        if digest is None:
            raise MigrationHistoryDiffers(f"{migration.name} was left out although newer ones were applied.")
        if digest != migration.sha256:
            raise MigrationHistoryDiffers(f"{name} was edited after it was applied; write a new migration instead.")
    return list(files[newest:])


def _history(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute("SELECT number, name, sha256 FROM schema_migrations").fetchall()
    return {number: (name, digest) for number, name, digest in rows}


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        if migration.transactional:
            with connection.transaction():
                _run(connection, migration)
        else:
            _drop_unfinished_indexes(connection)
            _run(connection, migration)
    except errors.LockNotAvailable as error:
        raise MigrationsBusy(f"{migration.name}: {str(error).strip()}; what came before it is applied.") from error
    except psycopg.Error as error:
        if connection.broken:
            raise
        raise MigrationFailed(f"{migration.name}: {str(error).strip()}") from error


def _run(connection: psycopg.Connection, migration: Migration) -> None:
    # Without parameters psycopg sends one simple query: the server splits the statements, not we.
    connection.execute(migration.body)
    connection.execute(
        "INSERT INTO schema_migrations (number, name, sha256) VALUES (%s, %s, %s)",
        (migration.number, migration.name, migration.sha256),
    )


def _drop_unfinished_indexes(connection: psycopg.Connection) -> None:
    """A runner killed while it built an index leaves it invalid under its name. Nobody else builds any meanwhile."""
    found = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND n.nspname = 'public'"
    ).fetchall()
    for schema, name in found:
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(schema, name)))


@contextmanager
def _connect(dsn: str, lock_timeout_s: float = _LOCK_TIMEOUT_S) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"SET lock_timeout = {round(lock_timeout_s * 1000)}")
            connection.execute(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'")
            # A runner that was killed lets go of its lock at once, not when its statement is done.
            with suppress(errors.InvalidParameterValue):  # a server's system that cannot tell
                connection.execute("SET client_connection_check_interval = '1s'")
            yield connection
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}") from error


@contextmanager
def _only_runner(connection: psycopg.Connection, wait_s: float) -> Iterator[None]:
    # Polling, not waiting inside pg_advisory_lock(): a waiter's snapshot and another runner's
    # CREATE INDEX CONCURRENTLY would wait for each other for ever.
    for _ in range(max(1, round(wait_s / _LOCK_POLL_S))):
        if connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK_KEY,)).fetchone() == (True,):
            break
        sleep(_LOCK_POLL_S)
    else:
        raise MigrationsBusy(f"Another migration has been running for {wait_s:g} s; try again when it is done.")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK_KEY,))
