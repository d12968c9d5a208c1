"""Everyone who holds anything at a moment, as their findings are judged by, for a whole tenant at once.

Days become answers here (quiet, young, silent for so many days: yes or no), by the rules of
`app.projections.idle_licences`, so that of a hundred thousand holders only some hundred differ: equal ones are one
object.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange, Policy
from app.domain.standing import Ground, Holder
from app.eventstore.uncollected import uncollected
from app.insight.changed_holders import Changes, read_changes
from app.insight.grounds import ground_at
from app.insight.holder_signs import Key, Tables, User, read
from app.insight.interning import Interning
from app.insight.minutes import NOTHING, Called, called_out
from app.insight.thresholds import idle_days_of, thresholds_at
from app.projections.reading import Moment
from app.projections.tenants import TenantRow

Db = psycopg.AsyncConnection[Any]
Minutes = Mapping[UserId, Called]


class Standing(NamedTuple):
    """A user who holds something, and where they belonged at the moment."""

    user: UserId
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    holder: Holder


@dataclass(frozen=True, slots=True)
class Standings:
    """`holders` in no order. Equal `Holder`s of them are one object."""

    ground: Ground
    holders: Sequence[Standing]


async def holders_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow, idle_days: int | None = None
) -> Standings:
    """Everybody in the directory who holds anything at a moment, and what they are judged by.

    `row`: the tenant's at that moment. `idle_days`: instead of the customer's own rule, for every product; fewer than
    seven are IdleDaysOutOfRange.
    """
    policy = row.policy if idle_days is None else replace(row.policy, idle_days=idle_days, sku_idle_days=())
    check_idle_days(policy)
    ground = await ground_at(db, tenant, at, row, policy)
    minutes = await called_out(db, tenant, at, row)
    return Standings(ground, await HolderReading(policy, calling_products(ground)).read(db, tenant, at, minutes))


def check_idle_days(policy: Policy) -> None:
    if (fewest := idle_days_of(policy)[0]) < SHORTEST_IDLE_DAYS:
        raise IdleDaysOutOfRange(f"Gaps of less than {SHORTEST_IDLE_DAYS} days are not kept, so none of {fewest}.")


class HolderReading:
    """Reads holders on days judged by the same policy. Equal holders are one object on all these days.

    `calling`: products of whose seats it matters how much was called out. `paths`: seats say how they are held;
    without, none is direct or by a group, and fewer holders differ.
    """

    def __init__(self, policy: Policy, calling: frozenset[SkuId], *, paths: bool = True) -> None:
        self._policy = policy
        self._paths = paths
        self._days = idle_days_of(policy)
        self._interning = Interning(self._days, policy, calling)
        self._tables = Tables()

    async def read(self, db: Db, tenant: TenantId, at: Moment, minutes: Minutes | None) -> list[Standing]:
        """Everybody who holds anything at a moment. `minutes` by user; None: not known."""
        with uncollected():
            asked = {"tenant": tenant, "position": at.position, **self._parameters(at)}
            self._tables = await read(db, asked, len(self._days), paths=self._paths)
            return list(self._standings(self._tables.users.values(), minutes))

    async def changes(self, db: Db, tenant: TenantId, moments: Sequence[Moment]) -> Sequence[Changes]:
        """For each of some moments in a row, a day apart and of one knowledge, what the tables say of those of whom it
        may be something else than the day before; nothing for the first.
        """
        days = [self._parameters(at) for at in moments]
        known_by: dict[str, object] = {"tenant": tenant, "position": moments[0].position}
        with uncollected():
            return await read_changes(db, known_by, days, len(self._days), paths=self._paths)

    def turn(self, changes: Changes) -> set[Key]:
        """Go on to the next moment. Returns those of whom the tables may now say something else."""
        for table, (users, rows) in changes.items():
            self._tables.forget(table, users)
            self._tables.take(table, rows)
        return {user for users, _ in changes.values() for user in users}

    def standings(self, users: Iterable[Key], minutes: Minutes | None) -> list[Standing]:
        """Those of some users who hold anything at the moment come to."""
        known = self._tables.users
        return list(self._standings([known[user] for user in users if user in known], minutes))

    def _standings(self, users: Iterable[User], minutes: Minutes | None) -> Iterator[Standing]:
        for user in users:
            called = None if minutes is None else minutes.get(user.user, NOTHING)
            holder = self._interning.holder(self._tables, user, called)
            if holder is not None:
                place = (user.department, user.company, user.cost_centre, user.country)
                yield Standing(user.user, *place, holder)

    def _parameters(self, at: Moment) -> dict[str, object]:
        """By which the tables are asked of a moment."""
        thresholds = thresholds_at(at, self._policy, self._days)
        return {
            **{f"cutoff_{nth}": cutoff for nth, cutoff in enumerate(thresholds.cutoffs)},
            "at": at.at,
            "day": at.on,
            "judged_at": thresholds.judged_at,
            "young": thresholds.young,
            "disabled_before": thresholds.disabled_before,
        }


def calling_products(ground: Ground) -> frozenset[SkuId]:
    """Products with a calling plan in them: of their seats alone it matters how much was called out."""
    own = frozenset(sku for sku, plans in ground.plans.items() if not plans.isdisjoint(CATALOGUE.calling))
    return own | (_CALLING - ground.plans.keys())


_CALLING = frozenset(sku for sku, each in CATALOGUE.products.items() if not each.plans.isdisjoint(CATALOGUE.calling))
"""Of the products the catalogue knows, those with a calling plan in them."""
