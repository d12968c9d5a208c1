"""What the askers may see and how far the tables are, by one look at the database for all who ask at once.

A look is shared only by those who asked before it began, so nobody is told of a state older than their question.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from app.auth.tokens import Claims
from app.auth.viewer import Grants, Viewer, viewer_of
from app.domain.ids import DirectoryId, TenantId
from app.graphql.pool import ReadPool, TenantRegister
from app.projections import reading
from app.projections.heads import Head, heads_of

Tenants: TypeAlias = tuple[TenantId, ...]
_Wanted: TypeAlias = tuple[str, str, tuple[str, ...], Tenants]


@dataclass(frozen=True, slots=True)
class Sight:
    """`heads`: of those tenants asked about that the viewer may see."""

    viewer: Viewer
    heads: Mapping[TenantId, Head]


class Lookout:
    def __init__(self, pool: ReadPool, provider: DirectoryId | None, grants: Grants) -> None:
        self._pool = pool
        self._provider = provider
        self._grants = grants
        self._next: dict[_Wanted, asyncio.Task[Sight]] = {}
        self._running: dict[_Wanted, asyncio.Task[Sight]] = {}

    async def look(self, claims: Claims, tenants: Tenants) -> Sight:
        """What holds now. Raises `Forbidden` as the door does."""
        wanted = (claims.tid, claims.oid, tuple(claims.roles), tenants)
        task = self._next.get(wanted)
        if task is None:
            task = asyncio.create_task(self._after(self._running.get(wanted), wanted, claims, tenants))
            self._next[wanted] = task
        return await asyncio.shield(task)

    async def _after(
        self, before: asyncio.Task[Sight] | None, wanted: _Wanted, claims: Claims, tenants: Tenants
    ) -> Sight:
        if before is not None:
            await asyncio.wait([before])
        own = self._running[wanted] = self._next.pop(wanted)
        try:
            return await self._looked(claims, tenants)
        finally:
            if self._running.get(wanted) is own:
                del self._running[wanted]

    async def _looked(self, claims: Claims, tenants: Tenants) -> Sight:
        async with self._pool.connection() as db:
            viewer = await viewer_of(claims, self._provider, TenantRegister(db), self._grants)
            seen = [each for each in tenants if viewer.may_see(each)]
            async with reading.scope(db, seen):
                return Sight(viewer, await heads_of(db, seen))
