"""Spoils answers as the faults asked for wish. Works under uvicorn, for some need its connection."""

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jose import jwt
from jose.exceptions import JWTError
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.simulator.entra_errors import EntraError
from app.simulator.faults import TRANSIENT, Fault

if TYPE_CHECKING:
    from app.simulator.world import World

HTML = "<!doctype html><html><head><title>Service unavailable</title></head><body><h1>Sorry</h1></body></html>"
CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "syncStateNotFound",
    429: "TooManyRequests",
}


class FaultMiddleware:
    """Outermost layer. Paths starting with /_ are never touched."""

    def __init__(self, app: ASGIApp, world: "World") -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._struck(scope) if scope["type"] == "http" and not scope["path"].startswith("/_") else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "cut":
            await _cut(receive)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, send)
        elif fault.kind in ("truncate", "missing", "mistype", "foreign_link"):
            await self._spoil(fault, scope, receive, send)
        else:
            await self._instead(fault)(scope, receive, send)

    def _struck(self, scope: Scope) -> Fault | None:
        """The first fault due. Those that let requests pass count this one, whoever strikes it."""
        if not self.world.faults:
            return None
        target = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        tenant = self._tenant_of(scope)
        struck = None
        for fault in self.world.faults:
            if not fault.concerns(scope["method"], target, tenant):
                continue
            if fault.due(self.world.chance) and struck is None:
                struck = fault
                fault.strike()
                self.world.survived[f"http.{fault.kind}"] += 1
        return struck

    def _tenant_of(self, scope: Scope) -> str | None:
        """The directory a request is about: of its token, of its report, else the first part of its path."""
        token = Headers(scope=scope).get("authorization", "").partition(" ")[2]
        if token:
            try:
                return str(jwt.get_unverified_claims(token).get("tid"))
            except JWTError:
                return None
        first, *rest = str(scope["path"]).strip("/").split("/")
        if first == "data" and rest:
            return self.world.report_tickets.get(rest[-1], (None,))[0]
        return first

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if fault.kind == "truncate":
            await send(messages[0])
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await _cut(receive)
            return
        spoiled = _bent(fault, body)
        headers = [(name, value) for name, value in messages[0]["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(spoiled)).encode()))
        await send({**messages[0], "headers": headers})
        await send({"type": "http.response.body", "body": spoiled})

    def _instead(self, fault: Fault) -> Response:
        """The answer sent in place of the real one."""
        match fault.kind:
            case "throttle":
                return _error(429, "Please retry again later.", _retry_after(fault))
            case "server_error":
                return HTMLResponse(HTML, fault.status, _retry_after(fault))
            case "html":
                return HTMLResponse(HTML, 200)
            case "entra":
                number = fault.number or self.world.chance.choice(TRANSIENT)
                return EntraError(503, "temporarily_unavailable", number, "A transient error has occurred.").response()
            case _:
                return _error(fault.status, "As asked for.", {})


async def _cut(receive: Receive) -> None:
    """Close the connection under the request, as a broken network would. Needs uvicorn's request object."""
    cycle: Any = getattr(receive, "__self__")  # noqa: B009 - a Protocol type has no such attribute
    transport = cycle.transport
    if transport.get_write_buffer_size():
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": fault.retry_after}


def _error(status: int, message: str, headers: dict[str, str]) -> JSONResponse:
    inner = {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": str(uuid4())}
    body = {"error": {"code": CODES.get(status, "UnknownError"), "message": message, "innerError": inner}}
    return JSONResponse(body, status, headers)


def _bent(fault: Fault, raw: bytes) -> bytes:
    """JSON with a property lost or of another type (in the first item of a page), or a link leading astray.

    What is no JSON object, such as a report or an empty answer, stays as it is.
    """
    try:
        body = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(body, dict):
        return raw
    if fault.kind == "foreign_link":
        for name in [name for name in body if name.endswith("@odata.nextLink")]:
            body[name] = fault.host + "/" + body[name].split("/", 3)[3]
        return json.dumps(body).encode()
    items = body.get("value")
    holder = items[0] if isinstance(items, list) and items and fault.property not in body else body
    if fault.kind == "missing":
        holder.pop(fault.property, None)
    else:
        holder[fault.property] = fault.value
    return json.dumps(body).encode()
