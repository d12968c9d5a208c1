"""What a seat costs on a day, and what an amount is worth in another currency.

A book is made of what was known at a moment; every question of it names a day, so both time axes stay apart.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import SkuId
from app.domain.money import EXACT, Money, nothing

RATE_STANDS_FOR_DAYS = 31
"""A rate is used until it is so many days old; after that the amount has no rate."""

MONTHS_A_YEAR = 12

_BINDING = tuple(Term)
"""Terms, the shortest first."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One stated price: the fields of the fact `PriceSet`, which says what each means."""

    sku: SkuId
    source: PriceSource
    lot: str
    amount: Decimal
    currency: str
    per: Per
    term: Term
    effective_from: date
    effective_until: date | None = None
    quantity: int | None = None
    commit_floor: int | None = None
    tax_included: bool = False

    def holds_on(self, on: date) -> bool:
        """Whether its own dates cover the day; a successor may still have ended it."""
        return self.effective_from <= on and (self.effective_until is None or on < self.effective_until)

    def monthly(self) -> Decimal:
        return self.amount if self.per is Per.MONTH else EXACT.divide(self.amount, Decimal(MONTHS_A_YEAR))


@dataclass(frozen=True, slots=True)
class Price:
    """What one seat of a product costs a month.

    Of several lots: `term` is the one that binds longest, `commit_floor` the sum of the floors (None: no lot has one),
    `tax_included` True if any of them includes it.
    """

    monthly: Money
    source: PriceSource
    term: Term
    commit_floor: int | None
    tax_included: bool

    def on_day(self, on: date) -> Money:
        """What the seat costs that day: the month's price over the days of its month, unrounded."""
        return self.monthly.per(monthrange(on.year, on.month)[1])


@dataclass(frozen=True, slots=True)
class _Life:
    """A product's prices from the beginning of time on: `prices[n]` holds from `starts[n]` to the next start."""

    starts: Sequence[date]
    prices: Sequence[Price | None]


class PriceBook:
    """The stated prices of any number of products. Of two lines of one source, lot and day the later one counts."""

    def __init__(self, lines: Iterable[PriceLine]) -> None:
        by_sku: dict[SkuId, dict[tuple[PriceSource, str, date], PriceLine]] = {}
        for line in lines:
            by_sku.setdefault(line.sku, {})[line.source, line.lot, line.effective_from] = line
        self._lives = {sku: _life(stated.values()) for sku, stated in by_sku.items()}

    def skus(self) -> frozenset[SkuId]:
        """Every product a price was ever stated for."""
        return frozenset(self._lives)

    def price_on(self, sku: SkuId, on: date) -> Price | None:
        """By the first source that has a price on that day: contract, reseller, list. None: unknown, which is not 0.

        Lots are weighted by quantity, or count alike where one has none. Lots in several currencies: None.
        """
        life = self._lives.get(sku)
        return None if life is None else life.prices[bisect_right(life.starts, on) - 1]

    def spans(self, sku: SkuId, since: date, until: date) -> list[tuple[date, date, Price | None]]:
        """Half-open stretches that cover [since, until), each with one price that differs from its neighbours'."""
        life = self._lives.get(sku, _NEVER_STATED)
        found: list[tuple[date, date, Price | None]] = []
        start, nth = since, bisect_right(life.starts, since)
        while start < until:
            end = min(until, life.starts[nth]) if nth < len(life.starts) else until
            found.append((start, end, life.prices[nth - 1]))
            start, nth = end, nth + 1
        return found


_NEVER_STATED = _Life((date.min,), (None,))


_Lots = Mapping[PriceSource, Sequence[Sequence[PriceLine]]]
"""By source the lots in order of their names, each with its prices in order of their first days."""


def _life(stated: Iterable[PriceLine]) -> _Life:
    lots = _lots(stated)
    days = {date.min}
    for line in (line for of_source in lots.values() for lines in of_source for line in lines):
        days |= {line.effective_from, line.effective_until or line.effective_from}
    starts: list[date] = []
    prices: list[Price | None] = []
    for day in sorted(days):
        price = _price_on(lots, day)
        if not prices or price != prices[-1]:
            starts.append(day)
            prices.append(price)
    return _Life(starts, prices)


def _lots(stated: Iterable[PriceLine]) -> _Lots:
    lots: dict[PriceSource, dict[str, list[PriceLine]]] = {source: {} for source in PriceSource}
    for line in sorted(stated, key=lambda each: (each.lot, each.effective_from)):
        lots[line.source].setdefault(line.lot, []).append(line)
    return {source: list(by_name.values()) for source, by_name in lots.items()}


def _price_on(lots: _Lots, on: date) -> Price | None:
    for source in PriceSource:
        valid = [line for lines in lots[source] if (line := _valid(lines, on))]
        if valid:
            return _combined(valid)
    return None


