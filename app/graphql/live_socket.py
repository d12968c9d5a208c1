"""Subscriptions over a WebSocket, by the protocol graphql-transport-ws.

The bearer token comes as `authorization` in the payload of `connection_init`, since browsers cannot set headers of a
handshake, or else in the handshake's Authorization header; the portal's pages show their session's cookie instead.
Close codes are the protocol's, or else RFC 6455's.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import msgspec
import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.auth.tokens import Claims
from app.domain.errors import Refused, SuaError
from app.graphql import http
from app.graphql.errors import described, known, masked
from app.graphql.http import Asking, BadRequest
from app.graphql.live import PROTOCOL, Live, TooManySubscriptions, anew, errors_of
from app.graphql.live_subscriptions import Listening

GOING_AWAY = 1001
TOO_LARGE = 1009
TRY_LATER = 1013
INVALID = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
SUBPROTOCOL = 4406
INIT_TIMEOUT = 4408
ID_TAKEN = 4409
TOO_MANY = 4429
INTERNAL = 4500

_REASON_BYTES_MAX = 123
_CLOSE_SECONDS = 1.0


class _Message(msgspec.Struct, frozen=True):
    type: str
    id: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"null")


class _Init(msgspec.Struct, frozen=True):
    """`connection_init`: the header's name in either spelling; other members are overlooked."""

    authorization: str | None = None
    Authorization: str | None = None


