"""Connections to the log's database, and what is said when there are none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from app.domain.errors import Refused, Unavailable

Connection = psycopg.Connection[tuple[Any, ...]]
Pool = ConnectionPool[Connection]

_START_S = 5
_UNSAFE = {"fsync": "off", "synchronous_commit": "off"}


class DatabaseDown(Unavailable):
    """PostgreSQL cannot be reached, or went away half-way. Nothing half-done remains."""

    code: ClassVar[str] = "DATABASE_DOWN"

    def __init__(self, message: str, *, lost: bool = False) -> None:
        """`lost`: there was a connection; a new one may do better at once."""
        super().__init__(message)
        self.lost = lost


class DatabaseUnsafe(Refused):
    """The server would acknowledge what a crash can still take back."""

    code: ClassVar[str] = "DATABASE_UNSAFE"


def writer_pool(dsn: str, size: int = 4) -> Pool:
    """An open pool of up to `size` connections, checked before each use; the caller closes it.

    Raises `DatabaseDown` when no connection comes about within 5 s, `DatabaseUnsafe` when the server runs with
    fsync or synchronous_commit off.
    """
    _try(dsn)
    pool: Pool = ConnectionPool(
        dsn,
        connection_class=Connection,
        min_size=1,
        max_size=size,
        timeout=_START_S,
        reconnect_timeout=_START_S,  # after that each use is a try; by itself the pool tries ever more rarely
        check=ConnectionPool.check_connection,
        kwargs={"connect_timeout": _START_S, "options": _in_utc(dsn)},
        open=False,
    )
    pool.open()
    return pool


@contextmanager
def borrowed(pool: Pool, *, autocommit: bool = False) -> Iterator[Connection]:
    """A connection for one transaction, committed at the end; a lost or unobtainable one is `DatabaseDown`.

    With `autocommit` each statement is its own transaction, which saves two round trips where one is enough.
    """
    lost = False
    try:
        with pool.connection() as connection:
            connection.autocommit = autocommit
            try:
                yield connection
            finally:
                lost = connection.broken
                _settle(connection, autocommit)
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database cannot be used: {str(error).strip()}", lost=lost) from error


def _in_utc(dsn: str) -> str:
    """Connection options under which every instant comes back in UTC, whatever the server's own zone."""
    return f"{conninfo_to_dict(dsn).get('options') or ''} -c TimeZone=UTC".strip()


def _settle(connection: Connection, autocommit: bool) -> None:
    if not autocommit:
        return
    if connection.info.transaction_status is TransactionStatus.IDLE:
        connection.autocommit = False
    else:
        connection.close()  # interrupted half-way: the pool replaces it


def _try(dsn: str) -> None:
    try:
        with psycopg.connect(dsn, connect_timeout=_START_S) as connection:
            for setting, unsafe in _UNSAFE.items():
                if connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (unsafe,):
                    raise DatabaseUnsafe(f"PostgreSQL runs with {setting} = {unsafe}; a crash would lose facts.")
    except psycopg.OperationalError as error:
        where = conninfo_to_dict(dsn)
        place = f"{where.get('host', 'the local socket')}:{where.get('port', 5432)}"
        raise DatabaseDown(f"PostgreSQL at {place} cannot be reached: {str(error).strip()}") from error
