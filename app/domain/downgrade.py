"""The cheaper product a seat could be exchanged for, by what of it is used (definitions: downgrade candidate)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.domain.ids import PlanId, SkuId
from app.domain.licensing import PHONE_RESOURCE_SKUS, ROOM_SKUS
from app.domain.market import Market
from app.domain.money import Money
from app.domain.sku_class import SkuClass
from app.domain.standing import HeldSeat

NOT_FOR_PEOPLE = ROOM_SKUS | PHONE_RESOURCE_SKUS


@dataclass(frozen=True, slots=True)
class Cheaper:
    """What to hold instead, and what that saves a month.

    `clear`: what it lacks is Teams Phone, a calling plan, Audio Conferencing, Copilot or Office to install.
    `unobservable`: it lacks plans whose use cannot be observed and which the customer says are not needed.
    `fewer_minutes`: it is another calling plan.
    """

    sku: SkuId
    saving: Money
    clear: bool
    unobservable: bool = False
    fewer_minutes: bool = False


def cheaper(seat: HeldSeat, market: Market) -> Cheaper | None:
    """The cheapest product that covers what this seat needs; None: no product that is known to be cheaper does."""
    price = market.prices.get(seat.sku)
    plans = market.knowledge.billable(market.held_plans(seat))
    if price is None or not plans:
        return None
    by_use, by_minutes = _by_use(seat, plans, price, market), _by_minutes(seat, plans, price, market)
    if by_use is None or by_minutes is None:
        return by_use or by_minutes
    return by_minutes if by_use.saving < by_minutes.saving else by_use


def _by_use(seat: HeldSeat, plans: frozenset[PlanId], price: Money, market: Market) -> Cheaper | None:
    """By what shows in use, what the customer wants kept, and whatever might be used without anybody seeing it."""
    knowledge, observed, policy = market.knowledge, market.ground.observed, market.ground.policy
    unused = knowledge.seen_by(seat.silent & observed)
    unneeded = frozenset(policy.unneeded_plans) - knowledge.seen_by(observed)
    needed = (plans - unused - unneeded) | (knowledge.reach(plans) & frozenset(policy.needed_plans))
    if not needed:  # any product would do, and that is no proposal
        return None
    found = _cheapest(price, market, lambda other: needed <= knowledge.reach(other))
    if found is None:
        return None
    lost = plans - knowledge.reach(market.plans_of(found))
    clear = lost <= knowledge.add_ons | knowledge.desktop_apps
    return Cheaper(found, price - market.prices[found], clear, unobservable=not lost <= unused)


def _by_minutes(seat: HeldSeat, plans: frozenset[PlanId], price: Money, market: Market) -> Cheaper | None:
    """By the minutes called out: another calling plan that includes as many."""
    knowledge, minutes = market.knowledge, seat.minutes
    if minutes is None or not plans <= knowledge.calling:
        return None

    def enough(other: frozenset[PlanId]) -> bool:
        counted = knowledge.billable(other)
        included = [knowledge.minutes[plan] for plan in counted if plan in knowledge.minutes]
        return counted <= knowledge.calling and any(
            minutes <= (each.abroad if seat.abroad else each.at_home) for each in included
        )

    found = _cheapest(price, market, enough)
    return None if found is None else Cheaper(found, price - market.prices[found], clear=False, fewer_minutes=True)


def _cheapest(below: Money, market: Market, suits: Callable[[frozenset[PlanId]], bool]) -> SkuId | None:
    """The cheapest product for people that is bought by the seat and suits; of equally cheap ones the lowest id."""
    found: tuple[Decimal, int, SkuId] | None = None
    for sku, price in market.prices.items():
        if price.amount >= below.amount or (found and price.amount > found[0]) or price.currency != below.currency:
            continue
        if not suits(market.plans_of(sku)) or sku in NOT_FOR_PEOPLE or market.class_of(sku) is not SkuClass.PAID:
            continue
        if found is None or (price.amount, sku.int) < found[:2]:
            found = (price.amount, sku.int, sku)
    return found and found[2]
