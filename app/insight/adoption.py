"""How far a workload is used by those who have it: adoption and stickiness of a window of days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.ids import PlanId, SkuId, TenantId
from app.domain.money import EXACT
from app.domain.standing import Source
from app.projections import sku_units
from app.projections.adoption import active_in
from app.projections.reading import Moment, known, rows

FEWEST_PEOPLE = 5
"""Of smaller groups nothing is told: it would be told of persons."""
STICKY_DAYS = 28


@dataclass(frozen=True, slots=True)
class Adoption:
    """`suppressed`: the group is too small, and everything else is None.

    `active`: people eligible in the window who used it in it. `eligible`: people with a plan of it switched on, on
    average of the window's days. `adoption`: the one by the other. `stickiness`: users of a day, on average of the last
    28 days of the window, by the users of all of these. None: nobody is eligible, nobody used it, or no day has passed.

    Days at whose end no account of the tenant was known yet are no days of the window: who was eligible then is
    unknown, and unknown is not nobody.
    """

    source: Source
    suppressed: bool
    active: int | None = None
    eligible: Decimal | None = None
    adoption: Decimal | None = None
    stickiness: Decimal | None = None


def _days(alias: str) -> str:
    """The days at whose end a row holds, by their place in the window."""
    bounds = [f"width_bucket({alias}.{end}, %(ends)s::timestamptz[])" for end in ("valid_from", "valid_until")]
    return f"int4range({', '.join(bounds)})"


# Stretches of a user that overlap are one.
_ELIGIBLE = f"""
    SELECT h.user_id, range_agg({_days("h")} * {_days("u")}) AS days
    FROM {known("licence_holdings")} h
    JOIN {known("users")} u ON u.tenant_id = h.tenant_id AND u.user_id = h.user_id
     AND u.kind = 'PERSON' AND NOT u.deleted AND u.valid_until >= %(first)s AND u.valid_from < %(last)s
    JOIN unnest(%(skus)s::uuid[], %(plans)s::text[]) AS wanted (sku_id, plans) ON wanted.sku_id = h.sku_id
    WHERE h.valid_until >= %(first)s AND h.valid_from < %(last)s AND NOT wanted.plans::uuid[] <@ h.disabled_plans
    GROUP BY h.user_id
"""


async def adoption(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, source: Source, since: date, until: date
) -> Adoption:
    """Use of a source on the civil days [since, until), as far as accounts were known and the days had passed.

    Products count as they are described at the moment. Of HUMAN no days are kept: nobody is eligible.
    """
    until = min(until, at.known_on + timedelta(days=1))
    known_from = await _known_from(db, tenant, at, until)
    since = max(since, known_from)
    days = [since + timedelta(days=nth) for nth in range((until - since).days)]
    wanted = _wanted(source, await _plans(db, tenant, at))
    if not days or not wanted:
        return Adoption(source, suppressed=False)
    people, person_days, active = await _counted(db, tenant, at, source, days, wanted)
    if 0 < people < FEWEST_PEOPLE:
        return Adoption(source, suppressed=True)
    eligible = EXACT.divide(Decimal(person_days), Decimal(len(days)))
    return Adoption(
        source,
        suppressed=False,
        active=active,
        eligible=eligible,
        adoption=EXACT.divide(Decimal(active), eligible) if eligible else None,
        stickiness=await _stickiness(
            db, tenant, at, source, max(until - timedelta(days=STICKY_DAYS), known_from), until
        ),
    )


async def _known_from(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, otherwise: date) -> date:
    """The first civil day at whose end an account was known; `otherwise` where none ever was."""
    ((first,),) = await rows(
        db,
        f"SELECT min(u.valid_from) FROM {known('users')} u",
        {"tenant": tenant, "position": at.position},
    )
    return otherwise if first is None else first.astimezone(ZoneInfo(at.zone)).date()


async def _stickiness(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, source: Source, since: date, until: date
) -> Decimal | None:
    month = await active_in(db, tenant, at, source, since, until)
    if month.users < FEWEST_PEOPLE:
        return None
    return EXACT.divide(Decimal(month.user_days), Decimal((until - since).days * month.users))


async def _counted(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    source: Source,
    days: Sequence[date],
    wanted: Mapping[SkuId, Sequence[PlanId]],
) -> tuple[int, int, int]:
    """People eligible on any of the days, the days of each, and how many of them used it in the window."""
    ends = [at.day_ends(day) for day in days]
    ((people, person_days, active),) = await rows(
        db,
        f"""
        WITH eligible AS MATERIALIZED (
            SELECT e.user_id, (SELECT sum(upper(r) - lower(r)) FROM unnest(e.days) AS r) AS days
            FROM ({_ELIGIBLE}) e WHERE NOT isempty(e.days)
        )
        SELECT count(*), coalesce(sum(e.days), 0)::bigint, count(a.user_id)
        FROM eligible e
        LEFT JOIN (
            SELECT DISTINCT user_id FROM adoption
            WHERE tenant_id = %(tenant)s AND source = %(source)s AND since_position <= %(position)s
              AND day >= %(since)s AND day <= %(until)s
        ) a ON a.user_id = e.user_id
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "source": source.value,
            "since": days[0],
            "until": days[-1],
            "ends": ends,
            "first": ends[0],
            "last": ends[-1],
            "skus": list(wanted),
            "plans": ["{" + ",".join(map(str, plans)) + "}" for plans in wanted.values()],
        },
    )
    return people, person_days, active


async def _plans(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> Mapping[SkuId, frozenset[PlanId]]:
    """Of every product known: as the tenant's own list describes it, else as the catalogue does."""
    listed = await sku_units.listed_at(db, tenant, at)
    own = {each.sku: frozenset(each.plans) for each in listed if each.part_number is not None}
    return {sku: product.plans for sku, product in CATALOGUE.products.items()} | own


def _wanted(source: Source, plans: Mapping[SkuId, frozenset[PlanId]]) -> dict[SkuId, list[PlanId]]:
    """The products with plans of the source, and these."""
    shown = {plan for plan, sources in CATALOGUE.shown_by.items() if source in sources}
    return {sku: sorted(found) for sku, of_sku in plans.items() if (found := of_sku & shown)}
