"""Databases for tests: clusters by kind, and in them fresh copies of a migrated template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres, embedded_binaries, system_binaries

EMBEDDED = "embedded"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Database:
    """One migrated, empty database, as its owner (a superuser), the write side and the read side see it."""

    owner_dsn: str
    writer_dsn: str
    reader_dsn: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. `dsn` connects as a superuser to its maintenance database."""

    kind: str
    dsn: str

    def as_owner(self, dbname: str) -> str:
        return make_conninfo(self.dsn, dbname=dbname)

    def as_user(self, user: str, dbname: str) -> str:
        return make_conninfo(self.dsn, user=user, dbname=dbname)

    @contextmanager
    def copy_of(self, template: str | None = None) -> Iterator[str]:
        """A database of its own: empty, or a copy of `template`; dropped afterwards, whoever still holds it."""
        name = f"sua_test_{uuid4().hex}"
        source = sql.Identifier(template or "template0")
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        try:
            yield name
        finally:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """A migrated database nobody is connected to: what `copy_of` takes as its template."""
        with self.copy_of() as name:
            migrate(self.as_owner(name))
            yield name

    @contextmanager
    def database(self, template: str) -> Iterator[Database]:
        with self.copy_of(template) as name:
            yield Database(self.as_owner(name), self.as_user("sua_writer", name), self.as_user("sua_reader", name))


@cache
def kinds() -> list[str]:
    """Kinds of server this machine can offer, the default first."""
    found = [EMBEDDED] if embedded_binaries() is not None else []
    return [*found, SYSTEM] if _system_dsn() or system_binaries() is not None else found


@contextmanager
def running(kind: str) -> Iterator[Cluster]:
    """A server of that kind: ours, or for SYSTEM the one SUA_TEST_PG_DSN names (as a superuser without password)."""
    named = _system_dsn()
    if kind == SYSTEM and named:
        yield Cluster(kind, named)
        return
    home = Path(tempfile.mkdtemp(prefix="sua-test-", dir=_roomy()))
    home.chmod(0o711)  # so that the account root lends the server can walk through
    try:
        with EmbeddedPostgres(home / "pg", embedded_binaries() if kind == EMBEDDED else system_binaries()) as server:
            yield Cluster(kind, server.dsn())
    finally:
        shutil.rmtree(home)


def _roomy() -> Path:
    """Where copying a database and syncing a log cost least: memory, where there is plenty of it."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _IN_MEMORY_FROM_BYTES else Path("/tmp")


_IN_MEMORY_FROM_BYTES = 8 * 2**30


def _system_dsn() -> str:
    return os.environ.get("SUA_TEST_PG_DSN", "")
