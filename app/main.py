"""Web entry: the doors by which portals, Microsoft Graph, administrators and load balancers reach SUA."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from app.assembly import Parts, assembled, credentials, key, required
from app.auth.grants import KeptGrants
from app.auth.id_tokens import IdVerifier
from app.auth.tokens import Claims
from app.auth.viewer import Viewer, viewer_of
from app.broker import check_broker
from app.clock import Clock, SystemClock
from app.domain.ids import DirectoryId
from app.graphql.app import build_door
from app.graphql.door_settings import DoorSettings
from app.graphql.entry import Straight, straight
from app.graphql.http import BodyLimits
from app.graphql.limits import Limits
from app.graphql.live import LiveTerms
from app.graphql.pool import RECONNECT_SECONDS, ReadPool, TenantRegister, check_role, open_read_pool
from app.ingest import webhooks
from app.ingest.consent import ConsentDoors, ConsentTerms
from app.ingest.webhooks import GraphDoors
from app.observe import exposition
from app.observe.process import observed, whole
from app.observe.readiness import Check, WritePool, check_clock, check_schema, readiness, refuse_full_disk
from app.observe.requests import CountedAnswers
from app.portal.built import built_pages
from app.portal.doors import Portal, Proofs, build_portal
from app.portal.headers import SecureHeaders
from app.portal.terms import PortalTerms
from app.read_side import issuers, key_set, trusted, try_read_side, verifier
from app.reports.door import build_exports
from app.settings import OnOff, Settings


@dataclass(frozen=True, slots=True)
class Doors:
    """The routes of one running application, and what `/readyz` asks of what is behind them."""

    routes: list[BaseRoute]
    checks: dict[str, Check]


@contextmanager
def application(settings: Settings, clock: Clock | None = None) -> Iterator[Starlette]:
    """The web application with all it needs. Raises at once where a dependency is away or unsafe."""
    with assembled(settings, clock) as parts, observed(settings, parts.pool, parts.clock, "serve"):
        check_broker(parts.broker)
        asyncio.run(try_read_side(settings))
        application = create_app(parts)
        _spare_the_collector()
        yield application


def _spare_the_collector() -> None:
    """Code and schema stay as long as the process: to look through them for garbage stops everybody for 0.1 s, and one
    page of 1,000 rows makes objects enough to have it done. Answers hold no cycles: those are looked for more rarely.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


def create_app(parts: Parts) -> Starlette:
    """The web application over parts that somebody else made and will close."""

    ahead: dict[str, ASGIApp] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as closing:
            doors = await _opened(parts, closing)
            app.router.routes.extend([*doors.routes, Route("/readyz", readiness(doors.checks))])
            ahead.update(straight(doors.routes))
            yield

    routes = [Route("/healthz", _alive), *_metrics(parts)]
    https = parts.settings.public_url.startswith("https:")

    def around(app: ASGIApp) -> ASGIApp:
        """The door tells of its own faults, so it stands before the one who tells of all others'."""
        return CountedAnswers(SecureHeaders(Straight(app, ahead), https=https))

    return Application(around, routes=routes, lifespan=lifespan)


class Application(Starlette):
    """`around`: what every answer goes through, also one that only tells of a fault."""

    def __init__(self, around: Callable[[ASGIApp], ASGIApp], **rest: Any) -> None:
        super().__init__(**rest)
        self._around = around

    def build_middleware_stack(self) -> ASGIApp:
        return self._around(super().build_middleware_stack())


def _metrics(parts: Parts) -> list[Route]:
    """At the door only for who shows the token; without one there is nothing but SUA_METRICS_PORT."""
    token = parts.settings.metrics_token
    if token is None:
        return []
    return [exposition.route(whole(parts.settings, parts.pool, parts.clock), token.get_secret_value())]


