"""In which order customers are told: by their name, or by one of their figures that can be compared."""

from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry

from app.domain.events.deciding import Tier
from app.domain.price_book import Total
from app.insight.portfolio import Figures


@strawberry.enum(
    description="What customers are put in order by. Shares are of the run rate and need no exchange rate between two "
    "customers. Those whose figure is not known are last either way."
)
class PortfolioOrder(Enum):
    NAME = "name"
    RUN_RATE = "run_rate"
    GUARANTEED_SHARE = "guaranteed_share"
    LIKELY_SHARE = "likely_share"
    UNASSIGNED_SHARE = "unassigned_share"
    UTILISATION_ASSIGNED = "utilisation_assigned"
    UTILISATION_ACTIVE = "utilisation_active"
    SEATS = "seats"
    PEOPLE = "people"


DOWNWARDS: Final = frozenset(PortfolioOrder) - {
    PortfolioOrder.NAME,
    PortfolioOrder.UTILISATION_ASSIGNED,
    PortfolioOrder.UTILISATION_ACTIVE,
}
"""By default: the most waste, cost and seats first, and the least use."""

_KEYS: Final[dict[PortfolioOrder, Any]] = {
    PortfolioOrder.RUN_RATE: tuple[tuple[str, Decimal] | None, str, UUID],
    PortfolioOrder.SEATS: tuple[int | None, str, UUID],
    PortfolioOrder.PEOPLE: tuple[int | None, str, UUID],
}


def key_kind(order: PortfolioOrder) -> Any:
    """What a cursor of a list in this order, which is not by name, holds: the value, the name, the tenant."""
    return _KEYS.get(order, tuple[Decimal | None, str, UUID])


def value_of(order: PortfolioOrder, figures: Figures | None) -> object:
    """The figure of an order, which is not by name. None: not known."""
    if figures is None:
        return None
    match order:
        case PortfolioOrder.RUN_RATE:
            cost = figures.run_rate.total
            return None if cost is None else (cost.currency, cost.amount)
        case PortfolioOrder.GUARANTEED_SHARE:
            return _wasted_share(figures, Tier.GUARANTEED)
        case PortfolioOrder.LIKELY_SHARE:
            return _wasted_share(figures, Tier.LIKELY)
        case PortfolioOrder.UNASSIGNED_SHARE:
            return _share(figures.unassigned, figures.run_rate)
        case PortfolioOrder.UTILISATION_ASSIGNED:
            return figures.used.assigned
        case PortfolioOrder.UTILISATION_ACTIVE:
            return figures.used.active
        case PortfolioOrder.SEATS:
            return figures.seats
        case _:
            return figures.people


def _wasted_share(figures: Figures, tier: Tier) -> Decimal | None:
    """0 where no seat is wasted, if it is known what is paid."""
    wasted = next((saving for each, _, saving in figures.waste if each is tier), None)
    if wasted is None:
        return None if figures.run_rate.total is None else Decimal(0)
    return _share(wasted, figures.run_rate)


def _share(part: Total, whole: Total) -> Decimal | None:
    """None: not known, for a rate is missing or nothing is paid."""
    if part.total is None or whole.total is None or not whole.total.amount:
        return None
    return part.total.amount / whole.total.amount
