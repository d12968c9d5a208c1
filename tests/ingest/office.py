"""SUA's ingestion as a whole in front of the simulator: web doors on a real port, a worker's workshop, a database."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.inviting import Invitation
from app.domain.events import Event
from app.domain.ids import DirectoryId, TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest.consent import ConsentDoors, ConsentTerms
from app.ingest.graph_client import GraphAccess
from app.ingest.invitations import invite
from app.ingest.schedule import Due
from app.ingest.webhooks import GraphDoors
from app.ingest.workshop import Workshop
from app.simulator import Options, World, make_world, running
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.database import Database

TODAY = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(slots=True)
class Office:
    world: World
    simulator: str
    web: str
    shop: Workshop
    clock: SteppedClock
    database: Database
    browser: httpx.Client
    rung: list[TenantId | Due] = field(default_factory=list)

    @property
    def directory(self) -> DirectoryId:
        return DirectoryId(UUID(next(iter(self.world.companies))))

    def begin_anew(self) -> None:
        """As on the first day, but for the clock: nobody consented, no browser was here, SUA knows no directory."""
        self.rung.clear()
        self.browser.cookies.clear()
        self.shop.access.tokens._applications.clear()
        for kept in (self.world.consents, self.world.subscriptions, self.world.faults, self.world.cut_off):
            kept.clear()
        with self.shop.database() as db:
            for table in ("tenant_directory", "schedule", "graph_subscriptions", "consent_attempts", "inbox"):
                db.execute(b"DELETE FROM " + table.encode())

    def invite(self, name: str = "Contoso", email: str = "admin@contoso.example") -> Invitation:
        with self.shop.database() as db:
            return invite(self.shop.desk, db, name, email, public_url=self.web, valid_for=timedelta(days=14))

    def consent(self, invitation: Invitation, **asked: str) -> httpx.Response:
        """Open the link and answer Microsoft's page; `asked` are the simulator's wishes (auto, as_tenant)."""
        microsoft = self.browser.get(invitation.link).headers["location"]
        back = self.browser.get(microsoft, params={**httpx.URL(microsoft).params, "auto": "accept", **asked})
        return self.browser.get(back.headers["location"])

    def control(self, address: str, /, **body: Any) -> Any:
        return self.browser.post(f"{self.simulator}{address}", json=body).raise_for_status().json()

    def let_pass(self, **time: float) -> None:
        """Let simulated time pass for the company and for SUA, until every notification is delivered."""
        self.clock.step_to(datetime.fromisoformat(self.control("/_clock/advance", **time)["now"]))
        self.control("/_notifications/flush")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.writer_dsn) as db:
            return db.execute(query.encode(), values).fetchall()

    def facts(self, tenant: TenantId, stream: str) -> list[Event]:
        return self.shop.desk.store.load(tenant, stream)[0]


@contextmanager
def open_office(database: Database, *, pauses_s: tuple[float, ...] = (), **options: Any) -> Iterator[Office]:
    world = make_world(Options(today=TODAY, **{"users": 30, **options}))
    clock = SteppedClock(TODAY)
    rung: list[TenantId | Due] = []
    with running(world) as simulator, writer_pool(database.writer_dsn) as pool:
        desk = Desk(EventStore(pool, KeyRing(pool, bytes(32))), clock, lambda tenant, position: None)
        access = GraphAccess(simulator, simulator, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, attempts=2, rest_s=0)
        server = _server()
        web = f"http://127.0.0.1:{server.config.port}"
        shop = Workshop(desk, pool, access, web, lease=timedelta(seconds=20))
        server.config.app = _app(database, shop, rung, pauses_s)
        with _serving(server), httpx.Client(timeout=30) as browser:
            yield Office(world, simulator, web, shop, clock, database, browser, rung)


def _app(database: Database, shop: Workshop, rung: list[TenantId | Due], pauses_s: tuple[float, ...]) -> Starlette:
    pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
        database.writer_dsn, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
    )
    graph = GraphDoors(pool, rung.append, clock=shop.desk.clock)
    consent = ConsentDoors(shop, rung.append, ConsentTerms(pauses_s=pauses_s))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield
        await graph.aclose()

    return Starlette(routes=[*graph.routes(), *consent.routes()], lifespan=lifespan)


def _server() -> uvicorn.Server:
    config = uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False)
    bound = config.bind_socket()
    config.port = bound.getsockname()[1]
    bound.close()
    return uvicorn.Server(config)


@contextmanager
def _serving(server: uvicorn.Server) -> Iterator[None]:
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    pause = threading.Event()
    while not server.started and thread.is_alive():
        pause.wait(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