def _valid(lines: Sequence[PriceLine], on: date) -> PriceLine | None:
    """The price of a lot on a day: the last that began, unless it has ended; it never gives way to the one before."""
    begun = bisect_right(lines, on, key=lambda line: line.effective_from)
    return lines[begun - 1] if begun and lines[begun - 1].holds_on(on) else None


def _combined(lots: Sequence[PriceLine]) -> Price | None:
    if len({lot.currency for lot in lots}) > 1:
        return None
    floors = [lot.commit_floor for lot in lots if lot.commit_floor is not None]
    return Price(
        monthly=Money(_mean(lots), lots[0].currency),
        source=lots[0].source,
        term=max((lot.term for lot in lots), key=_BINDING.index),
        commit_floor=sum(floors) if floors else None,
        tax_included=any(lot.tax_included for lot in lots),
    )


def _mean(lots: Sequence[PriceLine]) -> Decimal:
    if len(lots) == 1:
        return lots[0].monthly()
    weights = [lot.quantity for lot in lots if lot.quantity is not None]
    if len(weights) < len(lots) or not sum(weights):
        weights = [1] * len(lots)
    weighed = Decimal(0)
    for lot, weight in zip(lots, weights, strict=True):
        weighed = EXACT.fma(lot.monthly(), Decimal(weight), weighed)
    return EXACT.divide(weighed, Decimal(sum(weights)))


@dataclass(frozen=True, slots=True)
class Rate:
    """On a day, one unit of `base` was worth `rate` (more than 0) units of `quote`, says `source`."""

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str


class RateBook:
    """Dated exchange rates. Of two of one pair and day the later one counts."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        stated: dict[tuple[str, str], dict[date, Decimal]] = {}
        for each in rates:
            stated.setdefault((each.base, each.quote), {})[each.on] = each.rate
        self._rates = {pair: sorted(dated.items()) for pair, dated in stated.items()}

    def convert(self, money: Money, to: str, on: date) -> Money | None:
        """By the newest rate of that day or of the days before it, at most RATE_STANDS_FOR_DAYS old; None: no rate.

        A rate of the reverse pair is used inverted, where none of the pair itself is as new. Unrounded.
        """
        if money.currency == to:
            return money
        straight = self._newest(money.currency, to, on)
        inverse = self._newest(to, money.currency, on)
        if straight is not None and (inverse is None or straight[0] >= inverse[0]):
            return Money(EXACT.multiply(money.amount, straight[1]), to)
        if inverse is not None:
            return Money(EXACT.divide(money.amount, inverse[1]), to)
        return None

    def _newest(self, base: str, quote: str, on: date) -> tuple[date, Decimal] | None:
        dated = self._rates.get((base, quote), [])
        nth = bisect_right(dated, on, key=lambda each: each[0])
        if nth == 0 or on - dated[nth - 1][0] > timedelta(days=RATE_STANDS_FOR_DAYS):
            return None
        return dated[nth - 1]


NO_RATES = RateBook(())


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over several currencies: one amount for each, in order of their codes, and the whole in one of them.

    `total` None: a rate is missing, so there is none; or nothing of it is known, and then there is no amount either.
    """

    by_currency: tuple[Money, ...]
    total: Money | None


def total_of(
    amounts: Iterable[tuple[Money, date]], currency: str, rates: RateBook = NO_RATES, *, unknown: int = 0
) -> Total:
    """The sum of amounts, each converted at its own day. Nothing to sum, or an amount of 0, takes no rate.

    `unknown`: how many more there are that nobody knows. With no other beside them the sum is unknown, not 0.
    """
    sums: dict[str, Decimal] = {}
    total: Decimal | None = Decimal(0)
    for money, on in amounts:
        sums[money.currency] = EXACT.add(sums.get(money.currency, Decimal(0)), money.amount)
        converted = rates.convert(money, currency, on) if money.amount else nothing(currency)
        total = None if total is None or converted is None else EXACT.add(total, converted.amount)
    by_currency = tuple(Money(amount, code) for code, amount in sorted(sums.items()))
    if unknown and not by_currency:
        return Total((), None)
    return Total(by_currency, None if total is None else Money(total, currency))


def added(parts: Iterable[Total | None]) -> Total | None:
    """The sum of what is known; None: nothing is. Its `total` is None where one part has none."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    sums: dict[str, Money] = {}
    for part in known:
        for money in part.by_currency:
            sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    wholes = [part.total for part in known if part.total is not None]
    total = wholes[0] if len(wholes) == len(known) else None
    for money in wholes[1:]:
        total = None if total is None else total + money
    return Total(tuple(sums[code] for code in sorted(sums)), total)
