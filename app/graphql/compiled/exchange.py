"""One message to PostgreSQL and its results, over a connection of the pool, without cursors.

A cursor keeps state for each result and a wait of its own for each direction; a message of ten statements that is
answered as a whole needs neither (docs/decisions/compiled-reads.md).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psycopg
from psycopg import adapt
from psycopg.abc import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from app.graphql.compiled.showing import Rows
from app.graphql.pool import Db, ReadPool

CANCEL_SECONDS = 2.0
"""How long PostgreSQL has to take note that an answer is not wanted any more."""

_REFUSED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


@contextlib.asynccontextmanager
async def lent(pool: ReadPool) -> AsyncIterator[Db]:
    """A connection in autocommit, for messages that are transactions by themselves: nothing is left to be ended."""
    db = await pool.getconn()
    try:
        yield db
    finally:
        await pool.putconn(db)


async def exchanged(db: Db, message: bytes) -> list[Rows]:
    """The rows of every statement of the message that has columns, in their order.

    Raises what PostgreSQL refuses, or `psycopg.OperationalError` where the connection is gone. Broken off, the
    connection is closed: what it still has to say belongs to nobody.
    """
    try:
        results = await _results(db, message)
    except asyncio.CancelledError:
        with contextlib.suppress(psycopg.Error):
            await db.cancel_safe(timeout=CANCEL_SECONDS)
        await db.close()
        raise
    for each in results:
        if each.status in _REFUSED:
            raise psycopg.errors.error_from_result(each, db.info.encoding)
    reader = adapt.Transformer(db)  # kept, it would keep the connection, and the last rows after an erasure took them
    return [_rows(reader, each) for each in results if each.nfields]


async def _results(db: Db, message: bytes) -> list[PGresult]:
    loop, wire = asyncio.get_running_loop(), db.pgconn
    whole: asyncio.Future[list[PGresult]] = loop.create_future()
    results: list[PGresult] = []

    def read() -> None:
        try:
            wire.consume_input()
            while not wire.is_busy():
                result = wire.get_result()
                if result is None:
                    if not whole.done():
                        whole.set_result(results)
                    return
                results.append(result)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for: nobody else would end the waiting
            loop.remove_reader(socket)  # before its number is given to another: libpq closed it
            if not whole.done():
                whole.set_exception(error)

    wire.send_query(message)
    socket = wire.socket
    while wire.flush():
        await _writable(loop, socket)
    loop.add_reader(socket, read)
    try:
        return await whole
    finally:
        loop.remove_reader(socket)


async def _writable(loop: asyncio.AbstractEventLoop, socket: int) -> None:
    free = loop.create_future()

    def told() -> None:
        if not free.done():
            free.set_result(None)

    loop.add_writer(socket, told)
    try:
        await free
    finally:
        loop.remove_writer(socket)


def _rows(reader: Transformer, result: PGresult) -> Rows:
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)
