"""What was saved in the end, as later facts show it: units no longer paid, or a purchase that a freed seat spared.

A saving counts only where somebody had decided about the finding of that seat, and each freed seat counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from app.domain.events.deciding import Cause, Decision, Tier
from app.domain.ids import SkuId, UserId
from app.domain.money import Money

REASSIGNED_WITHIN_DAYS = 30
"""A seat given to somebody else so soon after it was freed spares a purchase. Also how late "done" may be said."""


class Way(StrEnum):
    LOWERED = "LOWERED"
    """Fewer units are paid."""
    AVOIDED = "AVOIDED"
    """Somebody else got the seat, so that none had to be bought."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided about the finding of a seat on a day."""

    user: UserId
    sku: SkuId
    cause: Cause
    tier: Tier
    decision: Decision
    on: date


@dataclass(frozen=True, slots=True)
class SeatFreed:
    """A user ceased to hold a product, by the last of its paths. `monthly`: what that saves a month; None: not known.

    Of a downgrade `monthly` is the difference of prices.
    """

    user: UserId
    sku: SkuId
    on: date
    monthly: Money | None


@dataclass(frozen=True, slots=True)
class SeatGiven:
    """A user who did not hold a product began to."""

    user: UserId
    sku: SkuId
    on: date


@dataclass(frozen=True, slots=True)
class UnitsLowered:
    """So many enabled units fewer than the day before."""

    sku: SkuId
    units: int
    on: date


@dataclass(frozen=True, slots=True)
class Realised:
    """A freed seat that saved money since `on`, the day the unit went or somebody else got the seat."""

    user: UserId
    sku: SkuId
    cause: Cause
    tier: Tier
    way: Way
    on: date
    monthly: Money | None


def realised(
    decided: Iterable[Decided],
    freed: Iterable[SeatFreed],
    given: Iterable[SeatGiven],
    lowered: Iterable[UnitsLowered],
) -> tuple[Realised, ...]:
    """The savings, by the day they began, product and user. Only decisions of one day count in the order given.

    A seat counts as decided about by the last decision up to 30 days after it was freed, if that accepts the finding or
    says done; a decision stands for one freed seat. A seat its holder got back within 30 days was not freed. A seat
    given, and a unit lowered, account for one freed seat each: seats given to others within 30 days first, then units
    lowered that day or later.
    """
    decisions = _by_seat(decided)
    gifts, holders = _by_product(given), _by_seat(given)
    drops = _by_product(lowered)
    found: list[Realised] = []
    for sku, seats in _by_product(freed).items():
        waiting: list[tuple[SeatFreed, Decided]] = []
        spent: set[Decided] = set()
        for seat in seats:
            decision = _decision(seat, decisions[seat.user, sku])
            if decision in spent or any(_soon(seat, gift) for gift in holders[seat.user, sku]):
                continue
            if decision is not None:
                spent.add(decision)
                waiting.append((seat, decision))
        for gift in gifts[sku]:
            spared = (each for each in waiting if each[0].user != gift.user and _soon(each[0], gift))
            found += _settle(next(spared, None), waiting, Way.AVOIDED, gift.on)
        for drop in drops[sku]:
            for _ in range(drop.units):
                gone = (each for each in waiting if each[0].on <= drop.on)
                found += _settle(next(gone, None), waiting, Way.LOWERED, drop.on)
    return tuple(sorted(found, key=lambda each: (each.on, each.sku.int, each.user.int)))


_Seat = TypeVar("_Seat", Decided, SeatGiven)
_Of = TypeVar("_Of", SeatFreed, SeatGiven, UnitsLowered)


def _by_seat(items: Iterable[_Seat]) -> defaultdict[tuple[UserId, SkuId], list[_Seat]]:
    seats: defaultdict[tuple[UserId, SkuId], list[_Seat]] = defaultdict(list)
    for each in items:
        seats[each.user, each.sku].append(each)
    return seats


def _by_product(items: Iterable[_Of]) -> defaultdict[SkuId, list[_Of]]:
    """The items of each product, by day and user."""
    products: defaultdict[SkuId, list[_Of]] = defaultdict(list)
    for each in sorted(items, key=_when):
        products[each.sku].append(each)
    return products


def _when(each: SeatFreed | SeatGiven | UnitsLowered) -> tuple[date, int]:
    return each.on, 0 if isinstance(each, UnitsLowered) else each.user.int


def _decision(seat: SeatFreed, about: Sequence[Decided]) -> Decided | None:
    """The decision that freed the seat. Of several on one day the last that was given counts."""
    until = seat.on + timedelta(days=REASSIGNED_WITHIN_DAYS)
    last = max((each for each in reversed(about) if each.on <= until), key=lambda each: each.on, default=None)
    return None if last is None or last.decision is Decision.DECLINED else last


def _soon(seat: SeatFreed, gift: SeatGiven) -> bool:
    return seat.on <= gift.on <= seat.on + timedelta(days=REASSIGNED_WITHIN_DAYS)


def _settle(
    match: tuple[SeatFreed, Decided] | None, waiting: list[tuple[SeatFreed, Decided]], way: Way, on: date
) -> list[Realised]:
    if match is None:
        return []
    waiting.remove(match)
    seat, decision = match
    return [Realised(seat.user, seat.sku, decision.cause, decision.tier, way, on, seat.monthly)]
