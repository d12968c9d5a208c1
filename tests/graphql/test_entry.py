"""The short way to the door changes nothing of what is answered, and its body is waited for as long as ever."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from app.clock import SteppedClock
from app.graphql.entry import Entering, Straight, read, straight
from app.graphql.http import BadRequest, BodyLimits, BodyTooLarge, BodyTooSlow
from app.graphql.pool import ReadPool
from app.main import Application
from app.portal.headers import SecureHeaders
from tests.graphql.conftest import asgi, bearer
from tests.graphql.world import NOON

JSON = {"content-type": "application/json"}
ASKED: dict[str, tuple[str, str, dict[str, str], bytes | None]] = {
    "a question": ("POST", "/graphql", JSON, b'{"query": "{ __typename }"}'),
    "a GET": ("GET", "/graphql?query={__typename}", {}, None),
    "a refused token": ("POST", "/graphql", {**JSON, "authorization": "Bearer x"}, b'{"query": "{ __typename }"}'),
    "two tokens": ("POST", "/graphql", {"Authorization": "Bearer x"}, b"{}"),
    "no document": ("POST", "/graphql", JSON, b"{}"),
    "another method": ("PUT", "/graphql", JSON, b"{}"),
    "HEAD": ("HEAD", "/graphql", {}, None),
    "a slash behind": ("POST", "/graphql/", JSON, b"{}"),
    "a path below": ("GET", "/graphql/more", {}, None),
    "the path escaped": ("GET", "/%67raphql?query={__typename}", {}, None),
    "nothing there": ("GET", "/", {}, None),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
async def test_both_ways_lead_to_one_answer(
    read_pool: ReadPool, asked: tuple[str, str, dict[str, str], bytes | None]
) -> None:
    method, path, headers, content = asked

    async def answered(ahead: Mapping[str, ASGIApp]) -> tuple[int, list[tuple[str, str]], str]:
        routes = asgi(read_pool, SteppedClock(NOON)).routes
        app = Application(lambda app: SecureHeaders(Straight(app, ahead), https=True), routes=routes)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as client:
            given = [*bearer("hr").items(), *headers.items()]
            if headers.get("authorization"):
                given = list(headers.items())
            answer = await client.request(method, path, headers=given, content=content)
        return answer.status_code, answer.headers.multi_items(), answer.text

    doors = straight(asgi(read_pool, SteppedClock(NOON)).routes)

    assert await answered(doors) == await answered({})


async def test_the_door_is_found_among_its_routes_by_its_path_alone(read_pool: ReadPool) -> None:
    assert list(straight(asgi(read_pool, SteppedClock(NOON)).routes)) == ["/graphql"]


async def test_what_is_no_request_or_stands_below_a_root_goes_the_way_of_the_routes() -> None:
    def named(name: str) -> Callable[..., Awaitable[None]]:
        async def app(*_: Any) -> None:
            taken.append(name)

        return app

    taken: list[str] = []
    either = Straight(named("routes"), {"/graphql": named("door")})
    for scope in (
        {"type": "http", "path": "/graphql", "root_path": ""},
        {"type": "http", "path": "/graphql"},
        {"type": "http", "path": "/graphql", "root_path": "/graphql"},
        {"type": "websocket", "path": "/graphql", "root_path": ""},
        {"type": "lifespan"},
    ):
        await either(scope, _never, _never)

    assert taken == ["door", "door", "routes", "routes", "routes"]


async def _never(*_: Any) -> Any:
    raise AssertionError("nothing was to be received or sent")


@pytest.mark.parametrize(
    "raw",
    [
        [(b"accept", b"*/*"), (b"authorization", b"Bearer x"), (b"x-odd", b"\xfcber")],
        [
            (b"cookie", b"a=1"),
            (b"accept", b""),
            (b"cookie", b"b=2"),
            (b"authorization", b"1"),
            (b"authorization", b"2"),
        ],
        [],
    ],
)
def test_headers_are_found_as_starlette_finds_them(raw: list[tuple[bytes, bytes]]) -> None:
    found, known = Entering(_scope(raw), _never).headers, Headers(raw=raw)

    for name in ("accept", "Accept", "authorization", "cookie", "x-odd", "x-none"):
        assert found.get(name) == known.get(name)
        assert found.get(name, "else") == known.get(name, "else")
        assert found.getlist(name) == known.getlist(name)
        assert (name in found) == (name in known)
        if name in known:
            assert found[name] == known[name]
    with pytest.raises(KeyError):
        found["x-none"]
    assert (found.raw, found) == (known.raw, known)


def _scope(headers: list[tuple[bytes, bytes]], method: str = "POST") -> dict[str, Any]:
    return {"type": "http", "method": method, "path": "/graphql", "query_string": b"", "headers": headers}


def arriving(*messages: Message | float | None) -> Entering:
    """A request whose body comes as these messages; a number: seconds until the next, None: it never comes."""
    coming = iter(messages)

    async def receive() -> Message:
        for each in coming:
            if each is None:
                await asyncio.Event().wait()
            elif isinstance(each, float):
                await asyncio.sleep(each)
            else:
                return each
        raise AssertionError("nothing more was to be received")

    return Entering(_scope([(b"content-type", b"application/json")]), receive)


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


LIMITS = BodyLimits(size_bytes=20, timeout_seconds=0.05)
WHOLE = b'{"query": "{ a }"}'


@pytest.mark.parametrize(
    "messages",
    [
        [part(WHOLE, more=False)],
        [0.0, part(WHOLE, more=False)],
        [part(WHOLE[:5]), part(WHOLE[5:]), {"type": "http.request"}],
        [0.001, part(WHOLE[:5]), 0.0, 0.001, part(WHOLE[5:], more=False)],
    ],
)
async def test_a_body_is_whole_however_it_comes(messages: list[Message | float]) -> None:
    assert (await read(arriving(*messages), LIMITS)).query == "{ a }"


@pytest.mark.parametrize(
    ("messages", "refusal"),
    [
        ([part(b"x" * 21, more=False)], BodyTooLarge),
        ([part(b"x" * 20), 0.0, part(b"x")], BodyTooLarge),
        ([None], BodyTooSlow),
        ([part(b"{"), None], BodyTooSlow),
        ([0.03, part(b"{"), 0.03, part(b"}", more=False)], BodyTooSlow),
        ([{"type": "http.disconnect"}], BadRequest),
        ([part(b"{"), 0.0, {"type": "http.disconnect"}], BadRequest),
    ],
)
async def test_a_body_that_ends_early_or_never_is_refused(
    messages: list[Message | float | None], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await read(arriving(*messages), LIMITS)


async def test_who_is_broken_off_while_the_body_is_awaited_lets_go_of_it() -> None:
    let_go = asyncio.Event()

    async def receive() -> Message:
        try:
            await asyncio.Event().wait()
        finally:
            let_go.set()
        raise AssertionError("it never comes")

    reading = asyncio.create_task(read(Entering(_scope([(b"content-type", b"application/json")]), receive), LIMITS))
    await asyncio.sleep(0)
    reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await reading
    assert let_go.is_set()
