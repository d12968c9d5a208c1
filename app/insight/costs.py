"""What a month cost and who pays for it, as of and as known at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import psycopg

from app.domain.cost_report import Costs
from app.domain.costs import SeatsHeld, UnitsBought, costs
from app.domain.ids import TenantId
from app.domain.money import Money
from app.domain.price_book import PriceBook, RateBook
from app.insight.paid_products import paid_products
from app.insight.seat_spells import seats_held, units_listed
from app.projections import exchange_rates, prices
from app.projections.reading import AsOfOutOfRange, Moment
from app.projections.tenants import TenantRow


class CostsBy(StrEnum):
    """Whom costs are told of: people by a value of their directory on each day, or the products themselves."""

    DEPARTMENT = "department"
    COMPANY = "company"
    COST_CENTRE = "cost_centre"
    COUNTRY = "country"
    SKU = "sku"


@dataclass(frozen=True, slots=True)
class CostReport:
    """The cost of a month. `until`: the first day not reckoned; of a running month, the day after the moment's.

    `complete`: the whole month is in it. With CostsBy.SKU, groups are SKU ids.
    """

    month: date
    until: date
    complete: bool
    group_by: CostsBy
    costs: Costs


async def cost_of(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    month: date,
    group_by: CostsBy,
    invoice: Money | None = None,
) -> CostReport:
    """The cost of the month a day lies in, by the rules and prices known at the moment. `row`: the tenant's of it.

    `invoice`: what was billed for it. A month that begins after the moment's day is refused (AS_OF_OUT_OF_RANGE).
    """
    since = month.replace(day=1)
    ends = (since + timedelta(days=31)).replace(day=1)
    until = min(ends, at.on + timedelta(days=1))
    if until <= since:
        raise AsOfOutOfRange(f"{since:%Y-%m} has not begun on {at.on}.")
    found = await costs_between(db, tenant, at, row, since, until, group_by, invoice)
    return CostReport(since, until, until == ends, group_by, found)


async def costs_between(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    since: date,
    until: date,
    group_by: CostsBy,
    invoice: Money | None = None,
) -> Costs:
    """The cost of the days of [since, until), none of which may lie after the moment's."""
    days = days_between(since, until)
    by_sku = group_by is CostsBy.SKU
    held = await seats_held(db, tenant, at, days, None if by_sku else group_by.value)
    listed = await units_listed(db, tenant, at, days)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    rates = RateBook(await exchange_rates.rates_at(db, tenant, at))
    bounds = [*days, until]
    return costs(
        since,
        until,
        [SeatsHeld(each.sku, each.group, bounds[each.first], bounds[each.last], each.seats) for each in held],
        [UnitsBought(each.sku, bounds[each.first], bounds[each.last], each.enabled, each.warning) for each in listed],
        book,
        rates,
        row.policy,
        skus=await paid_products(db, tenant, at, row, {each.sku for each in held}, listed, book),
        by_sku=by_sku,
        invoice=invoice,
    )


def days_between(since: date, until: date) -> Sequence[date]:
    return [since + timedelta(days=nth) for nth in range((until - since).days)]
