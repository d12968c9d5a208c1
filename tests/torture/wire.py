"""A proxy before PostgreSQL that understands just enough of its protocol to cut a connection around a commit.

`after`: the server has committed, and its answer never arrives; `append`: the same of a commit that wrote into the log.
`before`: the commit, or the append that is one statement, never arrives at the server.
"""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_CHUNK = 65_536
_DONE = b"Z\x00\x00\x00\x05I"
"""ReadyForQuery, outside of a transaction."""

_COMMIT = b"COMMIT\x00"
_PREPARES = re.compile(rb"P....(\w+)\x00[^\x00]*INSERT INTO events", re.DOTALL)
_START_S = 10


@dataclass(eq=False, slots=True)
class _Line:
    """One connection. `prepared`: names of statements that write into the log. `swallowing`: what it was armed for."""

    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    prepared: set[bytes] = field(default_factory=set)
    swallowing: str | None = None

    def appends(self, data: bytes) -> bool:
        self.prepared.update(_PREPARES.findall(data))
        return b"INSERT INTO events" in data or any(b"\x00%b\x00" % name in data for name in self.prepared)


class Wire:
    """Runs in a thread of its own. `cuts` counts those that met what they were meant for."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.cuts: Counter[str] = Counter()
        self._server_at = (host, port)
        self._armed: Counter[str] = Counter()
        self._lines: set[_Line] = set()
        self._listener: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise RuntimeError("the proxy before the database did not start")

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def cut_all(self) -> None:
        """End every connection; new ones are taken at once."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def arm(self, where: str) -> None:
        """Cut the next connection that commits, `before` or `after`, or that appends, after the commit: `append`."""
        self._loop.call_soon_threadsafe(self._armed.update, [where])

    def disarm(self) -> None:
        """Cut nobody any more."""
        self._loop.call_soon_threadsafe(self._armed.clear)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        self._listener = server
        self._ready.set()

    async def _end(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._cut_all()
        await asyncio.sleep(0)

    async def _accept(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await self._opened()
        except OSError:
            near.close()  # the server is down, as its client learns at once
            return
        line = _Line((near, far))
        self._lines.add(line)
        try:
            await asyncio.gather(self._up(line, near_reader), self._down(line, far_reader))
        finally:
            self._cut(line)

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._server_at
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _up(self, line: _Line, reader: asyncio.StreamReader) -> None:
        """From SUA to the server."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                appends = line.appends(data)
                if appends or _COMMIT in data:
                    if self._armed["before"]:
                        self._armed["before"] -= 1
                        self.cuts["before"] += 1
                        break
                    where = "append" if appends and self._armed["append"] else "after"
                    if self._armed[where] and line.swallowing is None:
                        self._armed[where] -= 1
                        line.swallowing = where
                line.writers[1].write(data)
                await line.writers[1].drain()
        self._cut(line)

    async def _down(self, line: _Line, reader: asyncio.StreamReader) -> None:
        """From the server to SUA."""
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if line.swallowing and data.endswith(_DONE):
                    self.cuts[line.swallowing] += 1
                    break
                line.writers[0].write(data)
                await line.writers[0].drain()
        self._cut(line)

    def _cut_all(self) -> None:
        self.cuts["all"] += bool(self._lines)
        for line in list(self._lines):
            self._cut(line)

    def _cut(self, line: _Line) -> None:
        self._lines.discard(line)
        for writer in line.writers:
            writer.close()


@contextmanager
def wired(dsn: str) -> Iterator[Wire]:
    """A proxy before the server of a connection string."""
    given = conninfo_to_dict(dsn)
    wire = Wire(str(given["host"]), int(given.get("port") or 5432))
    wire.start()
    try:
        yield wire
    finally:
        wire.close()


def through(wire: Wire, dsn: str) -> str:
    """The same database and role, by way of the proxy."""
    return make_conninfo(dsn, host="127.0.0.1", port=wire.port, sslmode="disable", gssencmode="disable")
