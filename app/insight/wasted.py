"""What seats that served nobody cost on the days of a month: each day's findings by all that held on that day.

Everybody is read on the first day and then, from day to day, only those about whom something may have changed; that
much of a day's answer is the same as the day before's.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, ParamSpec, TypeVar

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.costs import UnitsBought, paid_by_day
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.market import Market
from app.domain.price_book import PriceBook, RateBook
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import wasted_units
from app.domain.standing import Ground
from app.domain.waste import wasted_spend
from app.domain.waste_report import WastedSpend
from app.insight.assessment import BESIDE_FROM
from app.insight.changed_holders import Changes
from app.insight.costs import days_between
from app.insight.grounds import ground_of
from app.insight.minutes import Called, Months, called_in, months_covered
from app.insight.paid_products import paid_products
from app.insight.product_classes import bought_of, bought_on
from app.insight.products import units_of
from app.insight.seat_spells import units_listed
from app.insight.standings import HolderReading, calling_products
from app.insight.waste_tally import WasteTally
from app.projections import exchange_rates, prices, sku_units, tenants
from app.projections.reading import Moment
from app.projections.sku_units import SkuUnits
from app.projections.tenants import TenantRow

Db = psycopg.AsyncConnection[Any]
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Day:
    """What everybody is judged by on a day. `nth`: its place in the days asked for. `calling`: as of HolderReading."""

    nth: int
    at: Moment
    row: TenantRow
    market: Market
    units: Sequence[SkuUnits]
    calling: frozenset[SkuId]

    @property
    def ground(self) -> Ground:
        return self.market.ground


async def wasted_between(db: Db, tenant: TenantId, at: Moment, row: TenantRow, since: date, until: date) -> WastedSpend:
    """The wasted spend of the days of [since, until), none of which may lie after the moment's.

    All is as known at the moment; `row`: the tenant's of it. What is paid for, and in which currency it is told, is as
    for the costs of these days.
    """
    dates = days_between(since, until)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    rates = RateBook(await exchange_rates.rates_at(db, tenant, at))
    days = await _days(db, tenant, [moment_on(at, on) for on in dates], book)
    tally = WasteTally(len(dates))
    for stretch in _stretches(days):
        await _count(db, tenant, stretch, tally)
        if stretch[-1].nth + 1 < len(dates):
            tally.nobody(stretch[-1].nth + 1)
    seats, unassigned = tally.daily(), _unassigned(days, len(dates))
    listed = await units_listed(db, tenant, at, dates)
    skus = await paid_products(db, tenant, at, row, {part.sku for part in seats} | unassigned.keys(), listed, book)
    bounds = [*dates, until]
    bought = [
        UnitsBought(each.sku, bounds[each.first], bounds[each.last], each.enabled, each.warning) for each in listed
    ]
    paid = paid_by_day(bought, row.policy, since, len(dates), skus)
    return await _beside(len(seats), wasted_spend, since, until, seats, unassigned, paid, book, rates, row.policy)


def moment_on(at: Moment, on: date) -> Moment:
    """The moment of an earlier day by the same knowledge."""
    return replace(at, at=at.day_ends(on), on=on, known_on=min(on, at.known_on))


async def _days(db: Db, tenant: TenantId, moments: Sequence[Moment], book: PriceBook) -> list[_Day]:
    """Those on which the tenant was there."""
    listed = await sku_units.listed_on(db, tenant, moments)
    bought = await bought_on(db, tenant, moments)
    days: list[_Day] = []
    for nth, row in enumerate(await tenants.found_on(db, tenant, moments)):
        if row is not None:
            at, units = moments[nth], listed[nth]
            ground = ground_of(at, row, row.policy, units, bought_of(row, bought[nth]))
            monthly = {sku: price.monthly for sku in book.skus() if (price := book.price_on(sku, at.on)) is not None}
            days.append(_Day(nth, at, row, Market(ground, monthly, CATALOGUE), units, calling_products(ground)))
    return days


def _stretches(days: Sequence[_Day]) -> Iterator[list[_Day]]:
    """Days in a row on which a time and a call count alike for every holder."""
    stretch: list[_Day] = []
    for day in days:
        if stretch and (stretch[-1].nth + 1 != day.nth or _counts(stretch[-1]) != _counts(day)):
            yield stretch
            stretch = []
        stretch.append(day)
    if stretch:
        yield stretch


def _counts(day: _Day) -> tuple[object, ...]:
    policy = day.ground.policy
    rules = (policy.idle_days, policy.sku_idle_days, policy.grace_days, policy.disabled_days)
    return (*rules, day.calling)


async def _count(db: Db, tenant: TenantId, stretch: Sequence[_Day], tally: WasteTally) -> None:
    first = stretch[0]
    # A finding's remarks alone tell of paths.
    reading = HolderReading(first.ground.policy, first.calling, paths=False)
    minutes = await _minutes(db, tenant, stretch)
    everybody = await reading.read(db, tenant, first.at, minutes[0].called)
    tally.judge_by(first.nth, first.market)
    telling = asyncio.create_task(_beside(len(everybody), tally.tell, first.nth, everybody, ()))
    try:  # the database answers while everybody is judged
        changes = await reading.changes(db, tenant, [day.at for day in stretch])
    finally:
        await telling
    await _beside(len(everybody), _go_on, stretch, reading, changes, minutes, tally)


def _go_on(
    stretch: Sequence[_Day],
    reading: HolderReading,
    changes: Sequence[Changes],
    minutes: Sequence["_Minutes"],
    tally: WasteTally,
) -> None:
    """From day to day, those of whom something may have changed."""
    for before, day, changed, counted in zip(stretch, stretch[1:], changes[1:], minutes[1:], strict=False):
        if not _same(before.market, day.market):
            tally.judge_by(day.nth, day.market)
        asked = reading.turn(changed)
        if counted.turned:
            asked |= tally.holders_of(day.calling)
        tally.tell(day.nth, reading.standings(asked, counted.called), asked)


def _same(one: Market, other: Market) -> bool:
    """Whether holders are judged alike by two days' markets: no rule asks for the day itself."""
    return replace(one.ground, on=other.ground.on) == other.ground and one.prices == other.prices


class _Minutes(NamedTuple):
    """What was called out by a day's months. `turned`: they are other months than the day before."""

    called: Mapping[UserId, Called] | None
    turned: bool


async def _minutes(db: Db, tenant: TenantId, stretch: Sequence[_Day]) -> list[_Minutes]:
    """On each day. Each months are read once: all days are of one knowledge."""
    read: dict[Months | None, Mapping[UserId, Called] | None] = {None: None}
    found: list[_Minutes] = []
    before: Months | None = None
    for day in stretch:
        months = months_covered(day.at, day.row)
        if months not in read:
            read[months] = None if months is None else await called_in(db, tenant, day.at, months)
        found.append(_Minutes(read[months], months != before))
        before = months
    return found


def _unassigned(days: Sequence[_Day], length: int) -> dict[SkuId, list[int]]:
    """Units nobody held beyond the buffer, of products paid by the seat, on each day."""
    found: dict[SkuId, list[int]] = {}
    for day in days:
        for listed in day.units:
            units = units_of(listed)
            if units is not None and day.market.class_of(listed.sku) is SkuClass.PAID:
                found.setdefault(listed.sku, [0] * length)[day.nth] = wasted_units(units, day.ground.policy)
    return found


async def _beside(many: int, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Work that would keep an event loop waiting runs beside it."""
    if many < BESIDE_FROM:
        return work(*args, **named)
    return await asyncio.to_thread(work, *args, **named)
