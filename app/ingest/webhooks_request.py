"""What a request to the webhook may look like before anything is made of it: method, type, size, pace."""

import asyncio
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope

from app.domain.errors import Refused, SuaError

TOKEN_MAX_BYTES = 4_096

_NOSNIFF = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# The rest of a body that was refused is never read, so the connection cannot serve another request.
_CLOSING = {"Connection": "close"}


class WebhookRefused(Refused):
    """A request the webhook does not take. `status` is the HTTP answer, `headers` belong to it."""

    status: ClassVar[int]
    headers: ClassVar[dict[str, str]] = {}


class MethodRefused(WebhookRefused):
    code: ClassVar[str] = "METHOD_NOT_ALLOWED"
    status = 405
    headers: ClassVar[dict[str, str]] = {"Allow": "POST"}


class ContentTypeRefused(WebhookRefused):
    code: ClassVar[str] = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    headers: ClassVar[dict[str, str]] = _CLOSING


class BodyTooLarge(WebhookRefused):
    code: ClassVar[str] = "BODY_TOO_LARGE"
    status = 413
    headers: ClassVar[dict[str, str]] = _CLOSING


class BodyTooSlow(WebhookRefused):
    code: ClassVar[str] = "BODY_TIMEOUT"
    status = 408
    headers: ClassVar[dict[str, str]] = _CLOSING


class ValidationTokenRefused(WebhookRefused):
    code: ClassVar[str] = "VALIDATION_TOKEN_REFUSED"
    status = 400


class SenderGone(Exception):
    """The connection was closed before the body was complete: there is nobody to answer."""


def validation_token(query: bytes) -> bytes | None:
    """The token of Graph's validation handshake, decoded once, byte for byte; None: this is no handshake."""
    values = [
        value for name, _, value in (part.partition(b"=") for part in query.split(b"&")) if name == b"validationToken"
    ]
    if not values:
        return None
    if len(values) > 1 or not values[0] or len(values[0]) > TOKEN_MAX_BYTES:
        raise ValidationTokenRefused(f"Send validationToken once, with 1 to {TOKEN_MAX_BYTES:,} bytes.")
    return unquote_to_bytes(values[0].replace(b"+", b" "))


def check_head(scope: Scope, limit_bytes: int) -> None:
    """Refuse by the headers alone what need not be read."""
    headers = Headers(scope=scope)
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ContentTypeRefused("Send application/json in UTF-8.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ContentTypeRefused("Send the body without Content-Encoding.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit_bytes:
        raise _too_large(limit_bytes)


async def read_body(receive: Receive, limit_bytes: int, timeout_s: float) -> bytes:
    """The whole body. Stops reading at the first byte too many, whatever length was promised."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise SenderGone
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > limit_bytes:
                    raise _too_large(limit_bytes)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise BodyTooSlow(f"The body was not complete within {timeout_s:g} s.") from None


def echo(token: bytes) -> Response:
    return Response(token, media_type="text/plain", headers=_NOSNIFF)


def refusal(error: SuaError, status: int, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"error": {"code": error.code, "message": str(error)}}
    return JSONResponse(body, status, headers={**_NOSNIFF, **(headers or {})})


def _too_large(limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit_bytes:,} bytes.")
