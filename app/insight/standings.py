"""Everyone who holds anything at a moment, as their findings are judged by, for a whole tenant at once.

Days become answers here (quiet, young, silent for so many days: yes or no), by the rules of
`app.projections.idle_licences`, so that of a hundred thousand holders only some hundred differ: equal ones are one
object.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange, Policy
from app.domain.standing import Ground, Holder
from app.insight.grounds import ground_at
from app.insight.holder_signs import Tables, read
from app.insight.interning import Interning
from app.insight.minutes import NOTHING, Called, called_out
from app.projections.reading import Moment
from app.projections.tenants import TenantRow
from app.projections.uncollected import uncollected


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

    async def read(
        self,
        db: psycopg.AsyncConnection[Any],
        tenant: TenantId,
        at: Moment,
        minutes: Mapping[UserId, Called] | None,
        users: Collection[UserId] | None = None,
    ) -> list[Standing]:
        """Who holds anything at a moment: of these users, or of all. `minutes` None: not known."""
        asked = _parameters(tenant, at, self._policy, self._days)
        with uncollected():
            tables = await read(db, asked, len(self._days), users)
            return list(self._standings(tables, minutes))

    def _standings(self, tables: Tables, minutes: Mapping[UserId, Called] | None) -> Iterator[Standing]:
        for user in tables.users:
            called = None if minutes is None else minutes.get(user.user, NOTHING)
            holder = self._interning.holder(tables, user, called)
            if holder is not None:
                place = (user.department, user.company, user.cost_centre, user.country)
                yield Standing(user.user, *place, holder)


def calling_products(ground: Ground) -> frozenset[SkuId]:
    """Products with a calling plan in them: of their seats alone it matters how much was called out."""
    known = {sku: product.plans for sku, product in CATALOGUE.products.items()} | dict(ground.plans)
    return frozenset(sku for sku, plans in known.items() if plans & CATALOGUE.calling)


def _parameters(tenant: TenantId, at: Moment, policy: Policy, days: Sequence[int]) -> dict[str, object]:
    thresholds = thresholds_at(at, policy, days)
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
