"""What every Graph request shares: the bearer check, Graph's error shape, pages with opaque next links, instants.

Follows "Microsoft Graph error responses", "Paging Microsoft Graph data in your app" and the permissions reference.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.simulator.company import Company
from app.simulator.world import World

GRAPH_AUDIENCE = "https://graph.microsoft.com"


class GraphError(Exception):
    """An answer that is an error, with Graph's code."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: who asks (`company`), when (`now`), with which query."""

    request: Request
    world: World
    company: Company
    app_id: str

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def root(self) -> str:
        return f"{str(self.request.base_url).rstrip('/')}/v1.0"


Handler = Callable[[Call], Awaitable[Response]]


def told_instant(world: World) -> datetime:
    """What Graph's clock shows: the wall's, or where it is skewed the simulated one, off by the skew."""
    return datetime.now(UTC) if world.skew is None else world.told_now


def error_response(request: Request, error: GraphError) -> JSONResponse:
    inner = {
        "date": told_instant(request.app.state.world).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": str(uuid4()),
        "client-request-id": request.headers.get("client-request-id", str(uuid4())),
    }
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    return JSONResponse(body, error.status, {"request-id": inner["request-id"], **error.headers})


def guarded(role: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Admit requests with a valid Graph token that carries `role`."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(_admit(request, role))
        except GraphError as error:
            return error_response(request, error)

    return endpoint


def _admit(request: Request, role: str) -> Call:
    world: World = request.app.state.world
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
    claims = world.keys.read(token, GRAPH_AUDIENCE)
    if claims is None:
        raise GraphError(401, "InvalidAuthenticationToken", "Access token validation failure.")
    company = world.company(str(claims["tid"]))
    if company is None:
        raise GraphError(401, "InvalidAuthenticationToken", "The tenant of the token does not exist.")
    access = world.access.get(company.id)
    lost = access is not None and access.at_once and role in access.missing
    if lost or company.id in world.cut_off or role not in claims.get("roles", []):
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    _hold_to_limits(request, world, company, str(claims["appid"]))
    return Call(request, world, company, str(claims["appid"]))


def _hold_to_limits(request: Request, world: World, company: Company, app_id: str) -> None:
    query = f"?{request.url.query}" if request.url.query else ""
    refusal = world.limits.refuse(request.method, f"{request.url.path}{query}", company.id, app_id)
    if refusal is not None:
        pause, scope = refusal
        world.survived["limits.refused"] += 1
        headers = {"Retry-After": f"{max(0.001, pause):.3f}", "x-ms-throttle-scope": scope}
        raise GraphError(429, "TooManyRequests", "Too many requests.", headers)


def next_link(call: Call, path: str, token: Any) -> str:
    """The address of the following page: the query as asked, with an opaque $skiptoken."""
    kept = [(name, value) for name, value in call.request.query_params.multi_items() if name != "$skiptoken"]
    packed = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
    return f"{call.root}{path}?{urlencode([*kept, ('$skiptoken', packed)])}"


def skip_token(call: Call) -> Any:
    """What `next_link` packed; None on a first page."""
    packed = call.query.get("$skiptoken")
    if packed is None:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(packed.encode()))
    except ValueError as error:
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token is not valid.") from error


def page_size(call: Call, default: int, maximum: int) -> int:
    """`$top`, or `Prefer: odata.maxpagesize`, within Graph's bounds. Too much is refused for $top, cut for Prefer."""
    asked = call.query.get("$top")
    if asked is not None:
        if not asked.isdigit() or not 1 <= int(asked) <= 999:
            raise GraphError(400, "Request_UnsupportedQuery", f"Invalid page size specified: '{asked}'.")
        return min(int(asked), maximum)
    for preference in call.request.headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "odata.maxpagesize" and value.isdigit() and int(value) > 0:
            return min(int(value), maximum)
    return default


def collection(call: Call, context: str, items: list[dict[str, Any]], following: str | None = None) -> JSONResponse:
    body: dict[str, Any] = {"@odata.context": f"{call.root}/$metadata#{context}"}
    if following is not None:
        body["@odata.nextLink"] = following
    return JSONResponse({**body, "value": items})


def seconds_text(at: datetime) -> str:
    """An instant as the directory prints it: whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ticks_text(at: datetime) -> str:
    """An instant as call records print it: seven digits of a second."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def parse_instant(text: str) -> datetime:
    """An instant from a query; a fraction of up to seven digits is allowed."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise GraphError(400, "BadRequest", f"Invalid date/time value '{text}'.") from error
    if parsed.tzinfo is None:
        raise GraphError(400, "BadRequest", f"Date/time value '{text}' has no offset.")
    return parsed.astimezone(UTC)
