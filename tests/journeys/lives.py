"""One simulated customer and SUA beside it, in this process: web, workers and sweeper, by a clock that is stepped."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import httpx
from pydantic import SecretStr

from app.assembly import Parts, assembled, key
from app.clock import SteppedClock
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.pools import DatabaseDown
from app.ops import tokens
from app.ops.console import err
from app.ops.demo import story
from app.ops.demo.command import serving
from app.ops.demo.machines import Company, Simulator, simulator
from app.ops.demo.questions import Api
from app.projections.engine import advance
from app.settings import Settings
from app.worker import sweeping, working
from tests.database import Database
from tests.journeys.processes import CLIENT_ID, CLIENT_SECRET, free_port

BEGINS_AT = datetime(2025, 6, 2, 23, tzinfo=UTC)
USERS = 80
DAYS = 35
CALLS_PER_DAY = 25
SEED = 4

_TOKEN_SECONDS = 3600
_EVERYTHING = 1_000_000
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Asking:
    """Both sides open to questions: SUA through its GraphQL door, the simulated company through its own."""

    api: Api
    tenant: str
    world: story.World


@dataclass(frozen=True, slots=True)
class Life:
    """A customer who has consented. `clock` stands where the simulated company's does."""

    parts: Parts
    simulator: Simulator
    clock: SteppedClock
    tenant: TenantId
    database: Database

    @property
    def directory(self) -> UUID:
        return self.simulator.directories[0]

    @property
    def master_key(self) -> bytes:
        return key(self.parts.settings.master_key, "master_key")

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def facts(self) -> list[Recorded]:
        """The whole log. Asked again for a while: a busy machine may open no connection within a pool's 5 s."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self.parts.store.read(self.tenant, after=0, limit=_EVERYTHING)
            except DatabaseDown:
                if time.monotonic() > give_up_at:
                    raise

    def advance(self, days: int = 1) -> None:
        """Let days pass there; what they notified has been delivered, and nobody has looked at it yet."""
        said = self.control("/_clock/advance", {"days": days})
        self.clock.step_to(datetime.fromisoformat(said["now"]))
        self.control("/_notifications/flush", {})

    def control(self, address: str, body: object) -> Any:
        """Use one of the simulator's own controls; returns what it says."""
        return httpx.post(f"{self.simulator.url}{address}", json=body, timeout=60).raise_for_status().json()

    @asynccontextmanager
    async def world(self) -> AsyncIterator[story.World]:
        async with aiohttp.ClientSession() as http:
            yield story.World(http, self.simulator, self.clock)

    def _catch_up(self) -> None:
        while (progress := advance(self.parts.pool, self.parts.store, self.tenant)).more or progress.busy:
            time.sleep(0.05)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Asking]:
        """Once every table has read the whole log: as the customer's administrator, who sees persons.

        That names were shown becomes a fact, and where life has ended no worker takes it in.
        """
        await asyncio.to_thread(self._catch_up)
        roles = ["Sua.Customer.Admin", "Sua.SeePersons"]
        token = tokens.mint(
            self.simulator.url, CLIENT_ID, self.directory, roles, name="Ada Admin", seconds=_TOKEN_SECONDS
        )
        async with self.world() as world:
            api = Api(world.http, f"{self.parts.settings.public_url}/graphql", token)
            (tenant,) = await api.tenants()
            yield Asking(api, tenant, world)


@contextmanager
def consented(
    database: Database, *, users: int = USERS, calls_per_day: int = CALLS_PER_DAY, **settings: object
) -> Iterator[Life]:
    """A company on the evening it consented; its first read is due, and nobody is at work yet. The web process runs."""
    company = Company(users, SEED, BEGINS_AT, calls_per_day, 0, CLIENT_ID, CLIENT_SECRET)
    port = free_port()
    with simulator(company) as simulated:
        clock = SteppedClock(BEGINS_AT)
        with assembled(_settings(database, simulated, port, settings), clock) as parts, serving(parts, port):
            yield Life(parts, simulated, clock, asyncio.run(_connect(parts, simulated, clock)), database)


Evening = Callable[[Life], Coroutine[Any, Any, None]]


def live(life: Life, days: int, every_evening: Evening | None = None) -> None:
    """Let days pass with SUA at work: each one's calls are fetched and its read is taken in before the next begins."""
    with working(life.parts), sweeping(life.parts):
        asyncio.run(_live(life, days, every_evening))


async def _live(life: Life, days: int, every_evening: Evening | None) -> None:
    async with life.world() as world:
        await story.settled(life.parts, life.tenant)
        for _ in range(days):
            await story.live_a_day(life.parts, world, life.tenant)
            if every_evening is not None:
                await every_evening(life)
                await story.settled(life.parts, life.tenant)
        await story.tabulated(life.parts)


async def _connect(parts: Parts, simulated: Simulator, clock: SteppedClock) -> TenantId:
    async with aiohttp.ClientSession() as http:
        return await story.connect_customer(parts, story.World(http, simulated, clock), err)


def variables_of(settings: Settings) -> dict[str, str]:
    """Settings as a process of their own would find them in its environment."""
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"SUA_{name.upper()}": _plain(value) for name, value in chosen.items()}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _settings(database: Database, simulated: Simulator, port: int, others: Mapping[str, object]) -> Settings:
    chosen: dict[str, object] = {
        "database_url": database.writer_dsn,
        "database_read_url": database.reader_dsn,
        "broker_url": "stub://",
        "graph_url": simulated.url,
        "login_url": simulated.url,
        "graph_client_id": CLIENT_ID,
        "graph_pace": 10_000.0,
        "graph_client_secret": CLIENT_SECRET,
        "public_url": f"http://127.0.0.1:{port}",
        "master_key": _new_key(),
        "pseudonym_key": _new_key(),
        "token_audience": CLIENT_ID,
        "token_jwks_url": f"{simulated.url}/common/discovery/v2.0/keys",
        "provider_directory_id": uuid4(),
    }
    return Settings.load(**{**chosen, **others})


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
