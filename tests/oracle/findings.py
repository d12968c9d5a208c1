"""Why a seat costs money for nothing, by the definitions alone: every rule tried in their order, by brute force.

Where the definitions leave a choice, several answers are right; `judged` gives all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from uuid import UUID

from tests.oracle.model import Person, Tenant
from tests.oracle.prices import month_price
from tests.oracle.products import ADD_ONS, CLEARLY_SEEN, SEEN_BY, billable, closed
from tests.oracle.standing import (
    Seat,
    disabled_days,
    exempt,
    human,
    in_grace,
    last_day,
    provable_never,
    seats_on,
    silent,
    sources_on,
)

_ROOMS = ("ROOM", "PHONE_RESOURCE")
INACTIVE = ("DISABLED", "NEVER_USED", "IDLE")
"""Causes of seats that are held and not active."""
WASTED = ("DISABLED", "NEVER_USED", "IDLE", "OVERLAP", "SKU_IDLE")


@dataclass(frozen=True, slots=True)
class Answer:
    """`cause` None: no finding; under UNVERIFIABLE it is open. `monthly`: the saving; None: its price is not known."""

    cause: str | None
    tier: str | None = None
    monthly: Decimal | None = None

    def agrees(self, other: Answer) -> bool:
        """The same, with savings equal to twenty places."""
        if self.monthly is None or other.monthly is None:
            return self == other
        same = (self.cause, self.tier) == (other.cause, other.tier)
        return same and abs(self.monthly - other.monthly) < Decimal("1E-20")


NOTHING = Answer(None)
UNVERIFIABLE = Answer(None, "UNVERIFIABLE")


@dataclass(frozen=True, slots=True)
class _View:
    """A person on a day, as the rules look at them."""

    tenant: Tenant
    person: Person
    on: date
    observed: frozenset[str]
    seats: Sequence[Seat]
    off: int | None

    @property
    def observable(self) -> bool:
        """At least one source of activity of any sort was collected and usable; calls alone are none."""
        return bool(self.observed & {"access", "human"})

    def idle(self, seat: Seat) -> bool:
        return silent(last_day(self.tenant, self.person, self.on), self.on, self._days(seat))

    def quiet(self, seat: Seat, sources: frozenset[str]) -> bool:
        """None of these sources showed anything in the product's idle days."""
        return silent(last_day(self.tenant, self.person, self.on, sources), self.on, self._days(seat))

    def price(self, sku: UUID) -> Decimal | None:
        return month_price(self.tenant, sku, self.on)

    def paid(self, seat: Seat) -> bool:
        return not self.tenant.product(seat.sku).free

    def _days(self, seat: Seat) -> int:
        return self.tenant.rules.idle_days_of(seat.sku)


def findings_on(tenant: Tenant, on: date) -> dict[tuple[UUID, UUID], frozenset[Answer]]:
    """The right answers for every seat, by person and product."""
    observed = sources_on(tenant, on)
    return {
        (person.id, sku): answers
        for person in tenant.people
        for sku, answers in judged(tenant, person, on, observed).items()
    }


def judged(tenant: Tenant, person: Person, on: date, observed: frozenset[str]) -> dict[UUID, frozenset[Answer]]:
    """The right answers for each seat of a person, by product."""
    seats = seats_on(tenant, person, on)
    view = _View(tenant, person, on, observed, seats, disabled_days(tenant, person, on))
    first = {seat.sku: _of_the_account(view, seat) for seat in seats}
    covers = _retained(
        view,
        [seat for seat in seats if not first[seat.sku]],
        [seat for seat in seats if NOTHING in first[seat.sku]],
    )
    return {
        seat.sku: frozenset(first[seat.sku] or [each for kept in covers for each in _of_the_product(view, seat, kept)])
        for seat in seats
    }


def _of_the_account(view: _View, seat: Seat) -> tuple[Answer, ...]:
    """Causes that lie with whoever holds it, and reasons to leave it alone; none: the product decides."""
    tenant, person = view.tenant, view.person
    if not view.paid(seat) or exempt(tenant, person, seat.sku, view.on):
        return (NOTHING,)
    price = view.price(seat.sku)
    if person.kind == "GUEST":
        return (Answer("GUEST_LICENSED", "REVIEW", price),)
    if person.kind in _ROOMS:
        return _of_a_room(view, seat)
    if view.off is not None and view.off >= tenant.rules.disabled_days:
        return (Answer("DISABLED", _tier(view, "GUARANTEED"), price),)
    if view.off is not None or in_grace(tenant, person, seat, view.on) or not view.observable:
        return ()
    attempted = not view.quiet(seat, frozenset({"attempt"}))
    strong = _tier(view, "REVIEW" if attempted else "LIKELY")
    if last_day(tenant, person, view.on) is None:
        if not provable_never(tenant, person, view.on):
            return ()
        # Without sign-in times it rests on reports alone: how strong an observation that is, is not said.
        tiers = {strong} if "access" in view.observed else {strong, "REVIEW"}
        return tuple(Answer("NEVER_USED", tier, price) for tier in sorted(tiers))
    if view.idle(seat):
        return (Answer("IDLE", strong, price),)
    if "human" in view.observed and view.quiet(seat, human(person)):
        return (Answer("IDLE", "REVIEW", price),)
    return ()