class Closing(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class LiveSocket:
    """The endpoint of `GET /graphql` with `Upgrade: websocket`."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def serve(self, websocket: WebSocket) -> None:
        if not _from_here(websocket, self._live.terms.allowed_origins):
            await websocket.close(FORBIDDEN)  # before it was accepted: the handshake is answered 403
            return
        offered = PROTOCOL in websocket.scope["subprotocols"]
        await websocket.accept(PROTOCOL if offered else None)
        if not offered:
            await websocket.close(SUBPROTOCOL, f"Speak {PROTOCOL}")
            return
        await _Conversation(self._live, websocket).run()


class _Conversation:
    def __init__(self, live: Live, websocket: WebSocket) -> None:
        self._live = live
        self._websocket = websocket
        self._over: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: dict[str, tuple[asyncio.Task[None], Listening]] = {}
        self._known: tuple[Claims, Listening] | None = None
        self._heard = True

    async def run(self) -> None:
        self._begin(self._read())
        try:
            closing = await self._over
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        reason = closing.reason.encode()[:_REASON_BYTES_MAX].decode(errors="ignore")
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._websocket.close(closing.code, reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return  # it reads no more, or is gone already

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Whatever goes wrong in one part ends the conversation, in one place."""
        try:
            await work
        except WebSocketDisconnect:
            self._end(Closing(GOING_AWAY, "gone"))
        except Closing as closing:
            self._end(closing)
        except TooManySubscriptions as error:
            self._end(Closing(TOO_MANY, _told(error)))
        except Exception as error:  # noqa: BLE001 - the last resort; logged by type and place
            self._end(Closing(INTERNAL, masked(error)["message"]))

    def _end(self, closing: Closing) -> None:
        if not self._over.done():
            self._over.set_result(closing)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self._live.terms.init) as patience:
                while self._known is None:
                    await self._take(await self._message())
                patience.reschedule(None)
        except TimeoutError as error:
            raise Closing(INIT_TIMEOUT, "Connection initialisation timeout") from error
        with self._live.place("socket", self._known[1].viewer, self._live.terms.sockets_per_viewer):
            await self._send({"type": "connection_ack"})
            while True:
                await self._take(await self._message())

    async def _message(self) -> _Message:
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        text = received.get("text")
        if text is None:
            raise Closing(INVALID, "Send text, not bytes")
        raw = text.encode()
        if len(raw) > self._live.terms.message_bytes:
            raise Closing(TOO_LARGE, f"A message has at most {self._live.terms.message_bytes} bytes")
        self._heard = True
        try:
            return msgspec.json.decode(raw, type=_Message)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise Closing(INVALID, "Not a message of this protocol") from error

    async def _take(self, message: _Message) -> None:
        match message.type:
            case "connection_init":
                await self._init(message)
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                running = self._running.pop(message.id, None)
                if running is not None:
                    running[0].cancel()
            case _:
                raise Closing(INVALID, "There is no message of this type")

    async def _init(self, message: _Message) -> None:
        if self._known is not None:
            raise Closing(TOO_MANY, "Too many initialisation requests")
        try:
            init = msgspec.json.decode(message.payload, type=_Init | None)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Closing(INVALID, "The payload of connection_init holds `authorization`, a text") from error
        said = None if init is None else init.authorization or init.Authorization
        try:
            self._known = await self._live.known(self._websocket, said)
        except Exception as error:
            ours = known(error)
            if ours is None:
                raise
            raise Closing(FORBIDDEN if isinstance(ours, Refused) else TRY_LATER, _told(ours)) from error
        self._begin(self._until_over(self._known[0]))
        self._begin(self._ping())

    async def _subscribe(self, message: _Message) -> None:
        if self._known is None:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if not message.id:
            raise Closing(INVALID, "A subscription has an `id`")
        if message.id in self._running:
            raise Closing(ID_TAKEN, f"Subscriber for {message.id} already exists")
        claims, listening = self._known
        try:
            self._live.pace(claims)
            if len(self._running) >= self._live.terms.per_socket:
                raise TooManySubscriptions(f"A socket has at most {self._live.terms.per_socket} subscriptions.")
            asking = http.parsed(bytes(message.payload))
        except BadRequest as error:
            raise Closing(INVALID, str(error)) from error
        except Refused as error:
            await self._send({"id": message.id, "type": "error", "payload": [described(error)]})
            return
        listening = anew(listening)
        self._running[message.id] = (self._begin(self._tell(message.id, listening, asking)), listening)

    async def _tell(self, id: str, listening: Listening, asking: Asking) -> None:  # noqa: A002
        head = f'{{"id":{orjson.dumps(id).decode()},"type":"next","payload":'
        try:
            async with aclosing(self._live.payloads(listening, asking)) as payloads:
                async for payload in payloads:
                    await self._send_text(f"{head}{payload.decode()}}}")
        except (Closing, WebSocketDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 - told by its code, or masked and logged
            self._running.pop(id, None)
            await self._send({"id": id, "type": "error", "payload": errors_of(error)})

    async def _until_over(self, claims: Claims) -> None:
        why = await self._live.ending(claims, lambda: [listening for _, listening in self._running.values()])
        raise Closing(UNAUTHORIZED if why.code in http.SIGNED_OFF else FORBIDDEN, _told(why))

    async def _ping(self) -> None:
        """A client that has not said anything between two pings is gone, whatever its connection says."""
        while self._heard:
            self._heard = False
            await self._send({"type": "ping"})
            await asyncio.sleep(self._live.terms.ping)
        raise Closing(GOING_AWAY, "No pong came")

    async def _send(self, message: dict[str, Any]) -> None:
        await self._send_text(orjson.dumps(message).decode())

    async def _send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._live.terms.send):
                await self._websocket.send_text(text)
        except TimeoutError as error:
            raise Closing(TRY_LATER, "Read faster, or listen to less") from error


def _told(error: SuaError) -> str:
    return f"{error.code}: {error}"


def _from_here(websocket: WebSocket, allowed: frozenset[str]) -> bool:
    """Whether a page of this very host opens the socket, one of an allowed origin, or no browser at all."""
    origins = websocket.headers.getlist("origin")
    if not origins:
        return True
    if len(origins) > 1:
        return False
    return origins[0] in allowed or urlsplit(origins[0]).netloc.lower() == websocket.headers.get("host", "").lower()
