"""How a request reaches the GraphQL door, at little cost: it is what the web process is asked by far the most."""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator, Iterable, Mapping
from functools import lru_cache, partial
from time import monotonic
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request, empty_receive
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.graphql import http

PATH = "/graphql"

ticks = monotonic
"""Seconds on the clock the event loop goes by too, for lengths of time only."""


def straight(routes: Iterable[BaseRoute]) -> dict[str, ASGIApp]:
    """The door among these routes, by its path, for `Straight`."""
    return {route.path: route.app for route in routes if isinstance(route, Route) and route.path == PATH}


class Straight:
    """Hands a request to its door by its path alone; all others go to `app`, the way of its routes.

    `doors` may be filled later. They answer every method, and refuse what is wrong by themselves.
    """

    def __init__(self, app: ASGIApp, doors: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._doors = doors

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and not scope.get("root_path"):
            return self._doors.get(scope["path"], self._app)(scope, receive, send)
        return self._app(scope, receive, send)


class Entering(Request):
    """A request whose headers are found by their names: the door asks for ten of them, and most are not there."""

    method: str = ""
    headers: Headers = Headers()
    receive: Receive = empty_receive
    """In place of properties, which find them each time."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.receive = receive
        self.method = scope["method"]
        self.headers = _ByName(scope=scope)


class _ByName(Headers):
    """As `Headers`, whose first of several of one name is the one found."""

    def __init__(self, *, scope: Scope) -> None:
        self._list = list(scope["headers"])
        self._first = dict(reversed(self._list))
        self._each_once = len(self._first) == len(self._list)

    def get(self, key: str, default: Any = None) -> Any:
        found = self._first.get(_sent(key))
        return default if found is None else found.decode("latin-1")

    def __getitem__(self, key: str) -> str:
        return self._first[_sent(key)].decode("latin-1")

    def __contains__(self, key: Any) -> bool:
        return _sent(key) in self._first

    def getlist(self, key: str) -> list[str]:
        found = self._first.get(_sent(key))
        if found is None:
            return []
        return [found.decode("latin-1")] if self._each_once else super().getlist(key)


@lru_cache(http.HEADERS_MAX)
def _sent(key: str) -> bytes:
    """A header's name as it comes."""
    return key.lower().encode()


async def read(request: Request, limits: http.BodyLimits) -> http.Asking:
    """What is asked: in the address of a GET, else in the body, read no further than allowed. Raises what is wrong."""
    if request.method == "GET":
        return http.asked_by_address(request, limits)
    if not _is_json_in_utf8(request.headers.get("content-type", "")) or "content-encoding" in request.headers:
        raise http.WrongContentType("Send the request as application/json in UTF-8, not compressed.")
    length = request.headers.get("content-length", "")
    if length.isdigit() and (len(length) > 12 or int(length) > limits.size_bytes):
        raise http.too_large(limits)
    reading = _collected(request, limits)
    try:
        body = await _in_time(_Rest(reading, reading.send(None)), limits.timeout_seconds)
    except StopIteration as done:  # mostly it is there already: then no time is to be set
        body = done.value
    except TimeoutError as error:
        raise http.BodyTooSlow(f"The body did not arrive within {limits.timeout_seconds:g} s.") from error
    except ClientDisconnect as error:
        raise http.BadRequest("The body ended early.") from error
    return http.parsed(body)


@lru_cache(http.HEADERS_MAX)
def _is_json_in_utf8(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")]
    return kind == http.LEGACY and all(each == "utf-8" for each in charsets)


async def _in_time(rest: "_Rest", seconds: float) -> bytes:
    """`seconds`: from when it is first waited for. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        return await rest


class _Rest:
    """A coroutine that was begun by hand and waits for something."""

    def __init__(self, begun: Coroutine[Any, Any, bytes], awaited: Any) -> None:
        self._begun = begun
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, bytes]:
        awaited = self._awaited
        while True:
            try:
                heard = yield awaited
            except GeneratorExit:
                self._begun.close()
                raise
            except BaseException as error:  # noqa: BLE001 - it is the coroutine's to hear
                step = partial(self._begun.throw, error)
            else:
                step = partial(self._begun.send, heard)
            try:
                awaited = step()
            except StopIteration as done:
                return cast("bytes", done.value)


async def _collected(request: Request, limits: http.BodyLimits) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        chunks.append(chunk)
        size += len(chunk)
        if size > limits.size_bytes:
            raise http.too_large(limits)
    return b"".join(chunks)
