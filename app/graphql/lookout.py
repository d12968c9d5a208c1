"""What the askers may see and how far the tables are, by one look at the database for all who ask at once.

A look is shared by those who asked before it began, and for as long as the setting says by those who ask after it:
so nobody is told of a state older than that much before their question. Where this process hears that a tenant moved,
it looks anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.auth.tokens import Claims
from app.auth.viewer import NO_ROLE, Forbidden, Grants, Viewer, viewer_of
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches
from app.graphql.compiled.supposed import Memory, Paper, Unknown, asked_with
from app.graphql.pool import ReadPool
from app.projections.heads import Head, heads_in, heads_question
from app.projections.reading import Question

Tenants: TypeAlias = tuple[TenantId, ...]
SEEN_MAX: Final = 10_000
"""Looks remembered, the oldest leaves first."""

_Wanted: TypeAlias = tuple[str, str, tuple[str, ...], Tenants]


@dataclass(frozen=True, slots=True)
class Sight:
    """`heads`: of those tenants asked about that the viewer may see."""

    viewer: Viewer
    heads: Mapping[TenantId, Head]


class Lookout:
    """`look_seconds`: how long a look may be taken for true; 0: nobody who comes after it began shares it."""

    def __init__(
        self, pool: ReadPool, provider: DirectoryId | None, grants: Grants, batches: Batches, look_seconds: float = 0.0
    ) -> None:
        self._look_seconds = look_seconds
        self._seen: OrderedDict[_Wanted, tuple[float, Sight]] = OrderedDict()
        self._forgotten = 0
        self._pool = pool
        self._batches = batches
        self._memory = Memory()
        self._provider = provider
        self._grants = grants
        self._next: dict[_Wanted, asyncio.Task[Sight]] = {}
        self._running: dict[_Wanted, asyncio.Task[Sight]] = {}

    async def look(self, claims: Claims, tenants: Tenants) -> Sight:
        """What holds now. Raises `Forbidden` as the door does."""
        wanted = (claims.tid, claims.oid, tuple(claims.roles), tenants)
        seen = self._seen.get(wanted)
        if seen is not None and asyncio.get_running_loop().time() < seen[0]:
            return seen[1]
        task = self._next.get(wanted)
        if task is None:
            task = asyncio.create_task(self._after(self._running.get(wanted), wanted, claims, tenants))
            self._next[wanted] = task
        return await asyncio.shield(task)

    def forget(self, tenant: TenantId | None = None) -> None:
        """This tenant moved, or some did (None): whoever asks of it from now on is told by a new look, and not by one
        under way either.
        """
        for wanted in [each for each in self._seen if tenant is None or tenant in each[3]]:
            del self._seen[wanted]
        self._forgotten += 1

    async def _after(
        self, before: asyncio.Task[Sight] | None, wanted: _Wanted, claims: Claims, tenants: Tenants
    ) -> Sight:
        if before is not None:
            await asyncio.wait([before])
        own = self._running[wanted] = self._next.pop(wanted)
        began, forgotten = asyncio.get_running_loop().time(), self._forgotten
        try:
            sight = await self._looked(claims, tenants)
            if self._look_seconds and forgotten == self._forgotten:
                self._remember(wanted, began + self._look_seconds, sight)
            return sight
        finally:
            if self._running.get(wanted) is own:
                del self._running[wanted]

    def _remember(self, wanted: _Wanted, until: float, sight: Sight) -> None:
        now = asyncio.get_running_loop().time()
        self._seen[wanted] = (until, sight)
        self._seen.move_to_end(wanted)
        while len(self._seen) > SEEN_MAX or next(iter(self._seen.values()))[0] <= now < until:
            self._seen.popitem(last=False)

    async def _looked(self, claims: Claims, tenants: Tenants) -> Sight:
        """By one message: the heads of the tenants they could see when last looked at, and whether they still can."""
        while True:
            paper = Paper(self._memory)
            heads: list[Question] = []
            viewer: Viewer | None = None
            try:
                viewer = await viewer_of(claims, self._provider, paper, self._grants)
                opened = paper.open(tenants, viewer)
                heads = [heads_question(opened)] if opened else []
            except Unknown:
                pass
            except Forbidden:
                if not paper.leading:
                    raise
            answers = await asked_with(self._pool, self._batches, paper, heads)
            if not paper.true(answers[: len(paper.leading)]):
                continue
            if viewer is None:
                raise Forbidden(NO_ROLE)
            return Sight(viewer, heads_in(answers[-1]) if heads else {})
