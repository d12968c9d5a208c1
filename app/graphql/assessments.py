"""Assessments kept for the next question about the same moment: pages, groups and sums of one list of findings.

A moment pins the day and the knowledge, so what was judged of it stays true; code that judges otherwise is another
process. One that was read while a table was behind the moment (stopped, not begun, or being rebuilt) is not kept.
"""

import asyncio
from collections import OrderedDict
from typing import Any
from weakref import WeakValueDictionary

import psycopg

from app.domain.ids import TenantId
from app.graphql.portfolio_turns import Turns
from app.insight.assessment import Assessment, assessed
from app.insight.portfolio import Figures, figures_of
from app.projections import reading
from app.projections.catalogue import ALL
from app.projections.reading import Moment
from app.projections.tenants import TenantRow

KEPT_MAX = 8
HOLDERS_MAX = 300_000
"""Of all assessments kept together: the greater part of their memory."""

FIGURES_MAX = 10_000
"""Tenants whose few figures are kept, some kilobytes each: a list of all of them is put in order by these."""

Key = tuple[TenantId, Moment, int | None]

_VERSIONS = {projection.name: projection.version for projection in ALL}


class Assessments:
    """At most 8, the longest unused leaves first. Who asks must have been shown the tenant before."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Assessment] = OrderedDict()
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        self.turns = Turns()
        self._figures: OrderedDict[tuple[TenantId, Moment], Figures] = OrderedDict()

    async def of(
        self,
        db: psycopg.AsyncConnection[Any],
        tenant: TenantId,
        at: Moment,
        row: TenantRow,
        idle_days: int | None = None,
        *,
        keep: bool = True,
    ) -> Assessment:
        """The assessment of a moment; requests that ask at once for the same wait for the first of them.

        `keep` False: leave those kept as they are, where many tenants are gone through.
        """
        key = (tenant, at, idle_days)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
            found = await assessed(db, tenant, at, row, idle_days)
            if keep and await reading.all_reached(db, tenant, at, _VERSIONS):
                self._keep(key, found)
            return found

    async def figures(self, db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow) -> Figures:
        """A tenant's figures among others; what they follow from is not kept."""
        kept = self._figures.get((tenant, at))
        if kept is not None:
            self._figures.move_to_end((tenant, at))
            return kept
        found = await figures_of(db, tenant, await self.of(db, tenant, at, row, keep=False))
        if await reading.all_reached(db, tenant, at, _VERSIONS):
            self._figures[tenant, at] = found
            while len(self._figures) > FIGURES_MAX:
                self._figures.popitem(last=False)
        return found

    def _keep(self, key: Key, found: Assessment) -> None:
        self._kept[key] = found
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT_MAX or sum(len(each.holders) for each in self._kept.values()) > HOLDERS_MAX
        ):
            self._kept.popitem(last=False)
