"""How seats and what they cost a month went, day by day, week by week or month by month."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any, ClassVar

import psycopg

from app.domain.costs import UnitsBought
from app.domain.errors import Refused
from app.domain.ids import SkuId, TenantId
from app.domain.money import Money
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, RateBook, Total, total_of
from app.insight.paid_products import paid_products
from app.insight.seat_spells import SeatSpell, UnitSpell, seats_held, units_listed
from app.projections import exchange_rates, prices
from app.projections.reading import Moment
from app.projections.tenants import TenantRow

POINTS_MAX = 400


class TrendTooLong(Refused):
    """More than POINTS_MAX points: ask for fewer days, or for weeks or months."""

    code: ClassVar[str] = "TREND_TOO_LONG"


class Grain(StrEnum):
    DAY = "DAY"
    WEEK = "WEEK"
    """From Monday to Sunday."""
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """Products of class PAID as they stood at the end of the day `on`: the last of its day, week or month asked for.

    `enabled`: units, None: those of a product were not read. `held`: seats. `run_rate`: what the paid units cost a
    month at that day's prices and rates; `unpriced`: paid units it leaves out, because their price is not known; on a
    day without any reading of units the seats held.
    """

    on: date
    enabled: int | None
    held: int
    run_rate: Total
    unpriced: int


async def trend(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    since: date,
    until: date,
    grain: Grain,
    sku: SkuId | None = None,
) -> list[TrendPoint]:
    """A point for each day, week or month of [since, until) up to the moment's day, in order; of one product or all.

    More than POINTS_MAX are refused (TREND_TOO_LONG).
    """
    days = points(since, min(until, at.on + timedelta(days=1)), grain)
    if not days:
        return []
    held = await seats_held(db, tenant, at, days, sku=sku)
    listed = await units_listed(db, tenant, at, days)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    rates = RateBook(await exchange_rates.rates_at(db, tenant, at))
    skus = await paid_products(db, tenant, at, row, {each.sku for each in held}, listed, book)
    seats = _seats(held, skus, len(days))
    units: list[list[UnitSpell] | None] = [None for _ in days]
    for each in listed:
        for nth in range(each.first, each.last):
            of_day = units[nth] = units[nth] or []
            if each.sku in skus and sku in (None, each.sku):
                of_day.append(each)
    return [_point(on, seats[nth], units[nth], book, rates, row.policy) for nth, on in enumerate(days)]


def points(since: date, until: date, grain: Grain) -> list[date]:
    """The last day of each day, week or month, as far as they lie in [since, until)."""
    last = until - timedelta(days=1)
    found: list[date] = []
    day = since
    while day <= last:
        found.append(min(last, _ends(day, grain)))
        if len(found) > POINTS_MAX:
            raise TrendTooLong(f"A trend has at most {POINTS_MAX} points; ask for fewer days, or for weeks or months.")
        day = found[-1] + timedelta(days=1)
    return found


def _ends(day: date, grain: Grain) -> date:
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case Grain.MONTH:
            return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _seats(held: list[SeatSpell], skus: frozenset[SkuId], days: int) -> list[int]:
    steps = [0] * (days + 1)
    for each in held:
        if each.sku in skus:
            steps[each.first] += each.seats
            steps[each.last] -= each.seats
    return list(accumulate(steps))[:days]


def _point(
    on: date, held: int, units: list[UnitSpell] | None, book: PriceBook, rates: RateBook, policy: Policy
) -> TrendPoint:
    """`units` None: no product was listed that day, so none was read; as many as were held count as paid."""
    if units is None:
        return TrendPoint(on, None, held, total_of([], policy.currency, rates, unknown=held), held)
    enabled = [each.enabled for each in units]
    amounts: list[tuple[Money, date]] = []
    unpriced = 0
    for each in units:
        paid = UnitsBought(each.sku, on, on, each.enabled, each.warning).paid(policy) or 0
        price = book.price_on(each.sku, on)
        if price is None:
            unpriced += paid
        else:
            amounts.append((price.monthly.times(paid), on))
    read = [count for count in enabled if count is not None]
    known = sum(read) if len(read) == len(enabled) else None
    return TrendPoint(on, known, held, total_of(amounts, policy.currency, rates, unknown=unpriced), unpriced)
