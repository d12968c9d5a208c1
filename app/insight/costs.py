"""What a month cost and who pays for it, as of and as known at any moment."""

from collections.abc import Collection, Sequence
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
from app.domain.small_groups import told_together
from app.insight.paid_products import paid_products
from app.insight.seat_spells import people_holding, seats_held, units_listed
from app.projections import exchange_rates, prices
from app.projections.reading import AsOfOutOfRange, Moment
from app.projections.tenants import TenantRow

SMALL_GROUPS = "\0"
"""The group that stands for several small ones: no directory has a value like it."""


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

    `complete`: the whole month is in it. With CostsBy.SKU, groups are SKU ids. `small_groups`: so many groups, some of
    them of too few people, are told together as the group SMALL_GROUPS.
    """

    month: date
    until: date
    complete: bool
    group_by: CostsBy
    costs: Costs
    small_groups: int = 0


async def cost_of(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    month: date,
    group_by: CostsBy,
    invoice: Money | None = None,
    *,
    persons: bool,
) -> CostReport:
    """The cost of the month a day lies in, by the rules and prices known at the moment. `row`: the tenant's of it.

    `invoice`: what was billed for it. A month that begins after the moment's day is refused (AS_OF_OUT_OF_RANGE).
    `persons`: the answer may tell of persons; else groups of few people are told together.
    """
    since = month.replace(day=1)
    ends = (since + timedelta(days=31)).replace(day=1)
    until = min(ends, at.on + timedelta(days=1))
    if until <= since:
        raise AsOfOutOfRange(f"{since:%Y-%m} has not begun on {at.on}.")
    together: frozenset[str | None] = frozenset()
    if not persons and group_by is not CostsBy.SKU:
        days = days_between(since, until)
        together = told_together(await _people_paid_for(db, tenant, at, row, days, group_by))
    found = await costs_between(db, tenant, at, row, since, until, group_by, invoice, together)
    return CostReport(since, until, until == ends, group_by, found, len(together))


async def costs_between(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    since: date,
    until: date,
    group_by: CostsBy,
    invoice: Money | None = None,
    together: Collection[str | None] = (),
) -> Costs:
    """The cost of the days of [since, until), none of which may lie after the moment's.

    `together`: groups that are one, called SMALL_GROUPS; None: of people without a group.
    """
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
        [
            SeatsHeld(
                each.sku,
                SMALL_GROUPS if _named(each.group) in together else each.group,
                bounds[each.first],
                bounds[each.last],
                each.seats,
            )
            for each in held
        ],
        [UnitsBought(each.sku, bounds[each.first], bounds[each.last], each.enabled, each.warning) for each in listed],
        book,
        rates,
        row.policy,
        skus=await paid_products(db, tenant, at, row, {each.sku for each in held}, listed, book),
        by_sku=by_sku,
        invoice=invoice,
    )


async def _people_paid_for(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    days: Sequence[date],
    group_by: CostsBy,
) -> dict[str | None, int]:
    """How many people of each group held a seat that costs money, as the costs take it."""
    held = await seats_held(db, tenant, at, days)
    listed = await units_listed(db, tenant, at, days)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    skus = await paid_products(db, tenant, at, row, {each.sku for each in held}, listed, book)
    return await people_holding(db, tenant, at, days, group_by.value, skus)


def _named(group: str | None) -> str | None:
    return (group or "").strip() or None


def days_between(since: date, until: date) -> Sequence[date]:
    return [since + timedelta(days=nth) for nth in range((until - since).days)]
