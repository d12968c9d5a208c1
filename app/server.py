"""uvicorn as SUA runs it: its own HTTP/1.1, but what it has to say is sent together (docs/decisions/one-write.md).

uvicorn writes the head of an answer and its body by themselves, and uvloop sends each at once: to the network, and to
whoever waits on the same machine, the second costs about as much as the first.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HELD_BYTES_MAX: Final = 65_536
"""More than this is sent before the event loop goes on."""


class WholeWrites(HttpToolsProtocol):
    """For `uvicorn.Config(http=...)`: what is written while the event loop goes round once is one write."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._gathering = Gathering(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._gathering))

    def eof_received(self) -> None:
        """The client has said all it has to say. The transport closes next, and would send nothing more."""
        self._gathering.flush()
        super().eof_received()

    def handle_websocket_upgrade(self) -> None:
        """The socket's own protocol writes whole frames: it gets the bare transport."""
        self.transport = self._gathering.bare()
        super().handle_websocket_upgrade()


class Gathering:
    """A transport that holds what is written until the event loop has gone round, and then writes it in order."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing  # asked with every answer
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Where the connection is closing, the transport says at once what it thinks of that."""
        if self._transport.is_closing():
            self._transport.write(data)
            return
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > HELD_BYTES_MAX:
            self.flush()

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.write(b"".join(parts))

    def flush(self) -> None:
        """Send what is held. Where the connection was lost meanwhile, nobody reads it."""
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def write_eof(self) -> None:
        self.flush()
        self._transport.write_eof()

    def bare(self) -> asyncio.Transport:
        self.flush()
        return self._transport

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's."""
        return getattr(self._transport, name)
