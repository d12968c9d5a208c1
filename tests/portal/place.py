"""The portal's server side over a real database, with the simulator as identity provider over HTTP, and browsers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import psycopg
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app.auth.id_tokens import IdVerifier
from app.auth.jwks import KeySet, fetch_over_http
from app.auth.tokens import Claims, Verifier
from app.auth.viewer import NoGrants, Viewer, viewer_of
from app.clock import SteppedClock, SystemClock
from app.commands.desk import Desk
from app.domain.ids import DirectoryId
from app.graphql.app import build_door
from app.graphql.door_settings import DoorSettings
from app.graphql.pool import ReadPool, TenantRegister, open_read_pool
from app.portal.doors import Portal, Proofs, build_portal
from app.portal.headers import SecureHeaders
from app.portal.terms import PortalTerms
from app.reports.door import build_exports
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_PROVIDER
from app.simulator.world import World as Entra
from tests.database import Database
from tests.graphql.conftest import SETTINGS
from tests.graphql.world import NOON
from tests.graphql.world import World as Customers

HOST = "sua.test"
ORIGIN = f"https://{HOST}"
AUDIENCE = "6f0a1b5c-3d0e-4c76-9a64-0a2f0b7d1c11"
VIEWER = "{ viewer { name roles } }"


@dataclass(slots=True)
class ShiftedClock:
    """The wall's time and more: tokens carry the wall's, and a test need not wait for it to pass."""

    by: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass(slots=True)
class Browser:
    """Keeps cookies and follows no redirect by itself."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def begins(self, back: str = "/", **query: str) -> str:
        """The address at the identity provider the browser is led to."""
        answer = await self.http.get("/auth/login", params={"return": back, **query})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def chooses(self, address: str, who: str) -> str:
        """The address the identity provider leads back to."""
        async with httpx.AsyncClient() as outside:
            answer = await outside.get(f"{address}&as={who}")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def signs_on(self, who: str = "customer_viewer", back: str = "/") -> httpx.Response:
        """All the way; the last answer, which leads on."""
        return await self.get(await self.chooses(await self.begins(back), who))

    async def session(self) -> dict[str, Any]:
        """Who is signed on; keeps the token for what changes something."""
        answer = await self.http.get("/auth/session")
        told: dict[str, Any] = answer.json()
        self.csrf = told.get("csrf", "")
        return {"status": answer.status_code, **told}

    async def asks(self, query: str = VIEWER, **headers: str) -> httpx.Response:
        """As a page of the portal does; `headers` change that, an empty one is left out."""
        given = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "x-sua-csrf": self.csrf}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in given.items() if value}
        return await self.http.post("/graphql", json={"query": query}, headers=sent)

    async def signs_out(self) -> httpx.Response:
        return await self.http.post("/auth/logout", headers={"origin": ORIGIN, "x-sua-csrf": self.csrf})


@dataclass(slots=True)
class Place:
    """`proofs`, `terms`: what it was built with, to build it again beside, as a second process would be."""

    database: Database
    customers: Customers
    entra: Entra
    base: str
    reading: ReadPool
    writing: Any
    terms: PortalTerms
    proofs: Proofs
    wall: ShiftedClock = field(default_factory=ShiftedClock)
    settings: DoorSettings = SETTINGS

    def portal(self) -> Portal:
        async def admit(claims: Claims) -> Viewer:
            async with self.reading.connection() as db:
                provider = DirectoryId(self.terms.provider) if self.terms.provider else None
                return await viewer_of(claims, provider, TenantRegister(db), NoGrants())

        return build_portal(self.terms, self.writing, self.wall, self.proofs, admit)

    def app(self) -> Starlette:
        """One web process."""
        portal = self.portal()
        clock = SteppedClock(NOON)
        door = build_door(self.settings, self.reading, portal.callers, clock)
        desk = Desk(self.customers.store, clock, lambda *_: None)
        exports = build_exports(self.settings, self.reading, portal.callers, clock, desk)
        https = self.terms.public_url.startswith("https:")
        routes = [*door, *exports, *portal.routes]
        return Starlette(routes=routes, middleware=[Middleware(SecureHeaders, https=https)])

    @asynccontextmanager
    async def browser(self, app: Starlette | None = None) -> AsyncIterator[Browser]:
        transport = httpx.ASGITransport(app or self.app())
        async with httpx.AsyncClient(transport=transport, base_url=self.terms.public_url) as http:
            yield Browser(http)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner_dsn) as db:
            return db.execute(f"SELECT * FROM {table}".encode()).fetchall()


@asynccontextmanager
async def standing(
    database: Database,
    customers: Customers,
    entra: Entra,
    base: str,
) -> AsyncIterator[Place]:
    chosen = PortalTerms(
        public_url=ORIGIN,
        login_url=base,
        client_id=DEFAULT_CLIENT_ID,
        audience=AUDIENCE,
        provider=DirectoryId(UUID(DEFAULT_PROVIDER)),
    )
    keys = KeySet(fetch_over_http(f"{base}/common/discovery/v2.0/keys"), SystemClock())
    template = f"{base}/{{tenantid}}/v2.0"
    tokens = Verifier(keys, SystemClock(), audience=AUDIENCE, issuer_template=template)
    id_tokens = IdVerifier(keys, SystemClock(), audience=DEFAULT_CLIENT_ID, issuer_template=template)
    reading = await open_read_pool(database.reader_dsn, 4)
    writing: Any = AsyncConnectionPool(database.writer_dsn, max_size=4, kwargs={"autocommit": True}, open=False)
    await writing.open()
    try:
        proofs = Proofs([DEFAULT_CLIENT_SECRET], tokens, id_tokens)
        yield Place(database, customers, entra, base, reading, writing, chosen, proofs)
    finally:
        await writing.close()
        await reading.close()


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))
