"""Seats and units of a customer's products over days, counted by the table and told from day to day.

A day counts as it stood at its end. Day ends go to the database as instants, so that it needs no time zone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from app.domain.ids import SkuId, TenantId
from app.projections.reading import Moment, known, rows


@dataclass(frozen=True, slots=True)
class SeatSpell:
    """So many seats held on the days from one (included) to another (excluded), by their place in the days asked of."""

    sku: SkuId
    group: str | None
    first: int
    last: int
    seats: int


@dataclass(frozen=True, slots=True)
class UnitSpell:
    """A product as it was listed on those days. None: not read yet."""

    sku: SkuId
    first: int
    last: int
    applies_to: str | None
    enabled: int | None
    warning: int | None


async def seats_held(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    days: Sequence[date],
    column: str | None = None,
    sku: SkuId | None = None,
) -> list[SeatSpell]:
    """Seats on some days in order, by product and by a column of `licence_costs`; of one product or of all.

    One pass over the spells in force on any of the days; most of them span all days, so they are few once counted.
    """
    found = await rows(
        db,
        f"""
        SELECT sku_id, {column or "NULL"},
               width_bucket(valid_from, %(ends)s::timestamptz[]), width_bucket(valid_until, %(ends)s::timestamptz[]),
               count(*)
        FROM {known("licence_costs")} s
        WHERE s.valid_until >= %(first)s AND s.valid_from < %(last)s AND (%(sku)s::uuid IS NULL OR sku_id = %(sku)s)
        GROUP BY 1, 2, 3, 4
        """,
        _asked(tenant, at, days, sku),
    )
    return [spell for row in found if (spell := SeatSpell(*row)).first < spell.last]


async def people_holding(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    days: Sequence[date],
    column: str,
    skus: Collection[SkuId],
) -> dict[str | None, int]:
    """How many people held seats of these products on any of the days, by a column of `licence_costs`; None: blank."""
    found = await rows(
        db,
        f"""
        SELECT nullif(trim({column}), ''), count(DISTINCT user_id)
        FROM {known("licence_costs")} s
        WHERE s.valid_until >= %(first)s AND s.valid_from < %(last)s AND sku_id = ANY (%(skus)s::uuid[])
          AND width_bucket(valid_from, %(ends)s::timestamptz[]) < width_bucket(valid_until, %(ends)s::timestamptz[])
        GROUP BY 1
        """,
        {**_asked(tenant, at, days), "skus": list(skus)},
    )
    return dict(found)


async def units_listed(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, days: Sequence[date]
) -> list[UnitSpell]:
    """Units on some days in order, by product and first day."""
    found = await rows(
        db,
        f"""
        SELECT sku_id, width_bucket(valid_from, %(ends)s::timestamptz[]),
               width_bucket(valid_until, %(ends)s::timestamptz[]), applies_to, enabled, warning
        FROM {known("sku_units")} s
        WHERE s.valid_until >= %(first)s AND s.valid_from < %(last)s
        ORDER BY sku_id, valid_from
        """,
        _asked(tenant, at, days),
    )
    return [spell for row in found if (spell := UnitSpell(*row)).first < spell.last]


def _asked(tenant: TenantId, at: Moment, days: Sequence[date], sku: SkuId | None = None) -> dict[str, object]:
    ends: list[datetime] = [at.day_ends(on) for on in days]
    return {
        "tenant": tenant,
        "position": at.position,
        "ends": ends,
        "first": ends[0],
        "last": ends[-1],
        "sku": sku,
    }
