"""Deals out what seats cost to the lines of a report."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import groupby

from app.domain.cost_report import CostLine, Costs, SkuCost
from app.domain.day_prices import DayPrices, Sums, add, times
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import SkuId
from app.domain.money import EXACT, Money
from app.domain.policy import Policy


class Rest(Enum):
    """The lines that are no group's."""

    CENTRAL = "central"
    UNALLOCATED = "unallocated"
    VARIANCE = "variance"


Key = str | Rest
Daily = Mapping[SkuId, Sequence[int]]
"""Seats of each product by day, from the first day on."""

_Month = tuple[int, int]


class CostLines:
    """What each line has come to so far. Days are counted from the first of the range."""

    def __init__(self, book: DayPrices, policy: Policy) -> None:
        self._book = book
        self._policy = policy
        self._sums: defaultdict[Key, Sums] = defaultdict(book.nothing)
        self._weights: defaultdict[tuple[SkuId, _Month], defaultdict[Key, int]] = defaultdict(lambda: defaultdict(int))
        self._months = _months(book.days)

    def add_seats(self, group: str | None, sku: SkuId, seats: int, first: int, last: int) -> None:
        """Seats held from one day to another (excluded) by people of a group; None or blank: of none."""
        key: Key = (group or "").strip() or Rest.UNALLOCATED
        self._add(key, times(self._book.one_seat(sku, first, last), seats))
        if self._policy.pool is PoolPolicy.PRO_RATA:
            for month, (begins, ends) in self._months.items():
                overlap = min(last, ends) - max(first, begins)
                if overlap > 0:
                    self._weights[sku, month][key] += seats * overlap

    def add_days(self, key: Key, sku: SkuId, daily: Sequence[int]) -> None:
        self._add(key, self._sum_of(sku, daily))

    def share_out(self, sku: SkuId, paid: Sequence[int], held: Sequence[int]) -> None:
        """The seats nobody held, by the policy; and the seats held beyond those paid. After all seats were added."""
        self.add_days(Rest.VARIANCE, sku, [min(0, bought - used) for bought, used in zip(paid, held, strict=True)])
        free = [max(0, bought - used) for bought, used in zip(paid, held, strict=True)]
        if self._policy.pool is PoolPolicy.OWNER and self._policy.pool_owner:
            self.add_days(self._policy.pool_owner, sku, free)
        elif self._policy.pool is PoolPolicy.PRO_RATA:
            for month, (begins, ends) in self._months.items():
                self._pro_rata(sku, month, [0] * begins + free[begins:ends])
        else:
            self.add_days(Rest.CENTRAL, sku, free)

    def meet(self, invoice: Money) -> None:
        """Make the whole what an invoice says, by the variance; where all prices are in its currency, there too."""
        total = self._total()
        whole = len(self._book.currencies)
        if total[whole + 1]:
            return
        gap = self._book.parts(invoice) - total[whole]
        line = self._sums[Rest.VARIANCE]
        line[whole] += gap
        if self._book.currencies == [invoice.currency]:
            line[0] += gap

    def report(self, since: date, until: date, paid: Daily, held: Daily) -> Costs:
        groups = sorted(key for key in self._sums if isinstance(key, str))
        ordered: list[Key] = [*groups, Rest.CENTRAL, Rest.UNALLOCATED, Rest.VARIANCE]
        sums = [self._sums[key] for key in ordered]
        total = self._total()
        (whole,) = self._book.totals([total])
        lines = [
            CostLine(key if isinstance(key, str) else None, line[-1], line[-2], cost)
            for key, line, cost in zip(ordered, sums, self._book.totals(sums), strict=True)
        ]
        by_sku = [self._sum_of(sku, daily) for sku, daily in paid.items()]
        return Costs(
            since=since,
            until=until,
            currency=self._book.currency,
            groups=tuple(lines[:-3]),
            central=lines[-3],
            unallocated=lines[-2],
            variance=lines[-1],
            total=CostLine(None, total[-1], total[-2], whole),
            skus=tuple(
                SkuCost(sku, line[-1], sum(held[sku]), line[-2], cost)
                for sku, line, cost in zip(paid, by_sku, self._book.totals(by_sku), strict=True)
            ),
            coverage=_share(total),
        )

    def _pro_rata(self, sku: SkuId, month: _Month, free: Sequence[int]) -> None:
        """By the seat-days of that product and month, so that the months of a year sum to the year."""
        weights = self._weights.get((sku, month))
        if not weights:
            self.add_days(Rest.CENTRAL, sku, free)
            return
        pool = self._sum_of(sku, free)
        for key, share in zip(weights, self._book.dealt_out(pool, list(weights.values())), strict=True):
            self._add(key, share)
        # The money has gone; which of those seats had no price is still to be said.
        self._add(Rest.CENTRAL, [*self._book.nothing()[:-2], *pool[-2:]])

    def _sum_of(self, sku: SkuId, daily: Sequence[int]) -> Sums:
        total, nth = self._book.nothing(), 0
        for seats, run in groupby(daily):
            length = len(list(run))
            if seats:
                total = add(total, times(self._book.one_seat(sku, nth, nth + length), seats))
            nth += length
        return total

    def _total(self) -> Sums:
        total = self._book.nothing()
        for line in self._sums.values():
            total = add(total, line)
        return total

    def _add(self, key: Key, sums: Sums) -> None:
        self._sums[key] = add(self._sums[key], sums)


def _months(days: Iterable[date]) -> dict[_Month, tuple[int, int]]:
    """The calendar months of a range, each with its first day in it and the one after its last."""
    bounds: dict[_Month, tuple[int, int]] = {}
    for nth, on in enumerate(days):
        first, _ = bounds.get((on.year, on.month), (nth, nth))
        bounds[on.year, on.month] = (first, nth + 1)
    return bounds


def _share(total: Sums) -> Decimal | None:
    seat_days, unpriced = total[-1], total[-2]
    return EXACT.divide(Decimal(seat_days - unpriced), Decimal(seat_days)) if seat_days else None
