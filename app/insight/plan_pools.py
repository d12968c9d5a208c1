"""Minutes calling plans include, and how many of them were used, by country and plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE, Minutes
from app.domain.ids import PlanId, SkuId, TenantId
from app.domain.money import EXACT
from app.projections.reading import Moment, known, rows

SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class PlanPool:
    """The pool of one plan in one country over a calendar month in UTC.

    `country`: of the users' usage location, None: not told. `capability`: the plan, as both logs and products name it.
    `licences`: seats with it at the month's end, or at the moment's if it is running. Minutes are the calls' seconds
    over 60, calls out alone; `share` of those included (0 to 1, or more): None where none are. The catalogue knows the
    least any country includes.
    """

    country: str | None
    capability: str
    licences: int
    minutes_at_home: Decimal
    included_at_home: int
    share_at_home: Decimal | None
    minutes_abroad: Decimal
    included_abroad: int
    share_abroad: Decimal | None


async def plan_pools(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, month: date
) -> tuple[PlanPool, ...]:
    """Every pool anybody has a licence of or called from, by country (None last) and plan; calls up to the moment."""
    since = datetime.combine(month.replace(day=1), time(), UTC)
    until = min((since + timedelta(days=31)).replace(day=1), at.at)
    if until <= since:
        return ()
    plans = {CATALOGUE.plan_names[plan]: (plan, minutes) for plan, minutes in CATALOGUE.minutes.items()}
    asked = {"tenant": tenant, "position": at.position, "since": since, "until": until, "plans": list(plans)}
    used = await rows(
        db,
        """
        SELECT c.usage_country, c.licence_capability,
               coalesce(sum(c.seconds) FILTER (WHERE c.destination_context IS DISTINCT FROM 'International'), 0),
               coalesce(sum(c.seconds) FILTER (WHERE c.destination_context = 'International'), 0)
        FROM pstn_charges c
        WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
          AND c.began_at >= %(since)s AND c.began_at < %(until)s
          AND c.licence_capability = ANY (%(plans)s) AND c.kind LIKE '%%out%%'
        GROUP BY 1, 2
        """,
        asked,
    )
    seconds = {(country, name): (int(at_home), int(abroad)) for country, name, at_home, abroad in used}
    licences = await _licences(db, asked, {plan: name for name, (plan, _) in plans.items()})
    keys = sorted(seconds.keys() | licences.keys(), key=lambda key: (key[0] is None, key[0] or "", key[1]))
    return tuple(
        _pool(country, name, licences.get((country, name), 0), seconds.get((country, name), (0, 0)), plans[name][1])
        for country, name in keys
    )


async def _licences(
    db: psycopg.AsyncConnection[Any], asked: dict[str, object], plans: dict[PlanId, str]
) -> dict[tuple[str | None, str], int]:
    """Seats with each plan at the end of the time asked for, by their holders' usage location. The tenant's own list of
    a product's plans comes before the catalogue's.
    """
    own = await rows(
        db,
        f"""
        SELECT u.sku_id, u.plans FROM {known("sku_units")} u
        WHERE u.valid_until >= %(until)s AND u.valid_from < %(until)s AND u.plans <> '{{}}'
        """,
        asked,
    )
    contents = {sku: product.plans for sku, product in CATALOGUE.products.items()}
    contents |= {SkuId(sku): frozenset(of_sku) for sku, of_sku in own}
    calling = {sku: of_sku & plans.keys() for sku, of_sku in contents.items() if of_sku & plans.keys()}
    held = await rows(
        db,
        f"""
        SELECT u.usage_location, s.sku_id, count(*)
        FROM {known("idle_licences")} s
        LEFT JOIN {known("users")} u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id
         AND u.valid_until >= %(until)s AND u.valid_from < %(until)s
        WHERE s.valid_until >= %(until)s AND s.valid_from < %(until)s AND s.sku_id = ANY (%(skus)s)
        GROUP BY 1, 2
        """,
        {**asked, "skus": list(calling)},
    )
    found: dict[tuple[str | None, str], int] = {}
    for country, sku, count in held:
        for plan in calling[sku]:
            key = (country, plans[plan])
            found[key] = found.get(key, 0) + count
    return found


def _pool(country: str | None, capability: str, licences: int, seconds: tuple[int, int], minutes: Minutes) -> PlanPool:
    at_home, abroad = (EXACT.divide(Decimal(each), Decimal(SECONDS_A_MINUTE)) for each in seconds)
    included = (licences * minutes.at_home, licences * minutes.abroad)
    shares = [
        EXACT.divide(used, Decimal(whole)) if whole else None
        for used, whole in zip((at_home, abroad), included, strict=True)
    ]
    return PlanPool(country, capability, licences, at_home, included[0], shares[0], abroad, included[1], shares[1])
