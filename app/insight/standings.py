"""Everyone who holds anything at a moment, as their findings are judged by, for a whole tenant at once.

Days become answers here (quiet, young, silent for so many days: yes or no), by the rules of
`app.projections.idle_licences`, so that of a hundred thousand holders only some hundred differ: equal ones are one
object.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange, Policy
from app.domain.standing import Ground, Holder
from app.insight.grounds import ground_at
from app.insight.holder_signs import User, read
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
    days = sorted({policy.idle_days, *(own for _, own in policy.sku_idle_days)})
    if days[0] < SHORTEST_IDLE_DAYS:
        raise IdleDaysOutOfRange(f"Gaps of less than {SHORTEST_IDLE_DAYS} days are not kept, so none of {days[0]}.")
    ground = await ground_at(db, tenant, at, row, policy)
    minutes = await called_out(db, tenant, at, row)
    with uncollected():
        tables = await read(db, _parameters(tenant, at, policy, days), len(days))
        return Standings(ground, _standings(Interning(tables, days, policy, _calling(ground)), tables.users, minutes))


def _standings(interning: Interning, users: Sequence[User], minutes: Mapping[UserId, Called] | None) -> list[Standing]:
    found = []
    for user in users:
        holder = interning.holder(user, None if minutes is None else minutes.get(user.user, NOTHING))
        if holder is not None:
            place = (user.department, user.company, user.cost_centre, user.country)
            found.append(Standing(user.user, *place, holder))
    return found


def _calling(ground: Ground) -> frozenset[SkuId]:
    """Products with a calling plan in them: of their seats alone it matters how much was called out."""
    known = {sku: product.plans for sku, product in CATALOGUE.products.items()} | dict(ground.plans)
    return frozenset(sku for sku, plans in known.items() if plans & CATALOGUE.calling)


def _parameters(tenant: TenantId, at: Moment, policy: Policy, days: Sequence[int]) -> dict[str, object]:
    cutoffs = {f"cutoff_{nth}": at.day_begins(at.known_on - timedelta(days=each)) for nth, each in enumerate(days)}
    return {
        **cutoffs,
        "tenant": tenant,
        "position": at.position,
        "at": at.at,
        "on": at.on,
        "judged_at": at.day_ends(at.known_on),
        "young": at.day_ends(at.on - timedelta(days=policy.grace_days)),
        "disabled_before": at.day_ends(at.on - timedelta(days=policy.disabled_days)),
    }
