"""Money spent on seats that serve nobody, summed over days (definitions: wasted spend). Pure.

A day counts as it stood at its end, as costs do; on no day is more of a product wasted than was paid for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from app.domain.day_prices import DayPrices, Sums, add, times
from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, RateBook
from app.domain.waste_caps import Daily, Part, capped
from app.domain.waste_report import Place, SkuWaste, Wasted, WastedSpend, WasteGroup, WasteShare


def wasted_spend(
    since: date,
    until: date,
    seats: Mapping[Part, Daily],
    unassigned: Mapping[SkuId, Daily],
    paid: Mapping[SkuId, Sequence[int | None]],
    prices: PriceBook,
    rates: RateBook,
    policy: Policy,
) -> WastedSpend:
    """The wasted spend of [since, until). Counts are of each day, from the first on.

    `seats` with a finding that is waste, or a DOWNGRADE; `unassigned`: units nobody held, beyond the buffer. `paid`:
    units of the products money is reckoned of, anything else is left out; None: not read, so that day has no price.
    Of seats beyond those paid the unassigned go first, then the least certain findings.
    """
    skus = sorted(paid)
    kept, left = capped(seats, unassigned, paid)
    unread = {sku: frozenset(nth for nth, count in enumerate(paid[sku]) if count is None) for sku in skus}
    better = {part.better for part in kept if part.better is not None} - paid.keys()
    sums = _Sums(DayPrices(since, until, [*skus, *sorted(better)], prices, rates, policy.currency), unread)
    for part, daily in kept.items():
        if part.better is None:
            sums.add_seats(part, daily)
        else:
            sums.add_downgrades(part.sku, part.better, daily)
    for sku, daily in left.items():
        sums.add_unassigned(sku, daily)
    return sums.told(since, until)


class _Sums:
    """What has come together so far, by everything waste is told by."""

    def __init__(self, book: DayPrices, unread: Mapping[SkuId, frozenset[int]]) -> None:
        self._book = book
        self._unread = unread
        self._known: dict[tuple[SkuId, tuple[int, ...]], Sums] = {}
        self._seats: defaultdict[SkuId, Sums] = defaultdict(book.nothing)
        self._unassigned: defaultdict[SkuId, Sums] = defaultdict(book.nothing)
        self._shares: defaultdict[tuple[Cause, Tier], Sums] = defaultdict(book.nothing)
        self._groups: list[defaultdict[str, Sums]] = [defaultdict(book.nothing) for _ in Place._fields]
        self._downgrades = book.nothing()

    def add_seats(self, part: Part, daily: Daily) -> None:
        sums, share = self._cost(part.sku, daily), (part.cause, part.tier)
        self._seats[part.sku] = add(self._seats[part.sku], sums)
        self._shares[share] = add(self._shares[share], sums)
        for by, value in zip(self._groups, part.place, strict=True):
            name = (value or "").strip()
            by[name] = add(by[name], sums)

    def add_unassigned(self, sku: SkuId, daily: Daily) -> None:
        self._unassigned[sku] = add(self._unassigned[sku], self._cost(sku, daily))

    def add_downgrades(self, sku: SkuId, better: SkuId, daily: Daily) -> None:
        """The difference of the two prices, which have one currency: where one has no rate, neither has."""
        known = [0 if nth in self._unread[sku] else count for nth, count in enumerate(daily)]
        cheaper = self._priced(better, known)
        cheaper[-3:] = (0, 0, 0)
        self._downgrades = add(add(self._downgrades, self._cost(sku, daily)), times(cheaper, -1))

    def _cost(self, sku: SkuId, daily: Daily) -> Sums:
        """What so many seats cost: of many parts the same number on each day."""
        key = (sku, tuple(daily))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._reckoned(sku, daily)
        return found

    def _reckoned(self, sku: SkuId, daily: Daily) -> Sums:
        """A day whose units were not read has no price."""
        unread = self._unread[sku]
        if not unread:
            return self._priced(sku, daily)
        total = self._priced(sku, [0 if nth in unread else count for nth, count in enumerate(daily)])
        unpriced = sum(daily[nth] for nth in unread)
        total[-2:] = (total[-2] + unpriced, total[-1] + unpriced)
        return total

    def _priced(self, sku: SkuId, daily: Daily) -> Sums:
        total, nth = self._book.nothing(), 0
        for count, run in groupby(daily):
            length = len(list(run))
            if count:
                total = add(total, times(self._book.one_seat(sku, nth, nth + length), count))
            nth += length
        return total

    def told(self, since: date, until: date) -> WastedSpend:
        shares = sorted(self._shares, key=lambda share: (_CAUSES[share[0]], _TIERS[share[1]]))
        of_shares = self._all([self._shares[share] for share in shares])
        skus = sorted(self._seats.keys() | self._unassigned.keys())
        of_skus = zip(
            skus,
            self._all([self._seats[sku] for sku in skus]),
            self._all([self._unassigned[sku] for sku in skus]),
            strict=True,
        )
        return WastedSpend(
            since=since,
            until=until,
            currency=self._book.currency,
            seats=self._one(self._seats.values()),
            unassigned=self._one(self._unassigned.values()),
            shares=tuple(WasteShare(*share, wasted) for share, wasted in zip(shares, of_shares, strict=True)),
            skus=tuple(SkuWaste(sku, seats, unassigned) for sku, seats, unassigned in of_skus),
            groups={by: self._named(named) for by, named in zip(Place._fields, self._groups, strict=True)},
            downgrades=self._one([self._downgrades]),
        )

    def _named(self, named: Mapping[str, Sums]) -> tuple[WasteGroup, ...]:
        """By name, the one of people without a group last."""
        names = sorted(named, key=lambda name: (not name, name))
        wasted = self._all([named[name] for name in names])
        return tuple(WasteGroup(name or None, each) for name, each in zip(names, wasted, strict=True))

    def _one(self, lines: Iterable[Sums]) -> Wasted:
        total = self._book.nothing()
        for line in lines:
            total = add(total, line)
        return self._all([total])[0]

    def _all(self, lines: Sequence[Sums]) -> list[Wasted]:
        costs = self._book.totals(lines)
        return [Wasted(line[-1], line[-2], cost) for line, cost in zip(lines, costs, strict=True)]


_CAUSES = {cause: nth for nth, cause in enumerate(Cause)}
_TIERS = {tier: nth for nth, tier in enumerate(Tier)}
