"""One look at the tables, several times a second, for everybody of this process who listens.

Whoever listens has a place for the newest answer of each subject and no queue: a slow reader skips what was overtaken
and costs nothing. docs/decisions/one-poller-for-all-listeners.md
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeAlias, TypeVar

from app import telemetry
from app.domain.ids import TenantId
from app.graphql.errors import known
from app.graphql.live_types import RebuildProgress, TenantAdvanced
from app.graphql.pool import ReadPool
from app.projections import reading
from app.projections.building import Building, buildings
from app.projections.heads import Head, heads_of

EVERY_SECONDS = 0.25
BUILDS_EVERY = 4
"""Looks at the tenants' positions for one at the projections' progress, which nobody needs within a second."""
AT_ONCE = 100
"""Tenants of one look: row-level security compares each row with each of them."""
AWAY_SECONDS = 1.0
"""Between two looks while the database does not answer."""

Tenants: TypeAlias = frozenset[TenantId]
T = TypeVar("T")


class Listener(Generic[T]):
    """The newest answer of each subject, until it is taken. Iterating waits for the next; it has no end."""

    def __init__(self) -> None:
        self._newest: dict[str, T] = {}
        self._reached: dict[str, int] = {}
        self._ready = asyncio.Event()

    def offer(self, subject: str, answer: T, position: int | None = None) -> None:
        """Put it in the subject's place. With a `position`: unless one as late was offered before."""
        if position is not None:
            if position <= self._reached.get(subject, -1):
                return
            self._reached[subject] = position
        self._newest[subject] = answer
        self._ready.set()

    def __aiter__(self) -> "Listener[T]":
        return self

    async def __anext__(self) -> T:
        while not self._newest:
            self._ready.clear()
            await self._ready.wait()
        return self._newest.pop(next(iter(self._newest)))


class Tidings:
    """Who listens to what. The poller runs while somebody does. `moved` is called before anybody is told so."""

    def __init__(
        self, pool: ReadPool, moved: Callable[[TenantId], None] = lambda _: None, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._pool = pool
        self._moved = moved
        self._every_seconds = every_seconds
        self._of_tenants: dict[TenantId, set[Listener[TenantAdvanced]]] = {}
        self._of_builds: dict[Tenants, set[Listener[RebuildProgress]]] = {}
        self._advances: dict[TenantId, TenantAdvanced] = {}
        self._buildings: dict[Tenants, dict[str, tuple[Building, RebuildProgress]]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def listeners(self) -> int:
        return sum(map(len, self._of_tenants.values())) + sum(map(len, self._of_builds.values()))

    @asynccontextmanager
    async def of_tenant(self, tenant: TenantId) -> AsyncIterator[Listener[TenantAdvanced]]:
        """The tenant's present position at once, then every later one that is seen: at most some four a second."""
        listener: Listener[TenantAdvanced] = Listener()
        self._of_tenants.setdefault(tenant, set()).add(listener)
        try:
            self._start()
            await self._look_anew()
            answer = self._advances[tenant]
            listener.offer("", answer, answer.position)
            yield listener
        finally:
            self._of_tenants[tenant].discard(listener)
            if not self._of_tenants[tenant]:
                del self._of_tenants[tenant]
                self._advances.pop(tenant, None)
            self._stop_if_nobody_listens()

    @asynccontextmanager
    async def of_builds(self, tenants: Tenants) -> AsyncIterator[Listener[RebuildProgress]]:
        """Every projection's standing over these tenants at once, then each that changes, looked at every second."""
        listener: Listener[RebuildProgress] = Listener()
        self._of_builds.setdefault(tenants, set()).add(listener)
        try:
            self._start()
            await self._look_at_builds(tenants)
            for name, (_, answer) in self._buildings[tenants].items():
                listener.offer(name, answer)
            yield listener
        finally:
            self._of_builds[tenants].discard(listener)
            if not self._of_builds[tenants]:
                del self._of_builds[tenants]
                self._buildings.pop(tenants, None)
            self._stop_if_nobody_listens()

    def _start(self) -> None:
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll(), name="live-poller")

    def _stop_if_nobody_listens(self) -> None:
        if self._poller is not None and not self._of_tenants and not self._of_builds:
            self._poller.cancel()
            self._poller = None

    async def _poll(self) -> None:
        """Looks for ever. A database that is away is said once; listeners wait and miss nothing but what is old."""
        looks, away = 0, False
        while True:
            await asyncio.sleep(AWAY_SECONDS if away else self._every_seconds)
            looks += 1
            try:
                if self._of_tenants:
                    await self._look_at_tenants(sorted(self._of_tenants))
                if looks % BUILDS_EVERY == 0:
                    for tenants in list(self._of_builds):
                        await self._look_at_builds(tenants)
                away = False
            except Exception as error:  # noqa: BLE001 - one failed look must not end all later ones
                ours = known(error)
                telemetry.count("live.look_failed")
                if not away:
                    what = type(error).__name__ if ours is None else ours.code
                    telemetry.say("live.look_failed", logging.ERROR if ours is None else logging.WARNING, error=what)
                away = True

    async def _look_anew(self) -> None:
        """A look that begins after this was called, shared by all who wait: a crowd that comes back costs two."""
        if self._next is None:
            self._next = asyncio.create_task(self._after_the_running())
        await asyncio.shield(self._next)

    async def _after_the_running(self) -> None:
        async with self._one_at_a_time:
            self._next = None
            if self._of_tenants:
                await self._look_at_tenants(sorted(self._of_tenants))

    async def _look_at_tenants(self, tenants: list[TenantId]) -> None:
        found: dict[TenantId, Head] = {}
        for start in range(0, len(tenants), AT_ONCE):
            some = tenants[start : start + AT_ONCE]
            async with self._pool.connection() as db, reading.scope(db, some):
                found |= await heads_of(db, some)
        for tenant, head in found.items():
            listeners = self._of_tenants.get(tenant)
            before = self._advances.get(tenant)
            if listeners and (before is None or before.position != head.position):
                answer = self._advances[tenant] = TenantAdvanced.of(tenant, head)
                self._moved(tenant)
                for listener in listeners:
                    listener.offer("", answer, head.position)

    async def _look_at_builds(self, tenants: Tenants) -> None:
        async with self._pool.connection() as db, reading.scope(db, sorted(tenants)):
            found = await buildings(db, sorted(tenants))
        listeners = self._of_builds.get(tenants)
        if not listeners:
            return
        told = self._buildings.setdefault(tenants, {})
        for building in found:
            before = told.get(building.projection)
            if before is None or before[0] != building:
                answer = RebuildProgress.of(building)
                told[building.projection] = (building, answer)
                for listener in listeners:
                    listener.offer(building.projection, answer)