def _of_a_room(view: _View, seat: Seat) -> tuple[Answer, ...]:
    """Judged by its own workload, never by sign-in; which products of a room have one, is not said."""
    silent = all(_seen_silent(view, seat, plan) for plan in billable(seat.plans))
    if silent and not in_grace(view.tenant, view.person, seat, view.on):
        return (Answer("SKU_IDLE", "REVIEW", view.price(seat.sku)), NOTHING)
    return (NOTHING,)


def _of_the_product(view: _View, seat: Seat, kept: frozenset[UUID]) -> tuple[Answer, ...]:
    """Causes that lie with what is held beside it, or with what of it is used."""
    price = view.price(seat.sku)
    if seat.sku not in kept:
        return (Answer("OVERLAP", _tier(view, "GUARANTEED"), price),)
    if view.off is not None or in_grace(view.tenant, view.person, seat, view.on):
        return (NOTHING,)
    if view.idle(seat):
        return (UNVERIFIABLE,)
    own = billable(seat.plans)
    if own and all(_seen_silent(view, seat, plan) for plan in own):
        unused = Answer("SKU_IDLE", _tier(view, "LIKELY"), price)
        # Of other products than those the definitions name, they do not say what their own workload is.
        return (unused,) if own <= ADD_ONS else (unused, _downgrade(view, seat))
    return (_downgrade(view, seat),)


def _tier(view: _View, tier: str) -> str:
    """Whose kind is not certain is for a person to look at."""
    return tier if view.person.sure and view.person.kind == "PERSON" else "REVIEW"


def _seen_silent(view: _View, seat: Seat, plan: str) -> bool:
    sources = SEEN_BY.get(plan, frozenset())
    return bool(sources) and sources <= view.observed and view.quiet(seat, sources)


def _in_use(view: _View, seat: Seat, plan: str) -> bool:
    """Seen in use within the idle days, or nothing would show it (then only the customer can say it is not)."""
    sources = SEEN_BY.get(plan, frozenset())
    if not sources or not sources <= view.observed:
        return plan not in view.tenant.rules.unneeded
    return not view.quiet(seat, sources)


def _retained(view: _View, seats: Sequence[Seat], staying: Sequence[Seat]) -> list[frozenset[UUID]]:
    """The cheapest sets of seats that cover all these cover, each as products; several where they cost the same.

    `staying`: others nobody will take away, which therefore cover, too. Where a price is missing none is the cheapest,
    and any set nothing can be left out of will do.
    """
    judged = [seat for seat in seats if billable(seat.plans)]
    rest = frozenset(seat.sku for seat in seats if not billable(seat.plans))
    everything = _plans(judged)
    covering = [some for some in _subsets(judged) if everything <= _plans([*some, *staying])]
    minimal = [some for some in covering if not any(set(other) < set(some) for other in covering)]
    costs = {some: [view.price(seat.sku) for seat in some] for some in minimal}
    if all(view.price(seat.sku) is not None for seat in judged):
        cheapest = min(sum(filter(None, costs[some]), Decimal(0)) for some in minimal)
        minimal = [some for some in minimal if sum(filter(None, costs[some]), Decimal(0)) == cheapest]
    return [frozenset(seat.sku for seat in some) | rest for some in minimal]


def _plans(seats: Sequence[Seat]) -> frozenset[str]:
    return billable(closed(plan for seat in seats for plan in seat.plans))


def _subsets(seats: Sequence[Seat]) -> Iterator[tuple[Seat, ...]]:
    for size in range(len(seats) + 1):
        yield from combinations(seats, size)


def _downgrade(view: _View, seat: Seat) -> Answer:
    """The cheapest other product for users that covers what is in use and what the customer wants kept."""
    price, rules = view.price(seat.sku), view.tenant.rules
    plans = billable(seat.plans)
    needed = frozenset(plan for plan in plans if _in_use(view, seat, plan)) | (closed(plans) & rules.needed)
    others = [
        (cost, other)
        for other in view.tenant.products
        if other.id != seat.sku and not other.free and (cost := view.price(other.id)) is not None
        if price is not None and cost < price and needed <= closed(other.plans)
    ]
    if price is None or not needed or not others:
        return NOTHING
    cost, other = min(others, key=lambda each: each[0])
    clear = plans - closed(other.plans) <= CLEARLY_SEEN
    return Answer("DOWNGRADE", _tier(view, "LIKELY" if clear else "REVIEW"), price - cost)
