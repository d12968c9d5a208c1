"""What seats cost over the days of a range, in whole numbers of one smallest part, so that every sum is exact.

A day's price has no end as a decimal (36 over 31 days), but all of them are multiples of one fraction.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import floor, lcm

from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.price_book import PriceBook, RateBook, Total

PLACES = 12
"""Decimal places of amounts that are not for showing."""

Sums = list[int]
"""What some seats cost: an amount for each currency, the whole in one currency, and three counts of seat-days.

The counts: those without a rate, those without a price, all. Amounts are in the prices' smallest part.
"""


class DayPrices:
    """Prices of products on the days of [since, until), each in its own currency and converted to `currency`.

    `unread`: days, counted from 0, on which a product has no price, whatever the book says.
    """

    def __init__(
        self,
        since: date,
        until: date,
        skus: Iterable[SkuId],
        prices: PriceBook,
        rates: RateBook,
        currency: str,
        unread: Mapping[SkuId, frozenset[int]] | None = None,
    ) -> None:
        self.days = [since + timedelta(days=nth) for nth in range((until - since).days)]
        self.currency = currency
        worth = _Worth(rates, currency)
        priced = {
            sku: [
                None if unread and nth in unread.get(sku, ()) else worth.of(prices, sku, on)
                for nth, on in enumerate(self.days)
            ]
            for sku in skus
        }
        known = [each for daily in priced.values() for each in daily if each is not None]
        self.currencies = sorted({code for code, _, _ in known})
        # Fine enough that what is left over where a pool is dealt out does not show in the last place.
        self._whole = 10**PLACES * lcm(*{part.denominator for _, *parts in known for part in parts if part is not None})
        self._until = {sku: self._summed_up(daily) for sku, daily in priced.items()}
        self._between: dict[tuple[SkuId, int, int], Sums] = {}

    def nothing(self) -> Sums:
        return [0] * (len(self.currencies) + 4)

    def one_seat(self, sku: SkuId, first: int, last: int) -> Sums:
        """What one seat costs from one day (included) to another (excluded), counted from 0."""
        found = self._between.get((sku, first, last))
        if found is None:
            sums = self._until[sku]
            found = [upto - before for upto, before in zip(sums[last], sums[first], strict=True)]
            self._between[sku, first, last] = found
        return found

    def parts(self, money: Money) -> int:
        """An amount in the smallest part."""
        return int(Fraction(money.amount) * self._whole)

    def dealt_out(self, pool: Sums, weights: Sequence[int]) -> list[Sums]:
        """A pool's amounts by weight; they sum to it. Counts of days without a price and of all are left out.

        A day without a rate is one for everybody who gets a share.
        """
        whole, amounts = sum(weights), len(self.currencies) + 1
        shares = [[part * weight // whole for part in pool[:amounts]] for weight in weights]
        for nth in range(amounts):
            for of_first in shares[: pool[nth] - sum(share[nth] for share in shares)]:
                of_first[nth] += 1
        return [[*share, pool[-3], 0, 0] for share in shares]

    def totals(self, lines: Sequence[Sums]) -> list[Total | None]:
        """Each line's amounts as decimals, which sum to the rounded sum of the lines. None: nothing of it has a price.

        The whole of a line is None if a rate is missing.
        """
        whole = len(self.currencies)
        columns = [finely([self._amount(line[nth]) for line in lines]) for nth in range(whole)]
        rated = [nth for nth, line in enumerate(lines) if not line[whole + 1]]
        wholes = dict(zip(rated, finely([self._amount(lines[nth][whole]) for nth in rated]), strict=True))
        found: list[Total | None] = []
        for nth, line in enumerate(lines):
            amounts = tuple(
                Money(column[nth], code)
                for code, column, part in zip(self.currencies, columns, line, strict=False)
                if part
            )
            total = Money(wholes[nth], self.currency) if nth in wholes else None
            unknown = line[-2] and not amounts and not line[whole]
            found.append(None if unknown else Total(amounts, total))
        return found

    def _amount(self, parts: int) -> Fraction:
        return Fraction(parts, self._whole)

    def _summed_up(self, daily: Sequence["_Priced | None"]) -> list[Sums]:
        return list(accumulate((self._one_day(each) for each in daily), add, initial=self.nothing()))

    def _one_day(self, priced: "_Priced | None") -> Sums:
        sums = self.nothing()
        sums[-1] = 1
        if priced is None:
            sums[-2] = 1
            return sums
        code, amount, converted = priced
        sums[self.currencies.index(code)] = int(amount * self._whole)
        if converted is None:
            sums[-3] = 1
        else:
            sums[-4] = int(converted * self._whole)
        return sums


_Priced = tuple[str, Fraction, Fraction | None]
"""A currency, a day's price in it, and that price converted; None: no rate."""


class _Worth:
    """Day prices as fractions. The same few come again on most days."""

    def __init__(self, rates: RateBook, currency: str) -> None:
        self._rates = rates
        self._currency = currency
        self._rate: dict[tuple[str, date], Fraction | None] = {}
        self._known: dict[tuple[Money, int, Fraction | None], _Priced] = {}

    def of(self, prices: PriceBook, sku: SkuId, on: date) -> _Priced | None:
        price = prices.price_on(sku, on)
        if price is None:
            return None
        rate = self._rate_on(price.monthly, on)
        key = (price.monthly, monthrange(on.year, on.month)[1], rate)
        if key not in self._known:
            amount = Fraction(price.monthly.amount) / key[1]
            self._known[key] = (price.monthly.currency, amount, None if rate is None else amount * rate)
        return self._known[key]

    def _rate_on(self, monthly: Money, on: date) -> Fraction | None:
        """What one unit of the price's currency is worth; a price of 0 takes no rate."""
        if not monthly.amount:
            return Fraction(1)
        key = (monthly.currency, on)
        if key not in self._rate:
            one = self._rates.convert(Money(Decimal(1), monthly.currency), self._currency, on)
            self._rate[key] = None if one is None else Fraction(one.amount)
        return self._rate[key]


def add(sums: Sums, more: Sums) -> Sums:
    return list(map(int.__add__, sums, more))


def times(sums: Sums, seats: int) -> Sums:
    return [part * seats for part in sums]


def finely(parts: Sequence[Fraction]) -> list[Decimal]:
    """As decimals of 12 places whose sum is the rounded sum of the parts, by largest remainder, the first of equals."""
    scaled = [part * 10**PLACES for part in parts]
    floors = [floor(part) for part in scaled]
    missing = round(sum(scaled, Fraction(0))) - sum(floors)
    for nth in sorted(range(len(parts)), key=lambda nth: (floors[nth] - scaled[nth], nth))[:missing]:
        floors[nth] += 1
    return [_plain(whole) for whole in floors]


def _plain(whole: int) -> Decimal:
    """Without the zeros at the end; built from digits, which no context rounds."""
    if whole == 0:
        return Decimal(0)
    places = PLACES
    while places and whole % 10 == 0:
        whole, places = whole // 10, places - 1
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -places))
