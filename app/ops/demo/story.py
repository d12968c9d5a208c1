"""The demo's story: a customer is invited, consents, and days pass; each leaves its licences, sign-ins and calls."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import aiohttp
from rich.console import Console

from app.assembly import Parts
from app.clock import SteppedClock
from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.ingest import actors, inbox, schedule
from app.ops.customers import invite
from app.ops.demo.machines import Simulator
from app.projections.sweeper import behind

_PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 0.02


class DemoStuck(Unavailable):
    """Something that should have happened in the demo did not, and for five minutes nothing else was recorded."""

    code: ClassVar[str] = "DEMO_STUCK"


@dataclass(frozen=True, slots=True)
class World:
    """The simulated customer's Microsoft 365, and its clock, which SUA's clock follows."""

    http: aiohttp.ClientSession
    simulator: Simulator
    clock: SteppedClock

    @property
    def directory(self) -> UUID:
        return self.simulator.directories[0]

    async def advance(self, days: int) -> None:
        """Let days pass there; every notification they cause has been delivered when this returns."""
        said = await self._post("/_clock/advance", {"days": days})
        self.clock.step_to(datetime.fromisoformat(said["now"]))
        await self._post("/_notifications/flush", {})

    async def truth(self, at: datetime, calls_since: datetime) -> dict[str, Any]:
        """What is true there at an instant, with the calls that began since another."""
        address = f"{self.simulator.url}/_truth/{self.directory}"
        query = {"at": at.isoformat(), "calls_since": calls_since.isoformat()}
        async with self.http.get(address, params=query) as answer:
            answer.raise_for_status()
            known: dict[str, Any] = await answer.json()
            return known

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(f"{self.simulator.url}{path}", json=body) as answer:
            answer.raise_for_status()
            said: dict[str, Any] = await answer.json()
            return said


async def connect_customer(parts: Parts, world: World, screen: Console) -> TenantId:
    """Invite the customer and follow the mail's link as their administrator would, to the end of Microsoft's page."""
    invitation = await asyncio.to_thread(invite, parts, "Northwind", "admin@northwind.example", screen)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(invitation.link, allow_redirects=False) as to_microsoft:
            page = to_microsoft.headers["Location"]
        async with browser.get(f"{page}&auto=accept&as_tenant={world.directory}") as back:
            back.raise_for_status()
    return invitation.tenant


async def live_a_day(parts: Parts, world: World, tenant: TenantId) -> None:
    """A day passes, its calls are notified and fetched, and the daily read shows how it ended."""
    await world.advance(days=1)
    await asyncio.to_thread(actors.tick, parts.workshop, parts.ingest)
    await settled(parts, tenant)


async def settled(parts: Parts, tenant: TenantId) -> None:
    """Wait until nothing is due any more and every notified or listed call is in the log."""

    def done() -> bool:
        with parts.workshop.database() as db:
            overdue = [each for each in schedule.listed(db, tenant) if each.due_at <= parts.clock.now()]
            # Looked at last: a job that has just ended may have left calls to be fetched.
            return not overdue and not inbox.listed(db, tenant, ("PENDING",), 1)

    await _until(done, "a daily read or a call", lambda: parts.store.head(tenant))


async def tabulated(parts: Parts) -> None:
    """Wait until every table has read the whole log."""

    def read() -> object:
        with parts.workshop.database() as db:
            return db.execute("SELECT sum(position) FROM checkpoints").fetchone()

    await _until(lambda: not behind(parts.pool), "a projection", read)


async def _until(done: Callable[[], bool], what: str, far: Callable[[], object]) -> None:
    """`far`: how far it has come. A large company's day takes minutes; what moves is waited for."""
    deadline, before = time.monotonic() + _PATIENCE_SECONDS, None
    while not await asyncio.to_thread(done):
        now = await asyncio.to_thread(far)
        if now != before:
            deadline, before = time.monotonic() + _PATIENCE_SECONDS, now
        elif time.monotonic() > deadline:
            raise DemoStuck(f"The demo has waited five minutes for {what}, and nothing else was recorded.")
        await asyncio.sleep(_POLL_SECONDS)
