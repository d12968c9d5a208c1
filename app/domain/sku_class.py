"""What sort of product a SKU is: which ones money and utilisation are reckoned of (definitions: SKU class)."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.events.licensing import Purchase
from app.domain.money import Money

FREE_POOL = 10_000
"""Units of a product nobody bought, from which on it is taken for one of Microsoft's free pools."""

_OVER = frozenset({"Deleted", "LockedOut"})


class SkuClass(StrEnum):
    PAID = "PAID"
    """Bought by the seat for users: the only class with money and utilisation."""
    FREE = "FREE"
    TRIAL = "TRIAL"
    """Costs nothing yet; its price is what a conversion would expose the customer to."""
    COMPANY = "COMPANY"
    """For the tenant as a whole: nobody holds a seat."""
    DEVICE = "DEVICE"
    """For a room, a shared telephone or a computer."""
    CONSUMPTION = "CONSUMPTION"
    """Paid by use (communication credits, pay-as-you-go), not by the seat."""


def classify(
    listed: SkuClass | None,
    applies_to: str,
    enabled: int,
    purchases: Iterable[Purchase] | None,
    price: Money | None = None,
) -> SkuClass:
    """The class of one product of one tenant.

    `listed`: what the catalogue says, None: nothing. `applies_to`: Graph's word. `enabled`: units. `purchases` None:
    not read, so that nobody can say it was never bought. `price` None: unknown, which is not 0.
    """
    if applies_to == "Company":
        return SkuClass.COMPANY
    if listed is not None and listed not in (SkuClass.PAID, SkuClass.TRIAL):
        return listed
    running = None if purchases is None else [each for each in purchases if each.status not in _OVER]
    if running:
        if all(each.trial for each in running):
            return SkuClass.TRIAL
    elif listed is SkuClass.TRIAL:
        return SkuClass.TRIAL
    elif listed is None and running is not None and enabled >= FREE_POOL:
        return SkuClass.FREE
    if price is not None and price.amount == 0:
        return SkuClass.FREE
    return SkuClass.PAID
