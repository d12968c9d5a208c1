"""What the simulated company's licences cost, counted day by day by the definitions alone: nothing of SUA's rules."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.ops.demo.truth import NOT_PEOPLE, Seat, held, present

DISABLED_DAYS = 14

Truth = Mapping[str, Any]
Prices = Mapping[UUID, Decimal]


def cost_by_department(evenings: Mapping[date, Truth], prices: Prices) -> dict[str | None, Decimal]:
    """Each seat's day to the department its holder has that evening; a day costs its share of the month."""
    costs: dict[str | None, Decimal] = defaultdict(Decimal)
    for on, truth in evenings.items():
        departments = {UUID(user["id"]): user["department"] for user in truth["users"]}
        for user, sku in held(truth):
            if sku in prices:
                costs[departments[user] or None] += prices[sku] / monthrange(on.year, on.month)[1]
    return costs


def total_cost(evenings: Mapping[date, Truth], prices: Prices) -> Decimal:
    """All units bought, held by somebody or not."""
    total = Decimal(0)
    for on, truth in evenings.items():
        for sku in truth["skus"]:
            price = prices.get(UUID(sku["skuId"]))
            if price is not None:
                total += price * sku["enabled"] / monthrange(on.year, on.month)[1]
    return total


def disabled(evenings: Sequence[Truth], prices: Prices) -> set[Seat]:
    """Priced seats of people who are disabled, and were on each of the evenings before."""
    always = [{user["id"] for user in present(truth) if not user["accountEnabled"]} for truth in evenings]
    people = {user["id"] for user in present(evenings[-1]) if user["kind"] not in NOT_PEOPLE}
    gone = {UUID(user) for user in people.intersection(*always)}
    return {(user, sku) for user, sku in priced(held(evenings[-1]), prices) if user in gone}


def without_trials(prices: Prices, truth: Truth) -> Prices:
    """Prices of what is paid for: a trial costs nothing yet."""
    trials = {UUID(sku["skuId"]) for sku in truth["skus"] if sku["trial"]}
    return {sku: price for sku, price in prices.items() if sku not in trials}


def priced(seats: Iterable[Seat], prices: Prices) -> set[Seat]:
    return {seat for seat in seats if seat[1] in prices}
