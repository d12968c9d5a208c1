"""Fresh, migrated databases to measure on.

Of the server SUA_TEST_PG_DSN names (as a superuser), else of an embedded one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres, find_binaries


@dataclass(frozen=True, slots=True)
class Database:
    owner_dsn: str
    writer_dsn: str
    reader_dsn: str


@dataclass(frozen=True, slots=True)
class Server:
    dsn: str

    @contextmanager
    def database(self) -> Iterator[Database]:
        name = f"sua_bench_{uuid4().hex}"
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            dsns = [make_conninfo(self.dsn, dbname=name, **user) for user in ({}, _WRITER, _READER)]
            migrate(dsns[0])
            yield Database(*dsns)
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


_WRITER = {"user": "sua_writer"}
_READER = {"user": "sua_reader"}


@contextmanager
def server() -> Iterator[Server]:
    given = os.environ.get("SUA_TEST_PG_DSN")
    if given:
        yield Server(given)
        return
    home = Path(tempfile.mkdtemp(prefix="sua-bench-", dir="/tmp"))
    home.chmod(0o711)  # so that the account root lends the server can walk through
    try:
        with EmbeddedPostgres(home / "pg", find_binaries()) as embedded:
            yield Server(embedded.dsn())
    finally:
        shutil.rmtree(home)
