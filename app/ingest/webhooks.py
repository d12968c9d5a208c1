"""The webhook: check a notification, store it, answer. Nothing else.

202 is said after the inbox has committed, never before; Graph takes a 2xx as delivered for good. No call to Graph and
no wait for a broker happens inside a request: Graph slows down, then drops, for every tenant, an endpoint that takes
more than 3 s. What cannot be stored is answered 503, so that Graph sends it again for up to 4 hours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar
from uuid import UUID, uuid4

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.responses import Response
from starlette.routing import Route as WebRoute
from starlette.types import Receive, Scope, Send

from app.clock import Clock, SystemClock
from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.ingest import inbox, schedule
from app.ingest.notifications import Item, MalformedNotification, Sorted, TooManyItems, parse, sort
from app.ingest.webhooks_bell import Bell
from app.ingest.webhooks_request import (
    MethodRefused,
    SenderGone,
    WebhookRefused,
    check_head,
    echo,
    read_body,
    refusal,
    validation_token,
)
from app.ingest.webhooks_routes import KnownRoutes
from app.telemetry import bound, count, say
from app.telemetry.metrics import WEBHOOK_ITEMS, WEBHOOK_SECONDS
from app.telemetry.tracing import span, traceparent

NOTIFICATIONS_PATH = "/webhooks/graph/notifications"
LIFECYCLE_PATH = "/webhooks/graph/lifecycle"

_RETRY_AFTER_S = 10


class InboxUnavailable(Unavailable):
    """The notification could not be stored. Graph sends it again."""

    code: ClassVar[str] = "INBOX_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Limits:
    """`pool_wait_s` for a connection, `store_s` for all that touches the database: below the 3 s Graph allows."""

    body_bytes: int = 262_144
    body_timeout_s: float = 5.0
    pool_wait_s: float = 2.0
    store_s: float = 2.5


class GraphDoors:
    """Both addresses Graph posts to. Items are sorted by what they are, not by the door they came through.

    Items of the life of subscriptions make their jobs due at once. Counts `webhook.stored` and, per reason of
    `Ignored`, what was not. Close it when the process ends.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection],
        ring: Callable[[TenantId], None],
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._pool = pool
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._known = KnownRoutes(pool)
        self._bell = Bell(ring)
        self._storing: set[asyncio.Task[Sorted]] = set()

    def routes(self) -> list[WebRoute]:
        # Instances, not functions: Starlette then leaves every method to us, and refusals keep their shape.
        return [WebRoute(NOTIFICATIONS_PATH, self), WebRoute(LIFECYCLE_PATH, self)]

    async def aclose(self) -> None:
        await self._bell.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        try:
            response = await self._answer(scope, receive)
        except SenderGone:
            count("webhook.sender_gone")
            return
        WEBHOOK_SECONDS.labels(response.status_code).observe(perf_counter() - began)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            if scope["method"] != "POST":
                raise MethodRefused("Graph sends POST.")
            token = validation_token(scope["query_string"])
            if token is not None:
                return echo(token)
            check_head(scope, self._limits.body_bytes)
            items = parse(await read_body(receive, self._limits.body_bytes, self._limits.body_timeout_s))
            await self._take(items)
        except WebhookRefused as error:
            return refusal(error, error.status, error.headers)
        except MalformedNotification as error:
            return refusal(error, 400)
        except TooManyItems as error:
            return refusal(error, 413)
        except InboxUnavailable as error:
            return refusal(error, 503, {"Retry-After": str(_RETRY_AFTER_S)})
        return Response(status_code=202)

    async def _take(self, items: list[Item]) -> None:
        """Sort and store, or raise InboxUnavailable in time for Graph."""
        delivery = uuid4()
        with bound(cause=delivery), span("webhook", items=len(items)):
            found = await self._in_time(self._store(items, delivery))
            if found.ignored:
                say("webhook.ignored", logging.WARNING, **found.ignored)
        outcomes = {"stored": len(found.calls), "lifecycle": len(found.jobs), **found.ignored}
        for outcome, items_like_it in outcomes.items():
            count(f"webhook.{outcome}", items_like_it)
            WEBHOOK_ITEMS.labels(outcome).inc(items_like_it)
        self._bell.ring_soon({tenant for tenant, _ in found.calls})

    async def _store(self, items: list[Item], delivery: UUID) -> Sorted:
        routes = await self._known.for_items(items, self._limits.pool_wait_s)
        found = sort(items, routes)
        if found.calls or found.jobs:
            async with self._pool.connection(self._limits.pool_wait_s) as db:
                if found.calls:
                    with span("inbox", items=len(found.calls)):
                        await inbox.deliver(db, found.calls, delivery, traceparent())
                if found.jobs:
                    await schedule.hurry(db, found.jobs, self._clock.now())
        return found

    async def _in_time(self, storing: Awaitable[Sorted]) -> Sorted:
        # Not cancelled when late: cancelling a statement waits for the server, which may be what hangs. If it commits
        # after our 503, Graph's repeat is one more hint about the same call.
        task = asyncio.ensure_future(storing)
        self._storing.add(task)
        task.add_done_callback(self._stored)
        done, _ = await asyncio.wait({task}, timeout=self._limits.store_s)
        if not done:
            raise InboxUnavailable(f"The inbox did not answer within {self._limits.store_s:g} s.")
        try:
            return task.result()
        except (psycopg.Error, PoolTimeout) as error:
            say("webhook.inbox_unavailable", logging.ERROR, error=type(error).__name__)
            raise InboxUnavailable("The inbox cannot be written to at the moment.") from error

    def _stored(self, task: asyncio.Task[Sorted]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # seen by `_in_time`, or too late for anyone to be told
