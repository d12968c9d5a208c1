"""Money spent on seats that serve nobody, summed over days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.day_prices import DayPrices, Sums, add, times
from app.domain.ids import SkuId
from app.domain.money import EXACT
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, RateBook, Total


@dataclass(frozen=True, slots=True)
class WasteOn:
    """One product on one day. `paid` units; None: not read, so nothing of that day has a price.

    `seats` with one of the causes that are waste; `unassigned`: seats nobody held, beyond the buffer.
    """

    sku: SkuId
    on: date
    paid: int | None
    seats: int
    unassigned: int


@dataclass(frozen=True, slots=True)
class Waste:
    """`seats` and `unassigned` sum to `wasted`, which is at most `spend`. None: nothing of it has a price.

    `sku` None: of all products. `unpriced`: wasted seat-days without a price, which the amounts leave out; `coverage`:
    share (0 to 1) of the wasted seat-days that have one; None: nothing was wasted.
    """

    sku: SkuId | None
    seats: Total | None
    unassigned: Total | None
    wasted: Total | None
    spend: Total | None
    seat_days: int
    unpriced: int
    coverage: Decimal | None


def waste_of_days(
    days: Iterable[WasteOn], prices: PriceBook, rates: RateBook, policy: Policy
) -> tuple[Waste, tuple[Waste, ...]]:
    """The waste of all products together, and of each, by SKU id. At most one WasteOn for a product and day.

    On no day is more of a product wasted than was paid for: of seats beyond that, those nobody held go first.
    """
    given = list(days)
    since = min((each.on for each in given), default=date.min)
    until = max((each.on for each in given), default=since) + timedelta(days=1)
    unread: defaultdict[SkuId, set[int]] = defaultdict(set)
    for each in given:
        if each.paid is None:
            unread[each.sku].add((each.on - since).days)
    skus = sorted({each.sku for each in given})
    frozen = {sku: frozenset(of_sku) for sku, of_sku in unread.items()}
    book = DayPrices(since, until, skus, prices, rates, policy.currency, frozen)
    sums = {sku: [book.nothing() for _ in range(3)] for sku in skus}
    for each in given:
        nth = (each.on - since).days
        one = book.one_seat(each.sku, nth, nth + 1)
        seats, unassigned = _capped(each)
        paid = seats + unassigned if each.paid is None else each.paid
        for part, count in enumerate((seats, unassigned, paid)):
            sums[each.sku][part] = add(sums[each.sku][part], times(one, count))
    whole = [book.nothing() for _ in range(3)]
    for of_sku in sums.values():
        whole = [add(one, other) for one, other in zip(whole, of_sku, strict=True)]
    return _told(book, None, whole), tuple(_told(book, sku, of_sku) for sku, of_sku in sums.items())


def _capped(each: WasteOn) -> tuple[int, int]:
    if each.paid is None:
        return each.seats, each.unassigned
    seats = min(each.seats, each.paid)
    return seats, min(each.unassigned, each.paid - seats)


def _told(book: DayPrices, sku: SkuId | None, sums: Sequence[Sums]) -> Waste:
    seats, unassigned, spend = sums
    wasted = add(seats, unassigned)
    of_seats, of_unassigned = book.totals([seats, unassigned])
    (of_both,), (of_all,) = book.totals([wasted]), book.totals([spend])
    seat_days, unpriced = wasted[-1], wasted[-2]
    coverage = EXACT.divide(Decimal(seat_days - unpriced), Decimal(seat_days)) if seat_days else None
    return Waste(sku, of_seats, of_unassigned, of_both, of_all, seat_days, unpriced, coverage)
