"""Faults a test can ask the simulator for, each for some requests and then no more.

Follows "Microsoft Graph throttling guidance" (Retry-After may be a decimal, or absent; 503 may come with HTML) and
what networks do: cut connections, truncated bodies, slow answers, pages of another shape. Works under uvicorn.
"""

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from jose import jwt
from jose.exceptions import JWTError
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = (
    "throttle",
    "server_error",
    "cut",
    "truncate",
    "html",
    "missing",
    "mistype",
    "foreign_link",
    "status",
    "slow",
)
HTML = "<!doctype html><html><head><title>Service unavailable</title></head><body><h1>Sorry</h1></body></html>"
CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "syncStateNotFound",
    429: "TooManyRequests",
}


@dataclass(slots=True)
class Fault:
    """One wish: requests whose path and query match `path` (searched) fail in the way `kind` says.

    `times`: how often (None: always); `skip`: let so many matching requests pass before (page n = skip n - 1);
    `tenant`: only for that directory id; `status` for status and server_error; `retry_after` (throttle and
    server_error) in seconds as text, None: no header; `seconds` for slow; `property` and `value` for missing and
    mistype; `host` for foreign_link.
    """

    path: str
    kind: str
    times: int | None = 1
    skip: int = 0
    tenant: str | None = None
    method: str | None = None
    status: int = 503
    retry_after: str | None = "0.3"
    seconds: float = 1.0
    property: str = "id"
    value: Any = 42
    host: str = "https://elsewhere.example"
    hits: int = 0

    def concerns(self, method: str, target: str, tenant: str | None) -> bool:
        """Whether it is still to strike and this request is of the sort asked for."""
        if self.times == 0 or re.search(self.path, target) is None:
            return False
        return self.tenant in (None, tenant) and self.method in (None, method)

    def strike(self) -> None:
        self.hits += 1
        self.times = None if self.times is None else self.times - 1


def read_fault(wish: dict[str, Any]) -> Fault:
    """A fault from JSON (names as in `Fault`). Raises ValueError for an unknown kind or name."""
    if wish.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    try:
        fault = Fault(**wish)
        re.compile(fault.path)
    except (TypeError, re.error) as error:
        raise ValueError(str(error)) from error
    return fault


class FaultMiddleware:
    """Outermost layer: spoils answers as `faults` wish. Paths starting with /_ are never touched."""

    def __init__(self, app: ASGIApp, faults: list[Fault]) -> None:
        self.app = app
        self.faults = faults

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
            await _instead(fault)(scope, receive, send)

    def _struck(self, scope: Scope) -> Fault | None:
        """The first fault due. Those that let requests pass count this one, whoever strikes it."""
        target = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        tenant = _tenant_of(scope)
        struck = None
        for fault in self.faults:
            if not fault.concerns(scope["method"], target, tenant):
                continue
            if fault.skip > 0:
                fault.skip -= 1
            elif struck is None:
                struck = fault
                fault.strike()
        return struck

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
        spoiled = json.dumps(_bent(fault, json.loads(body))).encode()
        headers = [(name, value) for name, value in messages[0]["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(spoiled)).encode()))
        await send({**messages[0], "headers": headers})
        await send({"type": "http.response.body", "body": spoiled})


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


def _tenant_of(scope: Scope) -> str | None:
    """The directory a request is about: of its token, else the first part of its path."""
    token = Headers(scope=scope).get("authorization", "").partition(" ")[2]
    if token:
        try:
            return str(jwt.get_unverified_claims(token).get("tid"))
        except JWTError:
            return None
    return str(scope["path"]).split("/")[1]


def _instead(fault: Fault) -> Response:
    """The answer sent in place of the real one."""
    match fault.kind:
        case "throttle":
            return _error(429, "Please retry again later.", _retry_after(fault))
        case "server_error":
            return HTMLResponse(HTML, fault.status, _retry_after(fault))
        case "html":
            return HTMLResponse(HTML, 200)
        case _:
            return _error(fault.status, "As asked for.", {})


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": fault.retry_after}


def _error(status: int, message: str, headers: dict[str, str]) -> JSONResponse:
    inner = {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": str(uuid4())}
    body = {"error": {"code": CODES.get(status, "UnknownError"), "message": message, "innerError": inner}}
    return JSONResponse(body, status, headers)


def _bent(fault: Fault, body: Any) -> Any:
    """The JSON with a property lost or of another type (in the first item of a page), or a link leading astray."""
    if fault.kind == "foreign_link":
        for name in [name for name in body if name.endswith("@odata.nextLink")]:
            body[name] = fault.host + "/" + body[name].split("/", 3)[3]
        return body
    items = body.get("value")
    holder = items[0] if isinstance(items, list) and items and fault.property not in body else body
    if fault.kind == "missing":
        holder.pop(fault.property, None)
    else:
        holder[fault.property] = fault.value
    return body
