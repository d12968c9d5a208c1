"""The door behind a real server, for those who listen: sockets, event streams, and whether anything is left behind."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.auth.jwks import KeySet
from app.auth.tokens import Verifier
from app.clock import SteppedClock
from app.graphql.app import GraphQLDoor, build_door
from app.graphql.live import PROTOCOL, Live, LiveTerms
from app.graphql.pool import ReadPool
from app.server import WholeWrites
from tests.auth.issuing import AUDIENCE, TEMPLATE, Keys, claims_at, jwks_of, signed
from tests.graphql.conftest import SETTINGS, TOKENS, bearer
from tests.graphql.world import CONTOSO, NOON, World

ADVANCED = "subscription($tenant: ID!) { tenantAdvanced(tenant: $tenant) { position } }"
WAIT_SECONDS = 5


@dataclass(slots=True)
class Station:
    """`address`: host and port."""

    app: Starlette
    address: str
    live: Live
    world: World

    @asynccontextmanager
    async def dialled(self, **options: Any) -> AsyncIterator[ClientConnection]:
        """A socket that has said nothing yet."""
        options = {"subprotocols": [Subprotocol(PROTOCOL)], "proxy": None, **options}
        async with connect(f"ws://{self.address}/graphql", **options) as socket:
            yield socket

    @asynccontextmanager
    async def greeted(self, who: str = "viewer") -> AsyncIterator[ClientConnection]:
        """A socket that was acknowledged."""
        async with self.dialled() as socket:
            await say(socket, type="connection_init", payload=bearer(who))
            assert await heard(socket) == {"type": "connection_ack"}
            yield socket

    @asynccontextmanager
    async def stream(
        self, query: str = ADVANCED, who: str = "viewer", headers: dict[str, str] | None = None, **variables: Any
    ) -> AsyncIterator[httpx.Response]:
        async with (
            httpx.AsyncClient(base_url=f"http://{self.address}", timeout=WAIT_SECONDS) as http,
            http.stream(
                "POST",
                "/graphql",
                json={"query": query, "variables": variables or {"tenant": str(CONTOSO)}},
                headers={**bearer(who), "accept": "text/event-stream", **(headers or {})},
            ) as response,
        ):
            yield response

    async def quiet(self) -> None:
        """Until nobody listens any more."""
        await until(lambda: self.live.tidings.listeners == 0)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not reached():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> dict[str, Any]:
    """The next message that is no ping."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), WAIT_SECONDS))
        if message != {"type": "ping"}:
            return message


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """Code and reason, however much was said before."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), WAIT_SECONDS)
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


async def subscribe(socket: ClientConnection, name: str = "1", query: str = ADVANCED, **variables: Any) -> None:
    payload = {"query": query, "variables": variables or {"tenant": str(CONTOSO)}}
    await say(socket, id=name, type="subscribe", payload=payload)


async def position(socket: ClientConnection) -> int:
    """The position the next message tells."""
    message = await heard(socket)
    assert message["type"] == "next", message
    return int(message["payload"]["data"]["tenantAdvanced"]["position"])


def expiring(seconds: int, who: str = "viewer") -> str:
    """A token that holds only so much longer, for a door without leeway."""
    return "Bearer " + signed(claims_at(**TOKENS[who], exp=int(NOON.timestamp()) + seconds))


@asynccontextmanager
async def on_air(pool: ReadPool, world: World, **terms: Any) -> AsyncIterator[Station]:
    """The door with these terms, at a port of its own, and no leeway for tokens."""
    wall = SteppedClock(NOON)
    keys = KeySet(Keys(jwks_of()), wall)
    verifier = Verifier(keys, wall, audience=AUDIENCE, issuer_template=TEMPLATE, leeway_seconds=0)
    settings = replace(SETTINGS, live=LiveTerms(**terms))
    routes = build_door(settings, pool, verifier, SteppedClock(NOON))
    door = routes[0].endpoint  # type: ignore[attr-defined]
    assert isinstance(door, GraphQLDoor)
    app = Starlette(routes=routes)
    quiet: dict[str, Any] = {"lifespan": "off", "log_config": None, "access_log": False}
    config = uvicorn.Config(app, port=0, http=WholeWrites, timeout_graceful_shutdown=1, **quiet)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield Station(app, f"{host}:{port}", door.live, world)
    finally:
        server.should_exit = True
        await serving
