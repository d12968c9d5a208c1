"""One product a tenant has: its description and units, compared with what a daily read shows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from uuid import UUID

from app.domain.events import Event
from app.domain.events.licensing import Purchase, RenewalScheduled, SeatsChanged, ServicePlan, SkuLapsed, SkuSubscribed
from app.domain.ids import PlanId, SkuId
from app.domain.sightings import SkuSighting


@dataclass(frozen=True, slots=True)
class Units:
    """Units by state. `consumed` may exceed what is usable (enabled + warning)."""

    enabled: int
    warning: int
    suspended: int
    locked_out: int
    consumed: int


@dataclass(frozen=True, slots=True)
class Sku:
    """What the log says of one product. `listed`: it is on the tenant's list now. `purchases`: behind it, by id."""

    sku: SkuId | None = None
    listed: bool = False
    part_number: str = ""
    applies_to: str = ""
    plans: tuple[ServicePlan, ...] = ()
    units: Units | None = None
    changed_at: datetime | None = None
    purchases: tuple[Purchase, ...] = ()
    purchases_at: datetime | None = None


NO_SKU = Sku()


ENTRA_P1_PLANS = frozenset(
    {
        PlanId(UUID("41781fb2-bc02-4b7c-bd55-b576c07bb09d")),  # AAD_PREMIUM
        PlanId(UUID("eec0eb4f-6444-4f95-aba0-50c24d67f998")),  # AAD_PREMIUM_P2
    }
)
"""Service plans that bring sign-in times ("Product names and service plan identifiers for licensing")."""


def brings_sign_in_times(skus: Iterable[Sku]) -> bool:
    """Whether a product on the tenant's list holds Entra ID P1 or P2: then Graph should tell when people signed in."""
    return any(plan.plan in ENTRA_P1_PLANS for sku in skus if sku.listed for plan in sku.plans)


def replay(events: Iterable[Event]) -> Sku:
    return reduce(evolve, events, NO_SKU)


def evolve(sku: Sku, event: Event) -> Sku:
    """Fold one fact in. Never refuses; a fact about something else leaves the product as it is."""
    match event:
        case SkuSubscribed():
            known = replace(
                sku,
                sku=event.sku,
                listed=True,
                part_number=event.part_number,
                applies_to=event.applies_to,
                plans=event.plans,
            )
        case SeatsChanged():
            units = Units(event.enabled, event.warning, event.suspended, event.locked_out, event.consumed)
            known = replace(sku, units=units)
        case SkuLapsed():
            known = replace(sku, listed=False, units=None)
        case RenewalScheduled():
            at = event.happened_at if sku.purchases_at is None else max(sku.purchases_at, event.happened_at)
            return replace(sku, purchases=event.purchases, purchases_at=at)
        case _:
            return sku
    at = event.happened_at if sku.changed_at is None else max(sku.changed_at, event.happened_at)
    return replace(known, changed_at=at)


def sight(sku: Sku, seen: SkuSighting) -> list[Event]:
    """Decide which facts a daily read adds. None if nothing changed, or if the read is older than the last change."""
    if sku.changed_at is not None and seen.seen_at < sku.changed_at:
        return []
    facts: list[Event] = []
    plans = tuple(sorted(seen.plans, key=lambda plan: plan.plan.int))  # Graph promises no order
    if not sku.listed or (sku.part_number, sku.applies_to, sku.plans) != (seen.part_number, seen.applies_to, plans):
        facts.append(
            SkuSubscribed(
                happened_at=seen.seen_at,
                sku=seen.sku,
                part_number=seen.part_number,
                applies_to=seen.applies_to,
                plans=plans,
            )
        )
    if sku.units != Units(seen.enabled, seen.warning, seen.suspended, seen.locked_out, seen.consumed):
        facts.append(
            SeatsChanged(
                happened_at=seen.seen_at,
                sku=seen.sku,
                enabled=seen.enabled,
                warning=seen.warning,
                suspended=seen.suspended,
                locked_out=seen.locked_out,
                consumed=seen.consumed,
            )
        )
    return facts


def missed(sku: Sku, at: datetime) -> list[Event]:
    """The product was not on a complete list read at `at`. Nothing if never known or lapsed already."""
    if sku.sku is None or not sku.listed or (sku.changed_at is not None and at < sku.changed_at):
        return []
    return [SkuLapsed(happened_at=at, sku=sku.sku)]


def renew(sku: Sku, product: SkuId, purchases: Iterable[Purchase], at: datetime) -> list[Event]:
    """Compare the purchases of a product with what is known. Nothing if equal, or read before the last change."""
    if sku.purchases_at is not None and at < sku.purchases_at:
        return []
    ordered = tuple(sorted(purchases, key=lambda each: each.purchase))  # Graph promises no order
    if ordered == sku.purchases:
        return []
    return [RenewalScheduled(happened_at=at, sku=product, purchases=ordered)]
