"""What uvicorn writes for an answer goes out together, whole and in order."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import cast

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.server import HELD_BYTES_MAX, Gathering, WholeWrites

SOON_S = 10.0


class Noted:
    """In place of a transport: each write as it was made, and that it was closed."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.said.append(b"".join(parts))

    def close(self) -> None:
        self.said.append(b"(closed)")

    def get_extra_info(self, name: str) -> str:
        return f"{name}, the transport's own"


def gathering(noted: Noted) -> Gathering:
    return Gathering(cast("asyncio.Transport", noted), asyncio.get_running_loop())


async def test_what_is_written_while_the_loop_goes_round_once_is_one_write() -> None:
    noted = Noted()
    whole = gathering(noted)

    whole.write(b"head ")
    whole.write(b"body")
    assert noted.said == []
    await asyncio.sleep(0)
    whole.write(b"next")
    await asyncio.sleep(0)

    assert noted.said == [b"head body", b"next"]


async def test_a_large_body_does_not_wait() -> None:
    noted = Noted()
    whole = gathering(noted)

    whole.write(b"head ")
    whole.write(b"x" * HELD_BYTES_MAX)

    assert noted.said == [b"head " + b"x" * HELD_BYTES_MAX]
    await asyncio.sleep(0)
    assert len(noted.said) == 1


@pytest.mark.parametrize("leave", ["close", "bare"])
async def test_who_leaves_has_said_all_before(leave: str) -> None:
    noted = Noted()
    whole = gathering(noted)
    whole.write(b"last words")

    getattr(whole, leave)()

    assert noted.said[0] == b"last words"
    assert noted.said[1:] == ([b"(closed)"] if leave == "close" else [])


async def test_all_else_is_the_transports() -> None:
    assert gathering(Noted()).get_extra_info("peername") == "peername, the transport's own"


async def answer(request: Request) -> Response:
    return PlainTextResponse(f"to {request.url.path}")


async def stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "first"
        await asyncio.Event().wait()  # the rest never comes

    return StreamingResponse(parts())


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """A server of these three; its port."""
    routes = [Route("/stream", stream), WebSocketRoute("/echo", echo), Route("/{path:path}", answer)]
    config = uvicorn.Config(
        Starlette(routes=routes), port=0, http=WholeWrites, lifespan="off", log_config=None, timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells its start by a flag only
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def asking(path: str, *more: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: here", *more, "", ""]).encode()


async def test_requests_sent_at_once_are_answered_in_order() -> None:
    async with served() as port, asyncio.timeout(SOON_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking("/a") + asking("/b") + asking("/c", "Connection: close"))

        said = (await reader.read()).decode()

        writer.close()
    bodies = [each.partition("\r\n\r\n")[2] for each in said.split("HTTP/1.1 200 OK")]
    assert bodies == ["", "to /a", "to /b", "to /c"]


async def test_the_beginning_of_a_stream_does_not_wait_for_its_end() -> None:
    async with served() as port, asyncio.timeout(SOON_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking("/stream"))

        assert b"200 OK" in await reader.readuntil(b"first")

        writer.close()


async def test_a_request_that_is_none_is_told_so_before_the_connection_closes() -> None:
    async with served() as port, asyncio.timeout(SOON_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"no HTTP at all\r\n\r\n")

        assert b" 400 " in await reader.read()

        writer.close()


async def test_a_socket_works_as_ever() -> None:
    async with (
        served() as port,
        asyncio.timeout(SOON_S),
        websockets.connect(f"ws://127.0.0.1:{port}/echo", proxy=None) as socket,
    ):
        await socket.send("ping")
        assert await socket.recv() == "ping"
