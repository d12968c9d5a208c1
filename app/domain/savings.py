"""What freed seats are worth: now, within a year from now, at a yearly rate.

Tiers are kept apart: a saving is as sure as the finding it comes from.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.events.deciding import Tier
from app.domain.events.pricing import Term
from app.domain.money import Money, nothing

CANCEL_WITHIN_DAYS = 7
"""A new purchase can be given back within so many days (Microsoft's cancellation window)."""

_SUREST_FIRST = tuple(Tier)

_Dated = Sequence[tuple[int, date | None]]
"""So many seats, and the first day on which they need not be paid; None: not known."""


@dataclass(frozen=True, slots=True)
class FreedSeats:
    """Seats of one product that findings of a tier would free. `each`: saved a month by one; None: price unknown."""

    tier: Tier
    seats: int
    each: Money | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """How far a product can be lowered. `paid`: units; `floor`: those that stay paid whatever is freed; None: none.

    `bought`: so many seats of each purchase, and the first day on which fewer of them can be paid. `reducible_on`: that
    day of seats of no purchase. None: not known.
    """

    paid: int
    floor: int | None
    reducible_on: date | None
    bought: tuple[tuple[int, date | None], ...] = ()

    def dated(self) -> Iterator[tuple[int, date | None]]:
        """Seats above the floor and the day from which on they need not be paid, the soonest first, unknown last."""
        left = max(0, self.paid - (self.floor or 0))
        of_none = max(0, self.paid - sum(seats for seats, _ in self.bought))
        every = [*self.bought, (of_none, self.reducible_on)]
        for seats, day in sorted(every, key=lambda each: (each[1] is None, each[1] or date.max)):
            if (some := min(seats, left)) > 0:
                yield some, day
                left -= some


@dataclass(frozen=True, slots=True)
class Reclaimable:
    """What the seats freed by a tier are worth, at one price.

    `reassignable`: seats that can be given to others now. `cashable`: what those of them above the commit floor
    (`cashable_seats`) save in the twelve months from the day asked about. `run_rate`: the monthly saving times 12,
    without a look at commitments: to be labelled so wherever it is shown.
    None: a price is not known; of `cashable` also that it is not known when fewer can be paid. `undated`: cashable
    seats of which that is not known, and which `cashable` leaves out.
    """

    tier: Tier
    reassignable: int
    cashable_seats: int
    cashable: Money | None
    run_rate: Money | None
    undated: int = 0


def reducible_on(on: date, term: Term, renewal_on: date | None, bought_on: date | None = None) -> date | None:
    """The first day from `on` on which fewer units can be paid; None: not known.

    `renewal_on`: when the purchase is renewed, as Graph says. A monthly term: the first of the next month.
    """
    if bought_on is not None and bought_on <= on < bought_on + timedelta(days=CANCEL_WITHIN_DAYS):
        return on
    if term is Term.MONTHLY:
        return _first_of_next(on)
    return renewal_on if renewal_on is not None and renewal_on >= on else None


def reclaimable(freed: Iterable[FreedSeats], commitment: Commitment, on: date) -> tuple[Reclaimable, ...]:
    """Looking forward from a day, one answer for each of `freed`, the surest tier first.

    The seats above the floor are used up in that order, the soonest to be lowered first, so that no seat is cashed
    twice, and no more of a purchase than it has.
    """
    left: _Dated = tuple(commitment.dated())
    answers = []
    for each in sorted(freed, key=lambda each: _SUREST_FIRST.index(each.tier)):
        taken, left = _split(left, each.seats)
        seats = sum(count for count, _ in taken)
        answers.append(
            Reclaimable(
                tier=each.tier,
                reassignable=each.seats,
                cashable_seats=seats,
                cashable=_cashable(taken, each.each, on),
                run_rate=None if each.each is None else each.each.times(each.seats * 12),
                undated=sum(count for count, day in taken if day is None),
            )
        )
    return tuple(answers)


def year_later(on: date) -> date:
    """The same day a year on; of 29 February the 28th."""
    year = on.year + 1
    return date(year, on.month, min(on.day, monthrange(year, on.month)[1]))


def _split(dated: _Dated, seats: int) -> tuple[_Dated, _Dated]:
    """The first so many seats, and the others."""
    taken, left = [], []
    for count, day in dated:
        some = min(count, seats)
        seats -= some
        taken.append((some, day))
        left.append((count - some, day))
    return [each for each in taken if each[0]], [each for each in left if each[0]]


def _cashable(taken: _Dated, each: Money | None, on: date) -> Money | None:
    known = [(seats, day) for seats, day in taken if day is not None]
    if each is None or (taken and not known):
        return None
    total = nothing(each.currency)
    for seats, day in known:
        total += _saved(seats, each, day, on)
    return total


def _saved(seats: int, each: Money, since: date, on: date) -> Money:
    total, day, until = nothing(each.currency), max(since, on), year_later(on)
    while day < until:
        following = min(_first_of_next(day), until)
        total += each.times(seats * (following - day).days).per(monthrange(day.year, day.month)[1])
        day = following
    return total


def _first_of_next(on: date) -> date:
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)
