"""Wasted spend of some days, whole and in parts that sum to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.domain.cost_report import parts_of, shown_parts
from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId
from app.domain.money import EXACT
from app.domain.price_book import Total, added


class Place(NamedTuple):
    """Where the directory says somebody belongs: what waste and costs are grouped by."""

    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Wasted:
    """So many seat-days and what they cost. `unpriced`: those without a price, which `cost` leaves out.

    `cost` None: none of them has a price, which is not 0.
    """

    seat_days: int
    unpriced: int
    cost: Total | None

    @property
    def coverage(self) -> Decimal | None:
        """Share (0 to 1) of the seat-days that have a price; None: nothing was wasted."""
        if not self.seat_days:
            return None
        return EXACT.divide(Decimal(self.seat_days - self.unpriced), Decimal(self.seat_days))


@dataclass(frozen=True, slots=True)
class WasteShare:
    """Seats with findings of one cause and tier."""

    cause: Cause
    tier: Tier
    wasted: Wasted


@dataclass(frozen=True, slots=True)
class SkuWaste:
    """Of one product: seats with findings, and units nobody held beyond the buffer."""

    sku: SkuId
    seats: Wasted
    unassigned: Wasted

    @property
    def whole(self) -> Wasted:
        return together([self.seats, self.unassigned])


@dataclass(frozen=True, slots=True)
class WasteGroup:
    """Seats whose holders belonged to a group on each day. `group` None: the directory did not say to which."""

    group: str | None
    wasted: Wasted


@dataclass(frozen=True, slots=True)
class WastedSpend:
    """What seats that served nobody cost on the days of [since, until).

    `seats` with findings and `unassigned` units sum to the `whole`; `shares` sum to `seats`, as do the `groups` of
    each way of grouping (the fields of Place); those of `skus` sum to both: exactly, in each currency. `downgrades`:
    the difference of prices where a cheaper product would have done; it is no part of the whole.
    """

    since: date
    until: date
    currency: str
    seats: Wasted
    unassigned: Wasted
    shares: tuple[WasteShare, ...]
    skus: tuple[SkuWaste, ...]
    groups: Mapping[str, tuple[WasteGroup, ...]]
    downgrades: Wasted

    @property
    def whole(self) -> Wasted:
        return together([self.seats, self.unassigned])

    def by_cause(self) -> dict[Cause, Wasted]:
        """In the order of the causes, those that were found."""
        found = {share.cause for share in self.shares}
        return {
            cause: together(share.wasted for share in self.shares if share.cause is cause)
            for cause in Cause
            if cause in found
        }

    def by_tier(self) -> dict[Tier, Wasted]:
        """The surest first, those that were found."""
        found = {share.tier for share in self.shares}
        return {
            tier: together(share.wasted for share in self.shares if share.tier is tier)
            for tier in Tier
            if tier in found
        }


def together(parts: Iterable[Wasted]) -> Wasted:
    """The sum of one part or more."""
    some = list(parts)
    counted = [each for each in some if each.seat_days] or some
    return Wasted(
        sum(each.seat_days for each in some),
        sum(each.unpriced for each in some),
        added(each.cost for each in counted),
    )


def shown(spend: WastedSpend) -> WastedSpend:
    """The same with every amount as people see it: rounded, and all parts still sum to their whole."""
    by_cause = spend.by_cause()
    *wholes, unassigned = shown_parts([*(each.cost for each in by_cause.values()), spend.unassigned.cost])
    shares: list[WasteShare] = []
    for cause, whole in zip(by_cause, wholes, strict=True):
        some = [share for share in spend.shares if share.cause is cause]
        told = _told([share.wasted for share in some], whole)
        shares += [replace(share, wasted=wasted) for share, wasted in zip(some, told, strict=True)]
    seats = together(share.wasted for share in shares) if shares else spend.seats
    left = replace(spend.unassigned, cost=unassigned)
    of_seats = _told([each.seats for each in spend.skus], seats.cost)
    of_left = _told([each.unassigned for each in spend.skus], left.cost)
    skus = zip(spend.skus, of_seats, of_left, strict=True)
    return replace(
        spend,
        seats=seats,
        unassigned=left,
        shares=tuple(shares),
        skus=tuple(replace(each, seats=held, unassigned=free) for each, held, free in skus),
        groups={
            by: tuple(
                replace(group, wasted=wasted)
                for group, wasted in zip(groups, _told([each.wasted for each in groups], seats.cost), strict=True)
            )
            for by, groups in spend.groups.items()
        },
        downgrades=replace(spend.downgrades, cost=shown_parts([spend.downgrades.cost])[0]),
    )


def _told(parts: Sequence[Wasted], whole: Total | None) -> list[Wasted]:
    costs = parts_of(whole, [each.cost for each in parts])
    return [replace(each, cost=_as_before(each.cost, cost)) for each, cost in zip(parts, costs, strict=True)]


def _as_before(before: Total | None, cost: Total | None) -> Total | None:
    """Without the currencies that are in other parts only."""
    if before is None or cost is None:
        return cost
    codes = {money.currency for money in before.by_currency}
    return replace(cost, by_currency=tuple(money for money in cost.by_currency if money.currency in codes))
