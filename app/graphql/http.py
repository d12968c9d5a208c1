"""The HTTP around a GraphQL request: media types, body, headers. Everything odd is refused here, with a status.

GraphQL over HTTP: with `application/graphql-response+json` a request that cannot be run answers 400; with
`application/json`, for older clients, 200 and the errors.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.domain.errors import Refused, SuaError, Unavailable
from app.graphql.errors import described

RESPONSE = "application/graphql-response+json"
LEGACY = "application/json"
_OFFERS = {RESPONSE: RESPONSE, LEGACY: LEGACY, "application/*": LEGACY, "*/*": LEGACY}


class NotAcceptable(Refused):
    code: ClassVar[str] = "NOT_ACCEPTABLE"


class WrongMethod(Refused):
    code: ClassVar[str] = "METHOD_NOT_ALLOWED"


class WrongContentType(Refused):
    code: ClassVar[str] = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLarge(Refused):
    code: ClassVar[str] = "BODY_TOO_LARGE"


class BodyTooSlow(Refused):
    code: ClassVar[str] = "BODY_TIMEOUT"


class BadRequest(Refused):
    """The body is no GraphQL request in JSON."""

    code: ClassVar[str] = "BAD_REQUEST"


STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "BODY_TIMEOUT": 408,
    "BODY_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}


class Asking(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a GraphQL request. Unknown members are overlooked, as the specification wants it."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class BodyLimits:
    size_bytes: int
    timeout_seconds: float


def media_type(request: Request) -> str:
    """What to answer in, by Accept; nothing said, or anything: application/json. Raises `NotAcceptable`."""
    accepted = request.headers.get("accept", "").strip()
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


def wants_page(request: Request) -> bool:
    """A browser that looks at the address, rather than a client that asks."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def read(request: Request, limits: BodyLimits) -> Asking:
    """The request's body, read no further than allowed. Raises what is wrong with it."""
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")]
    if kind != LEGACY or any(each != "utf-8" for each in charsets) or "content-encoding" in request.headers:
        raise WrongContentType("Send the request as application/json in UTF-8, not compressed.")
    length = request.headers.get("content-length", "")
    if length.isdigit() and (len(length) > 12 or int(length) > limits.size_bytes):
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.timeout_seconds):
            body = await _collected(request, limits)
    except TimeoutError as error:
        raise BodyTooSlow(f"The body did not arrive within {limits.timeout_seconds:g} s.") from error
    except ClientDisconnect as error:
        raise BadRequest("The body ended early.") from error
    return parsed(body)


async def _collected(request: Request, limits: BodyLimits) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.size_bytes:
            raise _too_large(limits)
    return bytes(body)


def _too_large(limits: BodyLimits) -> BodyTooLarge:
    return BodyTooLarge(f"The request has more than {limits.size_bytes} bytes.")


def parsed(body: bytes) -> Asking:
    try:
        asking = msgspec.json.decode(body, type=Asking)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The body must be a JSON object with `query` as text and `variables` as object.") from error
    if not asking.query.strip():
        raise BadRequest("`query` is empty.")
    return asking


def answer(content: dict[str, Any], media: str, status: int = 200) -> Response:
    headers = {"vary": "Accept, Authorization", "cache-control": "private, no-store"}
    return Response(orjson.dumps(content), status, headers, f"{media}; charset=utf-8")


def refusal(error: SuaError, media: str) -> Response:
    """A request that was not run at all: by status and by code."""
    if isinstance(error, Unavailable):
        response = answer({"errors": [described(error)]}, media, 503)
        response.headers["retry-after"] = "5"
        return response
    response = answer({"errors": [described(error)]}, media, STATUSES.get(error.code, 400))
    if error.code == "UNAUTHENTICATED":
        response.headers["www-authenticate"] = 'Bearer realm="sua", error="invalid_token"'
    if error.code == "METHOD_NOT_ALLOWED":
        response.headers["allow"] = "POST, GET"
    return response
