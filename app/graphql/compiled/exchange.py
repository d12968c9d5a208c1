"""One message to PostgreSQL and its results, over a connection of the pool, without cursors.

A cursor keeps state for each result and a wait of its own for each direction; a message of ten statements that is
answered as a whole needs neither (docs/decisions/compiled-reads.md).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import Context
from time import monotonic

import psycopg
from psycopg import adapt
from psycopg.abc import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from app.graphql.compiled.showing import Rows
from app.graphql.pool import Db, ReadPool

CANCEL_SECONDS = 2.0
"""How long PostgreSQL has to take note that an answer is not wanted any more."""

LEASE_SECONDS = 0.1
"""How long a connection is kept from message to message. Others wait for one, too."""

REST_SECONDS = 0.005
"""How long it is kept while there is no message."""

_REFUSED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


class Wire:
    """A connection borrowed for messages that are transactions by themselves: nothing is left to be ended.

    While it is borrowed its socket is watched, and nobody but `exchanged` is to use it.
    """

    def __init__(self, db: Db) -> None:
        self.db = db
        self._libpq = db.pgconn
        self._socket = db.pgconn.socket
        self._loop = asyncio.get_running_loop()
        self._results: list[PGresult] = []
        self._awaited: asyncio.Future[list[PGresult]] | None = None
        self._loop.add_reader(self._socket, self._read)
        self._watched = True

    async def results(self, message: bytes) -> list[PGresult]:
        """Of every statement of the message. Raises `psycopg.OperationalError` where the connection is gone."""
        if self.lost:
            raise psycopg.OperationalError("The connection is lost.")
        awaited: asyncio.Future[list[PGresult]] = self._loop.create_future()
        self._awaited = awaited
        try:
            self._libpq.send_query(message)
            while self._libpq.flush():
                await self._writable()
            return await awaited
        finally:
            self._awaited = None

    @property
    def lost(self) -> bool:
        return not self._watched or self.db.closed

    def leave(self) -> None:
        """Watch it no more: before its socket's number may be another's."""
        if self._watched:
            self._watched = False
            self._loop.remove_reader(self._socket)

    def _read(self) -> None:
        try:
            self._libpq.consume_input()
            if self._awaited is None:  # PostgreSQL says something by itself, perhaps that it goes
                return
            while not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    self._tell()
                    return
                self._results.append(result)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for: nobody else would end the waiting
            if self._awaited is not None and not self._awaited.done():
                self._awaited.set_exception(error)
            self.leave()

    def _tell(self) -> None:
        results, self._results = self._results, []
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(results)

    async def _writable(self) -> None:
        """Not reading meanwhile: PostgreSQL says nothing before it has the whole message; and where it is gone, libpq
        closes the socket as it reads, which must not be waited for then.
        """
        free = self._loop.create_future()

        def told() -> None:
            if not free.done():
                free.set_result(None)

        self._loop.remove_reader(self._socket)
        self._loop.add_writer(self._socket, told)
        try:
            await free
        finally:
            self._loop.remove_writer(self._socket)
            self._loop.add_reader(self._socket, self._read)


class Lease:
    """A connection of the pool, kept from one message to the next where they follow each other."""

    def __init__(self, pool: ReadPool) -> None:
        self._pool = pool
        self._wire: Wire | None = None
        self._until = 0.0

    async def wire(self) -> Wire:
        """What is lost or was kept long enough goes back first. Raises `psycopg_pool.PoolTimeout`."""
        if self._wire is not None and (self._wire.lost or self._until <= monotonic()):
            await self.end()
        if self._wire is None:
            self._wire = Wire(await self._pool.getconn())
            self._until = monotonic() + LEASE_SECONDS
        return self._wire

    async def end(self) -> None:
        """By a task of its own: a request broken off meanwhile does not break it off, or the pool would lose the
        connection.
        """
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.leave()
            going_back = asyncio.create_task(self._pool.putconn(wire.db), context=Context())
            _going_back.add(going_back)
            going_back.add_done_callback(_going_back.discard)
            await asyncio.shield(going_back)


_going_back: set[asyncio.Task[None]] = set()
"""Held here: the event loop itself does not hold its tasks."""


class Kept:
    """The lease of those who ask one after the other. A task has it while nobody does, and ends it when nobody did for
    REST_SECONDS: so it goes back with its task, also where the loop ends. `rests`: False: it goes back at once.
    """

    def __init__(self, pool: ReadPool, *, rests: bool = True) -> None:
        self._pool = pool
        self._rests = rests
        self._lease: Lease | None = None
        self._taken = self._used = False
        self._keeper: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Where another has it, one for this once."""
        lease = self._take() if self._rests and not self._taken else Lease(self._pool)
        try:
            yield lease
        except BaseException:
            await lease.end()
            raise
        finally:
            if lease is self._lease:
                self._taken = False
        if lease is not self._lease:
            await lease.end()

    def _take(self) -> Lease:
        self._taken = self._used = True
        if self._lease is None:
            self._lease = Lease(self._pool)
            self._keeper = asyncio.create_task(self._keep(self._lease), context=Context())  # of nobody's request
        return self._lease

    async def _keep(self, lease: Lease) -> None:
        try:
            while self._taken or self._used:
                self._used = False
                await asyncio.sleep(REST_SECONDS)
        finally:
            is_with_somebody = self._taken
            self._lease, self._keeper, self._taken = None, None, False  # before it goes back, for others come meanwhile
            if not is_with_somebody:
                await lease.end()


@contextlib.asynccontextmanager
async def leased(pool: ReadPool) -> AsyncIterator[Lease]:
    """A lease for what is asked once."""
    lease = Lease(pool)
    try:
        yield lease
    finally:
        await lease.end()


@contextlib.asynccontextmanager
async def lent(pool: ReadPool) -> AsyncIterator[Wire]:
    """A connection for what is asked once."""
    async with leased(pool) as lease:
        yield await lease.wire()


async def exchanged(wire: Wire, message: bytes) -> list[Rows]:
    """The rows of every statement of the message that has columns, in their order.

    Raises what PostgreSQL refuses, or `psycopg.OperationalError` where the connection is gone. Broken off, the
    connection is closed: what it still has to say belongs to nobody.
    """
    db = wire.db
    try:
        results = await wire.results(message)
    except asyncio.CancelledError:
        wire.leave()
        with contextlib.suppress(psycopg.Error):
            await db.cancel_safe(timeout=CANCEL_SECONDS)
        await db.close()
        raise
    for each in results:
        if each.status in _REFUSED:
            raise psycopg.errors.error_from_result(each, db.info.encoding)
    reader = adapt.Transformer(db)  # kept, it would keep the connection, and the last rows after an erasure took them
    return [_rows(reader, each) for each in results if each.nfields]


def _rows(reader: Transformer, result: PGresult) -> Rows:
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)
