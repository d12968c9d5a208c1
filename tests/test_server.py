"""What uvicorn writes for an answer goes out together, whole and in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn
import uvloop
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.server import HELD_BYTES_MAX, Gathering, WholeWrites

SOON_S = 10.0
MUCH_BYTES = 64 * HELD_BYTES_MAX


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """uvicorn runs on uvloop where it is installed. What goes wrong in a callback fails the test."""

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        faults: list[object] = []

        async def watched() -> Any:
            asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
            async with asyncio.timeout(SOON_S):
                return await work

        with asyncio.Runner(loop_factory=request.param) as runner:
            found = runner.run(watched())
        assert faults == []
        return found

    return run


class Noted:
    """In place of a transport: each write as it was made, and that it was closed."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def close(self) -> None:
        self.said.append(b"(closed)")

    def write_eof(self) -> None:
        self.said.append(b"(end)")

    def is_closing(self) -> bool:
        return self.closing

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


@pytest.mark.parametrize(
    ("leave", "then"), [("close", [b"(closed)"]), ("write_eof", [b"(end)"]), ("bare", []), ("flush", [])]
)
async def test_who_leaves_has_said_all_before(leave: str, then: list[bytes]) -> None:
    noted = Noted()
    whole = gathering(noted)
    whole.write(b"last ")
    whole.writelines([b"wo", b"rds"])

    getattr(whole, leave)()
    await asyncio.sleep(0)

    assert noted.said == [b"last words", *then]


async def test_to_a_connection_that_closes_nothing_is_held_and_what_was_held_is_let_go() -> None:
    noted = Noted()
    whole = gathering(noted)
    whole.write(b"too late")
    noted.closing = True

    whole.write(b"told by the transport")
    await asyncio.sleep(0)

    assert noted.said == [b"told by the transport"]


async def test_all_else_is_the_transports() -> None:
    assert gathering(Noted()).get_extra_info("peername") == "peername, the transport's own"


async def answer(request: Request) -> Response:
    return PlainTextResponse(f"to {request.url.path}")


async def nothing(_: Request) -> Response:
    return Response(status_code=304)


async def stream(_: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "first"
        await asyncio.Event().wait()  # the rest never comes

    return StreamingResponse(parts())


async def much(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(MUCH_BYTES // HELD_BYTES_MAX):
            yield b"x" * HELD_BYTES_MAX

    return StreamingResponse(parts(), headers={"content-length": str(MUCH_BYTES)})


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())


ROUTES = [
    Route("/nothing", nothing),
    Route("/stream", stream),
    Route("/much", much),
    WebSocketRoute("/echo", echo),
    Route("/{path:path}", answer),
]


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """A server of these; its port."""
    quiet: dict[str, Any] = {"lifespan": "off", "log_config": None, "timeout_graceful_shutdown": 0}
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=ROUTES), port=0, http=WholeWrites, **quiet))
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


async def told(*requests: bytes, ends: bool = False) -> str:
    """All that is said to these, sent at once. `ends`: the client says at once that it will say no more."""
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(requests))
        if ends:
            writer.write_eof()
        said = await reader.read()
        writer.close()
    return said.decode()


def test_requests_sent_at_once_are_answered_in_order(run: Run) -> None:
    said = run(told(asking("/a"), asking("/b"), asking("/c", "Connection: close")))

    bodies = [each.partition("\r\n\r\n")[2] for each in said.split("HTTP/1.1 200 OK")]
    assert bodies == ["", "to /a", "to /b", "to /c"]


def test_an_answer_without_a_body_is_one(run: Run) -> None:
    said = run(told(asking("/nothing"), asking("/a", "Connection: close")))

    assert said.startswith("HTTP/1.1 304 ")
    assert said.endswith("to /a")


def test_who_says_no_more_is_answered_all_the_same(run: Run) -> None:
    assert run(told(asking("/a"), ends=True)).endswith("to /a")


def test_a_request_that_is_none_is_told_so_before_the_connection_closes(run: Run) -> None:
    assert " 400 " in run(told(b"no HTTP at all\r\n\r\n"))


def test_a_body_larger_than_what_is_held_comes_whole(run: Run) -> None:
    said = run(told(asking("/much", "Connection: close")))

    assert said.partition("\r\n\r\n")[2] == "x" * MUCH_BYTES


def test_the_beginning_of_a_stream_does_not_wait_for_its_end(run: Run) -> None:
    async def begun() -> bytes:
        async with served() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asking("/stream"))
            said = await reader.readuntil(b"first")
            writer.close()
        return said

    assert b"200 OK" in run(begun())


def test_who_goes_without_a_word_disturbs_nobody(run: Run) -> None:
    async def gone_then_asked() -> bytes:
        async with served() as port:
            for path in ("/a", "/much", "/stream"):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(asking(path))
                writer.transport.abort()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asking("/a", "Connection: close"))
            said = await reader.read()
            writer.close()
        return said

    assert run(gone_then_asked()).endswith(b"to /a")


def test_a_socket_works_as_ever(run: Run) -> None:
    async def echoed() -> str | bytes:
        async with served() as port, websockets.connect(f"ws://127.0.0.1:{port}/echo", proxy=None) as socket:
            await socket.send("ping")
            return await socket.recv()

    assert run(echoed()) == "ping"
