"""Who pays for a customer's seats: each day's cost to the group that held it, the seats nobody held by the policy.

Pure. A day counts as it stood at its end: a seat's first day is paid, its last is not (definitions: cost allocation).
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate

from app.domain.cost_lines import CostLines
from app.domain.cost_report import Costs
from app.domain.day_prices import DayPrices
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, RateBook


@dataclass(frozen=True, slots=True)
class SeatsHeld:
    """So many seats of a product were held by people of a group at the end of each day of [since, until).

    `group` None or blank: the directory does not say which.
    """

    sku: SkuId
    group: str | None
    since: date
    until: date
    seats: int


@dataclass(frozen=True, slots=True)
class UnitsBought:
    """A product's units at the end of each day of [since, until). None: not read yet, so what was paid is not known."""

    sku: SkuId
    since: date
    until: date
    enabled: int | None
    warning: int | None

    def paid(self, policy: Policy) -> int | None:
        """Units that cost money: the enabled, and those in grace where the customer says it is billed."""
        if self.enabled is None or (policy.grace_billed and self.warning is None):
            return None
        return self.enabled + ((self.warning or 0) if policy.grace_billed else 0)


def costs(
    since: date,
    until: date,
    seats: Iterable[SeatsHeld],
    units: Iterable[UnitsBought],
    prices: PriceBook,
    rates: RateBook,
    policy: Policy,
    *,
    skus: AbstractSet[SkuId],
    by_sku: bool = False,
    invoice: Money | None = None,
) -> Costs:
    """The cost of products `skus` (those of class PAID) in [since, until), everything else left out.

    `by_sku`: each product is a group of its own, named by its id, and pays for its seats nobody held. `invoice`: what
    was really billed for all of it; then everything is told in its currency. It counts where no rate is missing.
    """
    days = (until - since).days
    placed = [
        (each, max(0, (each.since - since).days), min(days, (each.until - since).days))
        for each in seats
        if each.sku in skus and each.since < until and each.until > since
    ]
    held = {sku: [0] * days for sku in skus} | seats_by_day(placed, days)
    bought = paid_by_day(units, policy, since, days, skus)
    unread = {sku: frozenset(nth for nth, count in enumerate(daily) if count is None) for sku, daily in bought.items()}
    paid = {
        sku: [held[sku][nth] if count is None else count for nth, count in enumerate(daily)]
        for sku, daily in sorted(bought.items())
        if any(daily) or any(held[sku])
    }
    currency = policy.currency if invoice is None else invoice.currency
    lines = CostLines(DayPrices(since, until, paid, prices, rates, currency, unread), policy)
    if by_sku:
        for sku, daily in paid.items():
            lines.add_days(str(sku), sku, daily)
    else:
        for each, first, last in placed:
            lines.add_seats(each.group, each.sku, each.seats, first, last)
        for sku, daily in paid.items():
            lines.share_out(sku, daily, held[sku])
    if invoice is not None:
        lines.meet(invoice)
    gross = tuple(
        sku
        for sku, daily in paid.items()
        if _tax_included(prices, sku, since, until, daily, unread.get(sku, frozenset()))
    )
    return replace(lines.report(since, until, paid, held), tax_included=gross)


def _tax_included(
    prices: PriceBook, sku: SkuId, since: date, until: date, daily: Sequence[int], unread: AbstractSet[int]
) -> bool:
    return any(
        price is not None
        and price.tax_included
        and any(daily[nth] and nth not in unread for nth in range((begin - since).days, (end - since).days))
        for begin, end, price in prices.spans(sku, since, until)
    )


def seats_by_day(placed: Iterable[tuple[SeatsHeld, int, int]], days: int) -> dict[SkuId, list[int]]:
    """Seats of each product on each day, of stretches with their first day and the one after their last."""
    steps: dict[SkuId, list[int]] = {}
    for each, first, last in placed:
        of_sku = steps.setdefault(each.sku, [0] * (days + 1))
        of_sku[first] += each.seats
        of_sku[last] -= each.seats
    return {sku: list(accumulate(of_sku))[:days] for sku, of_sku in steps.items()}


def paid_by_day(
    units: Iterable[UnitsBought], policy: Policy, since: date, days: int, skus: Iterable[SkuId]
) -> Mapping[SkuId, list[int | None]]:
    """Paid units of each product on each day: 0 where it was not bought, None where they were not read.

    `units` of all products listed: they are read together, so on a day on which none is listed none was read.
    """
    bought: dict[SkuId, list[int | None]] = {sku: [0] * days for sku in skus}
    read = [False] * days
    for each in units:
        first, last = max(0, (each.since - since).days), min(days, (each.until - since).days)
        for nth in range(first, last):
            read[nth] = True
            if each.sku in bought:
                bought[each.sku][nth] = each.paid(policy)
    return {
        sku: [count if was_read else None for count, was_read in zip(daily, read, strict=True)]
        for sku, daily in bought.items()
    }
