"""Subscriptions as server-sent events: the "distinct connections" mode of GraphQL over SSE, one subscription a POST.

`next` events carry execution results, `complete` is the last. What is wrong with the subscription is told in a `next`
as well, since clients of event streams overlook the bodies of other statuses.
"""

import asyncio
from contextlib import aclosing

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.auth.tokens import Claims
from app.graphql import http
from app.graphql.http import Asking
from app.graphql.live import PROTOCOL, Live, WrongTransport, errors_of
from app.graphql.live_subscriptions import Listening

EVENTS = "text/event-stream"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"accept"),
]
_COMPLETE = b"event: complete\ndata: \n\n"
_BEAT = b":\n\n"


def media_of(request: Request) -> tuple[str, bool]:
    """What to answer a question in, and whether the client takes an event stream and nothing else.

    Raises `NotAcceptable`.
    """
    try:
        return http.media_type(request.headers.get("accept", "")), False
    except http.NotAcceptable:
        if not _accepts_events(request):
            raise
        return http.LEGACY, True


async def heard(live: Live, request: Request, claims: Claims, asking: Asking) -> Response:
    """The stream of what is asked. Raises `WrongTransport` for a client that takes none, `Forbidden` as the door."""
    if not _accepts_events(request):
        raise WrongTransport(f"Listen over a WebSocket ({PROTOCOL}), or POST with Accept: {EVENTS}.")
    return EventStream(live, claims, await live.listening(claims), asking)


def _accepts_events(request: Request) -> bool:
    accepted = request.headers.get("accept", "").split(",")
    return any(part.partition(";")[0].strip().lower() == EVENTS for part in accepted)


class EventStream(Response):
    """One subscription. Ends when the client goes, the token expires or the tenant is out of the viewer's sight."""

    def __init__(self, live: Live, claims: Claims, listening: Listening, asking: Asking) -> None:
        super().__init__()
        self._live = live
        self._claims = claims
        self._listening = listening
        self._asking = asking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        telling = asyncio.create_task(self._tell(send))
        going = asyncio.create_task(gone(receive))
        ending = asyncio.create_task(self._live.ending(self._claims, lambda: [self._listening]))
        tasks = [telling, going, ending, asyncio.create_task(self._beat(send))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if going in done:
            return
        try:
            if ending in done:
                await self._send(send, _next(orjson.dumps({"errors": errors_of(ending.result())})))
            await self._send(send, _COMPLETE, more=False)
        except TimeoutError:
            return  # it reads no more; the server closes the connection

    async def _tell(self, send: Send) -> None:
        """Everything there is to tell, or why it could not be. Raises TimeoutError for a client that does not read."""
        try:
            async with aclosing(self._live.payloads(self._listening, self._asking)) as payloads:
                async for payload in payloads:
                    await self._send(send, _next(payload))
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - told by its code, or masked and logged
            await self._send(send, _next(orjson.dumps({"errors": errors_of(error)})))

    async def _beat(self, send: Send) -> None:
        """So that proxies keep a quiet stream open, and a client that vanished is noticed."""
        while True:
            await asyncio.sleep(self._live.terms.heartbeat)
            await self._send(send, _BEAT)

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._live.terms.send):
            await send({"type": "http.response.body", "body": body, "more_body": more})


def _next(payload: bytes) -> bytes:
    return b"event: next\ndata: " + payload + b"\n\n"


async def gone(receive: Receive) -> None:
    """Returns once the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