async def _opened(parts: Parts, closing: AsyncExitStack) -> Doors:
    settings = parts.settings
    reading = await open_read_pool(required(settings.database_read_url, "database_read_url"), settings.pool_size)
    closing.push_async_callback(reading.close)
    granting = await open_read_pool(required(settings.database_read_url, "database_read_url"), 1)
    closing.push_async_callback(granting.close)
    grants = KeptGrants(granting)
    writing: WritePool = AsyncConnectionPool(
        required(settings.database_url, "database_url"),
        min_size=1,
        max_size=settings.pool_size,
        kwargs={"autocommit": True},  # a notification is one statement: one round trip instead of three
        reconnect_timeout=RECONNECT_SECONDS,
        open=False,
    )
    await writing.open()
    closing.push_async_callback(writing.close)
    graph = GraphDoors(
        writing,
        parts.ingest.fetch,
        webhooks.Limits(body_bytes=settings.webhook_body_bytes, body_timeout_s=settings.body_timeout_seconds),
        parts.clock,
    )
    closing.push_async_callback(graph.aclose)
    terms = ConsentTerms(valid_for=timedelta(minutes=settings.consent_minutes))
    consent = ConsentDoors(parts.workshop, parts.ingest.job, terms)
    door, portal = _door_settings(settings), _portal(settings, writing, reading, grants)
    questions = build_door(door, reading, portal.callers, parts.clock, grants, parts.desk)
    exports = build_exports(door, reading, portal.callers, parts.clock, parts.desk, grants)
    routes = [*questions, *exports, *graph.routes(), *consent.routes(), *portal.routes]
    return Doors(routes, _checks(parts, reading, writing))


def _portal(settings: Settings, writing: WritePool, reading: ReadPool, grants: KeptGrants) -> Portal:
    """Sign-on by SUA's own registration at Entra. Its sessions go by the wall clock, as tokens do."""
    provider = settings.provider_directory_id

    async def admit(claims: Claims) -> Viewer:
        async with reading.connection() as db:
            directory = None if provider is None else DirectoryId(provider)
            return await viewer_of(claims, directory, TenantRegister(db), grants)

    terms = PortalTerms(
        public_url=settings.public_url,
        login_url=settings.login_url,
        client_id=settings.graph_client_id or "",
        audience=settings.token_audience or "",
        provider=provider,
        idle=timedelta(seconds=settings.session_idle_seconds),
        longest=timedelta(seconds=settings.session_seconds),
        sign_ons_per_minute=settings.sign_ons_per_minute,
        built=settings.portal_dir or built_pages(),
    )
    keys, wall = key_set(settings), SystemClock()
    id_tokens = IdVerifier(
        keys,
        wall,
        audience=terms.client_id,
        issuer_template=issuers(settings),
        leeway_seconds=settings.token_leeway_seconds,
    )
    proofs = Proofs([each.for_msal for each in credentials(settings)], verifier(settings, keys), id_tokens)
    return build_portal(terms, writing, wall, proofs, admit)


def _door_settings(settings: Settings) -> DoorSettings:
    provider = settings.provider_directory_id
    return DoorSettings(
        provider_directory=None if provider is None else DirectoryId(provider),
        secret=key(settings.pseudonym_key, "pseudonym_key"),
        body=BodyLimits(settings.request_body_bytes, settings.body_timeout_seconds),
        limits=Limits(page_size_max=settings.page_size_max),
        statement_timeout=timedelta(seconds=settings.statement_timeout_seconds),
        introspection=settings.introspection is OnOff.ON,
        trusted=trusted(settings),
        requests_per_minute=settings.graphql_requests_per_minute,
        answers_bytes=settings.answers_bytes,
        look_seconds=settings.look_seconds,
        live=LiveTerms(
            allowed_origins=frozenset(settings.allowed_origins.split()), message_bytes=settings.request_body_bytes
        ),
    )


def _checks(parts: Parts, reading: ReadPool, writing: WritePool) -> dict[str, Check]:
    async def read_side() -> None:
        async with reading.connection() as db:
            await check_role(db)

    async def write_side() -> None:
        async with writing.connection(timeout=2) as db:
            await db.execute("SELECT 1")

    async def broker() -> None:
        await asyncio.to_thread(check_broker, parts.broker)

    async def disk() -> None:
        await asyncio.to_thread(refuse_full_disk, parts.settings.data_dir)

    return {
        "database, read side": read_side,
        "database, write side": write_side,
        "schema": partial(check_schema, writing),
        "clocks": partial(check_clock, writing, SystemClock()),
        "message broker": broker,
        "disk": disk,
    }


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")
