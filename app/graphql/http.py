"""The HTTP around a GraphQL request: media types, body, headers. Everything odd is refused here, with a status.

GraphQL over HTTP: with `application/graphql-response+json` a request that cannot be run answers 400; with
`application/json`, for older clients, 200 and the errors. A GET carries the members of the body as parameters of the
address, and only asks: it never changes anything.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.errors import Refused, SuaError, Unavailable
from app.graphql.errors import described

RESPONSE = "application/graphql-response+json"
LEGACY = "application/json"
HEADERS_MAX = 100
"""Values of a header whose meaning is remembered: clients of one kind all send the same."""

_OFFERS = {RESPONSE: RESPONSE, LEGACY: LEGACY, "application/*": LEGACY, "*/*": LEGACY}


class NotAcceptable(Refused):
    code: ClassVar[str] = "NOT_ACCEPTABLE"


class WrongMethod(Refused):
    code: ClassVar[str] = "METHOD_NOT_ALLOWED"


class AsksOnly(WrongMethod):
    """A GET that would change something."""


class WrongContentType(Refused):
    code: ClassVar[str] = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLarge(Refused):
    code: ClassVar[str] = "BODY_TOO_LARGE"


class BodyTooSlow(Refused):
    code: ClassVar[str] = "BODY_TIMEOUT"


class BadRequest(Refused):
    """Neither the body nor the address is a GraphQL request."""

    code: ClassVar[str] = "BAD_REQUEST"


class BatchRefused(Refused):
    """Several requests in one body. Each is sent by itself: HTTP/2 carries them side by side, each with its cost."""

    code: ClassVar[str] = "BATCH_REFUSED"


class RateLimited(Refused):
    """This subject asked more often than allowed. `again_seconds`: when the next request will be answered."""

    code: ClassVar[str] = "RATE_LIMITED"

    def __init__(self, allowed_per_minute: int, again_seconds: int) -> None:
        super().__init__(f"At most {allowed_per_minute} requests a minute; ask again in {again_seconds} s.")
        self.again_seconds = again_seconds


SIGNED_OFF = frozenset({"UNAUTHENTICATED", "SESSION_EXPIRED"})
"""Who asks is not known, or no longer."""

STATUSES = {
    "UNAUTHENTICATED": 401,
    "SESSION_EXPIRED": 401,
    "CSRF_REFUSED": 403,
    "FORBIDDEN": 403,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "BODY_TIMEOUT": 408,
    "BODY_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "RATE_LIMITED": 429,
}


class Asking(msgspec.Struct, frozen=True, rename="camel"):
    """A GraphQL request. Unknown members are overlooked, as the specification wants it.

    Without `query` the document is named: by `documentId`, or by `extensions.persistedQuery.sha256Hash`.
    """

    query: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None

    @property
    def may_name(self) -> bool:
        """Whether it perhaps names its document."""
        return self.document_id is not None or bool(self.extensions)


@dataclass(frozen=True, slots=True)
class BodyLimits:
    size_bytes: int
    timeout_seconds: float


@lru_cache(HEADERS_MAX)
def media_type(accept: str) -> str:
    """What to answer in, by Accept; nothing said, or anything: application/json. Raises `NotAcceptable`."""
    accepted = accept.strip()
    if not accepted:
        return LEGACY
    ranges = []
    for place, part in enumerate(accepted.split(",")):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        offer, quality = _OFFERS.get(name), _quality(parameters)
        if offer is not None and quality > 0:
            ranges.append((-quality, place, offer))
    if not ranges:
        raise NotAcceptable(f"Answers come as {RESPONSE} or {LEGACY}.")
    return min(ranges)[2]


def _quality(parameters: list[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return float(each[2:])
            except ValueError:
                return 0.0
    return 1.0


def too_large(limits: BodyLimits) -> BodyTooLarge:
    return BodyTooLarge(f"The request has more than {limits.size_bytes} bytes.")


def parsed(body: bytes) -> Asking:
    """The request in a body. Raises `BatchRefused` for a list, `BadRequest` for what is no request."""
    try:
        asking = msgspec.json.decode(body, type=Asking)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if body.lstrip()[:1] == b"[" and _is_json(body):
            raise BatchRefused("Send one request at a time, not a list of them.") from error
        raise BadRequest("The body must be a JSON object with `query` as text and `variables` as object.") from error
    return _complete(asking)


def asked_by_address(request: Request, limits: BodyLimits) -> Asking:
    """The request in the parameters of a GET. Raises what is wrong with it."""
    if len(request.scope["query_string"]) > limits.size_bytes:
        raise too_large(limits)
    given = request.query_params.multi_items()
    parameters = dict(given)
    if len(given) != len(parameters):
        raise BadRequest("A parameter is given twice.")
    try:
        asking = Asking(
            query=parameters.get("query"),
            variables=_object(parameters.get("variables")),
            operation_name=parameters.get("operationName") or None,
            extensions=_object(parameters.get("extensions")),
            document_id=parameters.get("documentId"),
        )
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequest("`variables` and `extensions` in the address must be JSON objects.") from error
    return _complete(asking)


def _object(text: str | None) -> dict[str, Any] | None:
    return None if not text else msgspec.json.decode(text.encode(), type=dict[str, Any] | None)


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _complete(asking: Asking) -> Asking:
    if asking.query is not None and not asking.query.strip():
        raise BadRequest("`query` is empty.")
    named = asking.document_id is not None or "persistedQuery" in (asking.extensions or {})
    if asking.query is None and not named:
        raise BadRequest("There is no `query`, and no document is named either.")
    return asking


def body_of(data: bytes, extensions: Mapping[str, Any], errors: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """A whole answer around data that is JSON already."""
    told = b',"errors":' + orjson.dumps(errors) if errors else b""
    return b'{"data":' + data + told + b',"extensions":' + orjson.dumps(extensions) + b"}"


def answer(content: dict[str, Any] | bytes, media: str, status: int = 200) -> Response:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return Response(body, status, {"vary": _VARY, "cache-control": "private, no-store"}, f"{media}; charset=utf-8")


_VARY = "Accept, Authorization"


def tag_of(data: bytes) -> str:
    """A weak tag of an answer's data: what `extensions` tell of lag moves on with time."""
    return f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'


