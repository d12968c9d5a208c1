"""uvicorn as SUA runs it: its own HTTP/1.1, but what it has to say is sent together (docs/decisions/one-write.md).

uvicorn writes the head of an answer and its body by themselves, and uvloop sends each at once: to the network, and to
whoever waits on the same machine, the second costs about as much as the first.
"""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HELD_BYTES_MAX: Final = 65_536
"""More than this is sent before the event loop goes on."""


class WholeWrites(HttpToolsProtocol):
    """For `uvicorn.Config(http=...)`: what is written while the event loop goes round once is one write."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", Gathering(transport, self.loop)))

    def handle_websocket_upgrade(self) -> None:
        """The socket's own protocol writes whole frames: it gets the bare transport."""
        self.transport = cast("Gathering", self.transport).bare()
        super().handle_websocket_upgrade()


class Gathering:
    """A transport that holds what is written until the event loop has gone round, and then writes it in order."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > HELD_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        if self._held:
            held, self._held, self._size = self._held, [], 0
            self._transport.writelines(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def bare(self) -> asyncio.Transport:
        self.flush()
        return self._transport

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's."""
        return getattr(self._transport, name)
