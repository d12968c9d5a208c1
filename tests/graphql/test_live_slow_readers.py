"""Connections that take no more bytes, which a real one does only once megabytes lie in its buffers."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message

from app.graphql.live import PROTOCOL
from app.graphql.pool import ReadPool
from tests.graphql.conftest import bearer
from tests.graphql.station import ADVANCED, Station, on_air
from tests.graphql.world import CONTOSO, World

SUBSCRIPTION = {"query": ADVANCED, "variables": {"tenant": str(CONTOSO)}}


@dataclass(slots=True)
class Stuck:
    """A connection that takes so many messages of the server and then no more."""

    takes: int
    incoming: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    taken: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        if len(self.taken) == self.takes:
            await asyncio.Event().wait()
        self.taken.append(message)


@pytest.fixture
async def station(read_pool: ReadPool, world: World) -> AsyncIterator[Station]:
    async with on_air(read_pool, world, send=0.1) as made:
        yield made


async def test_a_socket_that_takes_no_more_is_given_up(station: Station) -> None:
    handshake, acknowledgement, ping = 1, 1, 1
    stuck = Stuck(takes=handshake + acknowledgement + ping)
    scope = {"type": "websocket", "path": "/graphql", "subprotocols": [PROTOCOL], "headers": [], "query_string": b""}
    for said in (
        {"type": "connection_init", "payload": bearer("viewer")},
        {"type": "subscribe", "id": "1", "payload": SUBSCRIPTION},
    ):
        stuck.incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(said)})
    connect: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    connect.put_nowait({"type": "websocket.connect"})

    async def receive() -> dict[str, Any]:
        return await (stuck.incoming if connect.empty() else connect).get()

    async with asyncio.timeout(3):
        await station.app(scope, receive, stuck.send)

    assert [message["type"] for message in stuck.taken] == ["websocket.accept", "websocket.send", "websocket.send"]
    assert station.live.tidings.listeners == 0
    assert station.live._taken == {}


async def test_a_stream_that_takes_no_more_is_given_up(station: Station) -> None:
    stuck = Stuck(takes=1)
    headers = {**bearer("viewer"), "accept": "text/event-stream", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    stuck.incoming.put_nowait({"type": "http.request", "body": json.dumps(SUBSCRIPTION).encode()})

    async with asyncio.timeout(3):
        await station.app(scope, stuck.incoming.get, stuck.send)

    assert [message["type"] for message in stuck.taken] == ["http.response.start"]
    assert station.live.tidings.listeners == 0
    assert station.live._taken == {}