def found(
    request: Request, data: bytes, extensions: Mapping[str, Any], media: str, tag: str, *, personal: bool
) -> Response:
    """The answer to a question, or 304 where the client has it already, by the `tag_of` its data.

    A browser may keep a GET's answer, to be asked about each time, unless it is `personal`: names stay out of disk
    caches.
    """
    kept = request.method == "GET" and not personal
    headers = [_VARIES, _ASKED_AGAIN if kept else _NOT_KEPT, (b"etag", tag.encode())]
    said = request.headers.get("if-none-match")
    if said is not None:
        known = [each.strip() for each in said.split(",")]
        if tag in known or tag.removeprefix("W/") in known or known == ["*"]:
            return _Ready(304, b"", headers)
    body = body_of(data, extensions)
    headers += [(b"content-length", b"%d" % len(body)), _content_type(media)]
    return _Ready(200, body, headers)


@lru_cache(HEADERS_MAX)
def _content_type(media: str) -> tuple[bytes, bytes]:
    return b"content-type", f"{media}; charset=utf-8".encode()


_VARIES = (b"vary", _VARY.encode())
_ASKED_AGAIN = (b"cache-control", b"private, no-cache")
_NOT_KEPT = (b"cache-control", b"private, no-store")


class _Ready(Response):
    """A response with its headers as they go out: nothing has to be found out about them."""

    def __init__(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code, self.body, self.raw_headers, self.background = status, body, headers, None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def refusal(error: SuaError, media: str) -> Response:
    """A request that was not run at all: by status and by code."""
    if isinstance(error, Unavailable):
        response = answer({"errors": [described(error)]}, media, 503)
        response.headers["retry-after"] = "5"
        return response
    response = answer({"errors": [described(error)]}, media, STATUSES.get(error.code, 400))
    if error.code in SIGNED_OFF:
        response.headers["www-authenticate"] = 'Bearer realm="sua", error="invalid_token"'
    if error.code == "METHOD_NOT_ALLOWED":
        response.headers["allow"] = "POST" if isinstance(error, AsksOnly) else "POST, GET"
    if isinstance(error, RateLimited):
        response.headers["retry-after"] = str(error.again_seconds)
    return response
