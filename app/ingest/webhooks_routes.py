"""The subscriptions a web process knows, kept in memory: a notification must not cost a look-up."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from app.domain.ids import DirectoryId, TenantId
from app.ingest.notifications import Item, Route, Routes
from app.telemetry import count

_KNOWN = "SELECT tenant_id, directory_id, subscription_id, client_state_hash FROM graph_subscriptions"


class KnownRoutes:
    """The rows of graph_subscriptions, read again when old or when an item is from an unknown subscription.

    Between two readings for unknown ones at least `floor_s` passes, so that forgeries cannot hammer the database. An
    item that comes sooner waits for the next reading, shared by all who wait: a real subscription is stored before
    Graph hears of it, so after a reading that began later than the item it is known, or never will be.
    """

    def __init__(
        self,
        pool: AsyncConnectionPool[AsyncConnection],
        *,
        floor_s: float = 0.25,
        max_age_s: float = 30.0,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._pool = pool
        self._floor_s = floor_s
        self._max_age_s = max_age_s
        self._elapsed = elapsed
        self._routes = Routes.of(())
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def for_items(self, items: Sequence[Item], timeout_s: float) -> Routes:
        """Routes as fresh as these items need them. Raises what the pool raises when the database is away."""
        arrived_at = self._elapsed()
        if arrived_at - self._read_at >= self._max_age_s or any(self._routes.route_of(item) is None for item in items):
            await self._read_after(arrived_at, timeout_s)
        return self._routes

    async def _read_after(self, arrived_at: float, timeout_s: float) -> None:
        async with self._reading:
            if self._read_at >= arrived_at:
                return  # another request has read while this one waited
            await asyncio.sleep(max(0.0, self._read_at + self._floor_s - self._elapsed()))
            started_at = self._elapsed()
            async with self._pool.connection(timeout_s) as db:
                cursor = await db.execute(_KNOWN)
                rows = await cursor.fetchall()
            self._routes = Routes.of(
                Route(TenantId(tenant), DirectoryId(directory), subscription, bytes(digest))
                for tenant, directory, subscription, digest in rows
            )
            self._read_at = started_at
            count("webhook.routes_read")
