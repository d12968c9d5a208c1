"""The purchases behind a product: who was billed for how many units, since when and until when.

Follows "companySubscription resource type". The units of all orders of a product add up to its prepaid units; what
has run out (warning, suspended, lockedOut) stands in orders of its own. An order that is renewed moves on by its term.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from app.simulator.company import Purchase, Units
from app.simulator.products import COPILOT, FREE, PRODUCTS

TERMS = (timedelta(days=365), timedelta(days=365), timedelta(days=30))
GRACE = timedelta(days=30)
SPLIT_SHARE = 0.35
UNDATED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase as of an instant. `next_at`: when it ends or renews (None: it never does, or nobody knows)."""

    id: str
    commerce_id: str
    status: str
    units: int
    created_at: datetime
    next_at: datetime | None
    trial: bool = False
    by_partner: bool = False


def orders_of(purchase: Purchase, now: datetime) -> list[Order]:
    """All orders of one product at an instant; always at least one, with 0 units where nothing is owned."""
    units = purchase.units_at(now)
    found = list(_running(purchase, units.enabled, now)) if units.enabled else []
    for status, number in (("Warning", units.warning), ("Suspended", units.suspended), ("LockedOut", units.locked_out)):
        if number:
            found.append(_run_out(purchase, units, status, number))
    return found or [_run_out(purchase, units, "Deleted", 0)]


def _running(purchase: Purchase, enabled: int, now: datetime) -> Iterator[Order]:
    """One order, or two where the product was bought twice; the first takes up what is bought more."""
    rng = Random(f"{purchase.subscription_id}/running")
    first = purchase.units[0]
    split = enabled > 1 and PRODUCTS[purchase.sku_id] not in FREE and rng.random() < SPLIT_SHARE
    later = min(enabled - 1, max(1, first.enabled // 3)) if split else 0
    for number, units in enumerate((enabled - later, later)):
        if not units:
            continue
        created = first.since + timedelta(days=rng.randrange(400 * number, 400 * number + 300))
        free = PRODUCTS[purchase.sku_id] in FREE
        undated = free or rng.random() < UNDATED_SHARE
        yield Order(
            _id(purchase, f"order {number}"),
            _id(purchase, f"commerce {number}"),
            "Enabled",
            units,
            created,
            None if undated else _renewal(created, rng.choice(TERMS), now),
            trial=PRODUCTS[purchase.sku_id] is COPILOT and number == 0,
            by_partner=number == 1,
        )


def _renewal(created: datetime, term: timedelta, now: datetime) -> datetime:
    """The first end of a term later than now: renewals move on as time passes them."""
    return created + term * max(1, (now - created) // term + 1)


def _run_out(purchase: Purchase, units: Units, status: str, number: int) -> Order:
    created = purchase.units[0].since
    ends = units.since + GRACE if status == "Warning" else None
    return Order(_id(purchase, status), _id(purchase, f"commerce {status}"), status, number, created, ends)


def _id(purchase: Purchase, what: str) -> str:
    """The first order bears the id that the purchase has had from the beginning."""
    if what == "order 0":
        return purchase.subscription_id
    return str(UUID(int=Random(f"{purchase.subscription_id}/{what}").getrandbits(128), version=4))
