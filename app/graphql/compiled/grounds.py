"""What direct documents stand on, kept for as long as the looks it rests on stand: who asks, the tenant, its moment.

All of it is found out again from the same looks by every request of one viewer. What is asked for below the moment
may follow from a row of the tenant, too; that is asked for each time, so such a ground is not kept.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from graphql.execution.values import VariableValues

from app.auth.tokens import Claims
from app.auth.viewer import Role
from app.graphql.compiled.direct import Direct, Ground
from app.graphql.compiled.looks import Look, stand
from app.graphql.compiled.supposed import Paper

GROUNDS_MAX: Final = 10_000
"""Kept at most; then all are made anew. Those that are over leave when another is kept."""

GROUND_SECONDS: Final = 60.0
"""And no longer than this, however long its looks are renewed: it holds the name its asker's token gives."""

_Place: TypeAlias = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """`since`: the instant it was made at. `looks`: those it rests on. `leaves_at`: by the monotonic clock."""

    ground: Ground
    since: datetime
    looks: Sequence[Look]
    leaves_at: float

    def is_over(self, ticks: float) -> bool:
        return self.leaves_at <= ticks or any(each.until <= ticks for each in self.looks)


class Grounds:
    """What ends a look ends the grounds that rest on it."""

    def __init__(self) -> None:
        self._kept: dict[_Place, _Kept] = {}

    def found(
        self, claims: Claims, plan: Direct, variables: VariableValues, paper: Paper, now: datetime
    ) -> Ground | None:
        """The ground of such a request, laid on paper; None: it has to be found out."""
        kept = self._kept.get(_place(claims, plan, variables))
        if kept is None or kept.leaves_at <= paper.begun_at or not kept.since <= now < kept.ground.until:
            return None
        if not stand(kept.looks):
            return None
        paper.opening, paper.looks = kept.ground.opening, kept.looks
        return kept.ground

    def keep(
        self, claims: Claims, plan: Direct, variables: VariableValues, paper: Paper, ground: Ground, now: datetime
    ) -> None:
        """Where all of it rests on looks. What a reseller was granted is looked at by another clock."""
        if paper.leading or Role.RESELLER in ground.viewer.roles:
            return
        place, ticks = _place(claims, plan, variables), paper.begun_at
        self._kept.pop(place, None)
        while self._kept and next(iter(self._kept.values())).is_over(ticks):
            del self._kept[next(iter(self._kept))]
        if len(self._kept) >= GROUNDS_MAX:
            self._kept.clear()
        self._kept[place] = _Kept(ground, now, paper.looks, ticks + GROUND_SECONDS)


def _place(claims: Claims, plan: Direct, variables: VariableValues) -> _Place:
    """`plan` is one of its own: two documents that ask the same have each their own grounds."""
    given = variables.coerced
    return plan, claims.tid, claims.oid, claims.name, *claims.roles, None, *map(given.get, plan.stands_on)
