"""One answer of Graph: received within limits, and judged by its status before anybody reads it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic_core import from_json

from app.ingest.backoff import asked_wait
from app.ingest.graph_errors import BadUpstreamAnswer, GraphThrottled, GraphUnavailable, rejection

ANSWER_MAX_BYTES = 32 * 1024 * 1024
"""Of one JSON answer, unpacked."""

PASSING = frozenset({500, 502, 503, 504, 509})
"""Statuses after which the same request may succeed."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`request` is our client-request-id, for Microsoft's support."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    request: str


async def received(response: aiohttp.ClientResponse, request: str) -> Answer:
    """The whole answer, unpacked. A small packed body may unpack to anything, so the limit counts what comes out."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > ANSWER_MAX_BYTES:
            raise BadUpstreamAnswer(f"an answer of more than {ANSWER_MAX_BYTES} bytes ({request})")
    return Answer(response.status, response.headers, bytes(body), request)


@asynccontextmanager
async def broken_connections(request: str) -> AsyncIterator[None]:
    try:
        yield
    except aiohttp.ClientPayloadError as error:
        raise BadUpstreamAnswer(f"an answer was cut off or badly packed ({request})") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise GraphUnavailable(f"{type(error).__name__} ({request})") from error


def accepted(answer: Answer) -> Answer:
    """The answer, if it is a success or a redirect; else the error its status stands for."""
    status = answer.status
    if status < 400:
        return answer
    wait = wait_of(answer)
    message = f"Graph answered {status} ({answer.request})"
    if status == 429:
        raise GraphThrottled(message, wait)
    if status in PASSING:
        raise GraphUnavailable(message, wait)
    graph_code = _graph_code(answer.body)
    raise rejection(status, graph_code, f"Graph answered {status} {graph_code} ({answer.request})")


def wait_of(answer: Answer) -> float | None:
    """Seconds that the answer asks for, if it does."""
    return asked_wait(answer.headers.get("Retry-After"), answer.headers.get("Date"))


def of_all_tenants(answer: Answer) -> bool:
    """Whether a 429 is about SUA as a whole; without a word about it, it is about this tenant."""
    return answer.headers.get("x-ms-throttle-scope", "").partition("/")[0].lower() == "application"


def as_object(answer: Answer) -> Json:
    """The JSON object of a success. 202 and 204 have none and count as empty."""
    if answer.status in {202, 204}:
        return {}
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if answer.status not in {200, 201} or content_type != "application/json":
        raise BadUpstreamAnswer(f"status {answer.status} with {content_type or 'no type'} ({answer.request})")
    try:
        parsed = from_json(answer.body, allow_inf_nan=False)
    except ValueError as error:
        raise BadUpstreamAnswer(f"an answer is broken JSON ({answer.request})") from error
    if not isinstance(parsed, dict):
        raise BadUpstreamAnswer(f"an answer is JSON, but no object ({answer.request})")
    return parsed


def rows(page: Json, key: str) -> list[Json]:
    found = page.get(key)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise BadUpstreamAnswer(f"$.{key} is no list of objects")
    return found


def _graph_code(body: bytes) -> str:
    """`error.code` of Graph's error body; empty where there is none, as on a gateway's HTML page."""
    try:
        code = from_json(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return code if isinstance(code, str) else ""
