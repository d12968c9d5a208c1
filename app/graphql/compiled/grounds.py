"""What direct documents stand on, kept for as long as the looks it rests on stand: who asks, the tenant, its moment.

All of it is found out again from the same looks by every request of one viewer. What is asked for below the moment
may follow from a row of the tenant, too; that is asked for each time, so such a ground is not kept.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, TypeAlias

from graphql.execution.values import VariableValues

from app.auth.tokens import Claims
from app.auth.viewer import Role
from app.graphql.compiled.direct import Direct, Ground
from app.graphql.compiled.supposed import Memory, Paper

GROUNDS_MAX: Final = 10_000
"""Kept at most; then all are made anew. Those whose looks are over leave when another is kept."""

_Place: TypeAlias = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """`since`: the instant it was made at. `looked_until`: as `Paper` says it."""

    ground: Ground
    since: datetime
    looked_until: float


class Grounds:
    """`memory`: where the looks are. What ends one there ends the grounds that rest on it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._forgotten = memory.forgotten
        self._kept: dict[_Place, _Kept] = {}

    def found(
        self, claims: Claims, plan: Direct, variables: VariableValues, paper: Paper, now: datetime
    ) -> Ground | None:
        """The ground of such a request, laid on paper; None: it has to be found out."""
        if self._forgotten != self._memory.forgotten:
            self._forgotten = self._memory.forgotten
            self._kept.clear()
        kept = self._kept.get(_place(claims, plan, variables))
        if kept is None or kept.looked_until <= monotonic() or not kept.since <= now < kept.ground.until:
            return None
        paper.tenants, paper.looked_until = kept.ground.tenants, kept.looked_until
        return kept.ground

    def keep(
        self, claims: Claims, plan: Direct, variables: VariableValues, paper: Paper, ground: Ground, now: datetime
    ) -> None:
        """Where all of it rests on looks. What a reseller was granted is looked at by another clock."""
        if paper.leading or paper.forgotten != self._forgotten or Role.RESELLER in ground.viewer.roles:
            return
        place, ticks = _place(claims, plan, variables), monotonic()
        self._kept.pop(place, None)
        while self._kept and next(iter(self._kept.values())).looked_until <= ticks:
            del self._kept[next(iter(self._kept))]
        if len(self._kept) >= GROUNDS_MAX:
            self._kept.clear()
        self._kept[place] = _Kept(ground, now, paper.looked_until)


def _place(claims: Claims, plan: Direct, variables: VariableValues) -> _Place:
    """`plan` is one of its own: two documents that ask the same have each their own grounds."""
    given = variables.coerced
    return plan, claims.tid, claims.oid, claims.name, *claims.roles, None, *map(given.get, plan.stands_on)
