"""A month of a customer as the replay has it: seats, units and prices of every day, each day looked at by itself.

Which price holds on a day, what a rate is worth and what sort a product is are the domain's rules, taken as they are.
"""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from app.audit.customer import Customer
from app.audit.days import Stretch
from app.audit.replay import WholeReplay
from app.domain.catalogue import CATALOGUE
from app.domain.events.coverage import Feed
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.price_book import Price, PriceBook, PriceLine, Rate, RateBook
from app.domain.sku_class import SkuClass, classify


class DayPrice(NamedTuple):
    """What one seat costs on one day. `converted` None: there is no rate. `gross`: the price includes tax."""

    currency: str
    amount: Fraction
    converted: Fraction | None
    gross: bool


def book_of(replay: WholeReplay) -> PriceBook:
    lines = [PriceLine(**price.model_dump(exclude={"happened_at"})) for price, _ in replay.prices.by_lot.values()]
    return PriceBook(lines)


def rates_of(replay: WholeReplay) -> RateBook:
    stated = replay.rates.exchange.values()
    return RateBook(Rate(each.base, each.quote, each.rate, each.on, each.source) for each, _ in stated)


class Month:
    """The days of a month up to the moment's. `paid`: by product that costs money, the units paid of each day.

    A day whose units were not read (`unread`) counts as paid as far as seats were held, and has no price.
    """

    def __init__(self, replay: WholeReplay, customer: Customer, first: date) -> None:
        cut = replay.cut
        self.first = first
        self.ends = (first + timedelta(days=31)).replace(day=1)
        self.until = min(self.ends, cut.on + timedelta(days=1))
        self.days = [first + timedelta(days=nth) for nth in range((self.until - first).days)]
        self.currency = customer.policy.currency
        self._replay, self._customer = replay, customer
        self._book, self._rates = book_of(replay), rates_of(replay)
        self._prices: dict[tuple[SkuId, int], DayPrice | None] = {}
        day_ends = [cut.day_begins(on + timedelta(days=1)) for on in self.days]
        self.people: list[Stretch] = list(replay.days.people(day_ends))
        self._listed = sorted(replay.days.products(day_ends), key=lambda each: (each.sku, each.first))
        self.held = self._seats_held()
        self.skus = self._paid_products()
        self.unread: dict[SkuId, set[int]] = {}
        self.paid: dict[SkuId, list[int]] = {}
        self._count_units()

    def price(self, sku: SkuId, nth: int) -> DayPrice | None:
        """Of a seat on a day of the month; None: unknown."""
        key = (sku, nth)
        if key not in self._prices:
            self._prices[key] = None if nth in self.unread.get(sku, ()) else self._priced(sku, self.days[nth])
        return self._prices[key]

    def _priced(self, sku: SkuId, on: date) -> DayPrice | None:
        price = self._book.price_on(sku, on)
        if price is None:
            return None
        monthly = price.monthly
        amount = Fraction(monthly.amount) / monthrange(on.year, on.month)[1]
        if not monthly.amount:
            return DayPrice(monthly.currency, amount, amount, price.tax_included)
        one = self._rates.convert(Money(type(monthly.amount)(1), monthly.currency), self.currency, on)
        converted = None if one is None else amount * Fraction(one.amount)
        return DayPrice(monthly.currency, amount, converted, price.tax_included)

    def _seats_held(self) -> dict[SkuId, list[int]]:
        held: dict[SkuId, list[int]] = {}
        for each in self.people:
            for sku in {sku for sku, _ in each.paths}:
                of_sku = held.setdefault(sku, [0] * len(self.days))
                for nth in range(each.first, each.last):
                    of_sku[nth] += 1
        return held

    def _paid_products(self) -> frozenset[SkuId]:
        """Of the products held or listed on any of the days, those bought by the seat, as they were listed last."""
        last = {each.sku: each.product for each in self._listed}
        found = set()
        for sku in last.keys() | self.held.keys():
            product = last.get(sku)
            described = product.described if product else None
            units = product.units if product else None
            price: Price | None = self._book.price_on(sku, self._replay.cut.on)
            listed = self._replay.purchases.by_sku.get(sku)
            bought = (listed[0].purchases if listed else ()) if Feed.RENEWALS in self._customer.read_at else None
            kind = classify(
                CATALOGUE.class_of(sku),
                described.applies_to if described else "User",
                units.enabled if units else 0,
                bought,
                None if price is None else price.monthly,
            )
            if kind is SkuClass.PAID:
                found.add(sku)
        return frozenset(found)

    def _count_units(self) -> None:
        """Products are listed together: on a day on which any was listed, one that was not was not bought."""
        billed = self._customer.policy.grace_billed
        counted: dict[SkuId, dict[int, int | None]] = {}
        read: Counter[int] = Counter()
        for each in self._listed:
            units = each.product.units
            paid = None if units is None else units.enabled + (units.warning if billed else 0)
            for nth in range(each.first, each.last):
                read[nth] += 1
                counted.setdefault(each.sku, {})[nth] = paid
        for sku in sorted(self.skus):
            held = self.held.get(sku, [0] * len(self.days))
            told = [counted.get(sku, {}).get(nth, 0) if read[nth] else None for nth in range(len(self.days))]
            if any(told) or any(held):
                self.unread[sku] = {nth for nth, units in enumerate(told) if units is None}
                self.paid[sku] = [held[nth] if units is None else units for nth, units in enumerate(told)]
