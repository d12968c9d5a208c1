"""Everyone who holds anything at a moment, as their findings are judged by, for a whole tenant at once.

Days become answers here (quiet, young, silent for so many days: yes or no), by the rules of
`app.projections.idle_licences`, so that of a hundred thousand holders only some hundred differ: equal ones are one
object.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange, Policy
from app.domain.standing import Ground, Holder
from app.eventstore.uncollected import uncollected
from app.insight.grounds import ground_at
from app.insight.holder_signs import Tables, User, read, read_again
from app.insight.interning import Interning
from app.insight.minutes import NOTHING, Called, called_out
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


def idle_days_of(policy: Policy) -> Sequence[int]:
    """The numbers of idle days of a policy, the fewest first."""
    return sorted({policy.idle_days, *(own for _, own in policy.sku_idle_days)})


class HolderReading:
    """Reads holders on days judged by the same policy. Equal holders are one object on all these days.

    `calling`: products of whose seats it matters how much was called out.
    """

    def __init__(self, policy: Policy, calling: frozenset[SkuId]) -> None:
        self._policy = policy
        self._days = idle_days_of(policy)
        self._interning = Interning(self._days, policy, calling)
        self._tables = Tables()

    async def read(self, db: Db, tenant: TenantId, at: Moment, minutes: Minutes | None) -> list[Standing]:
        """Everybody who holds anything at a moment. `minutes` by user; None: not known."""
        with uncollected():
            self._tables = await read(db, self._parameters(tenant, at), len(self._days))
            return list(self._standings(self._tables.users.values(), minutes))

    async def read_again(
        self,
        db: Db,
        tenant: TenantId,
        at: Moment,
        minutes: Minutes | None,
        changed: Mapping[str, Collection[UserId]],
        asked: Iterable[UserId],
    ) -> list[Standing]:
        """Those asked for who hold anything at a moment after the one read last.

        `changed`: by table, the users of whom it may say something else than it did then.
        """
        await read_again(db, self._tables, self._parameters(tenant, at), len(self._days), changed)
        users = self._tables.users
        return list(self._standings([users[user.bytes] for user in asked if user.bytes in users], minutes))

    def _standings(self, users: Iterable[User], minutes: Minutes | None) -> Iterator[Standing]:
        for user in users:
            called = None if minutes is None else minutes.get(user.user, NOTHING)
            holder = self._interning.holder(self._tables, user, called)
            if holder is not None:
                place = (user.department, user.company, user.cost_centre, user.country)
                yield Standing(user.user, *place, holder)

    def _parameters(self, tenant: TenantId, at: Moment) -> dict[str, object]:
        thresholds = thresholds_at(at, self._policy, self._days)
        return {
            **{f"cutoff_{nth}": cutoff for nth, cutoff in enumerate(thresholds.cutoffs)},
            "tenant": tenant,
            "position": at.position,
            "at": at.at,
            "on": at.on,
            "judged_at": thresholds.judged_at,
            "young": thresholds.young,
            "disabled_before": thresholds.disabled_before,
        }


def calling_products(ground: Ground) -> frozenset[SkuId]:
    """Products with a calling plan in them: of their seats alone it matters how much was called out."""
    known = {sku: product.plans for sku, product in CATALOGUE.products.items()} | dict(ground.plans)
    return frozenset(sku for sku, plans in known.items() if plans & CATALOGUE.calling)


class Thresholds(NamedTuple):
    """The instants of a moment that turn times into answers.

    Silent for so many days: since before the cutoff of that number, up to `judged_at`. Young: not before `young`.
    Disabled for long: before `disabled_before`.
    """

    cutoffs: tuple[datetime, ...]
    judged_at: datetime
    young: datetime
    disabled_before: datetime


def thresholds_at(at: Moment, policy: Policy, days: Sequence[int]) -> Thresholds:
    """`days`: the numbers of idle days of the policy, the fewest first."""
    return Thresholds(
        cutoffs=tuple(at.day_begins(at.known_on - timedelta(days=each)) for each in days),
        judged_at=at.day_ends(at.known_on),
        young=at.day_ends(at.on - timedelta(days=policy.grace_days)),
        disabled_before=at.day_ends(at.on - timedelta(days=policy.disabled_days)),
    )
