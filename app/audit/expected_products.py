"""What the replay says of products as a whole: units nobody holds, too many holders, and how far they are used."""

from collections import Counter
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from app.audit.amounts import money
from app.audit.customer import Customer
from app.audit.difference import Values
from app.audit.expected_findings import Judged, judged_all
from app.audit.expected_seats import Nodes
from app.audit.products import Product
from app.audit.replay import WholeReplay
from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId
from app.domain.market import Market
from app.domain.money import Money
from app.domain.sku_class import SkuClass

_INACTIVE = {Cause.DISABLED, Cause.NEVER_USED, Cause.IDLE}
_UNJUDGED = (
    *("unassigned", "buffer", "netUnassigned", "overAssigned", "suspendedWithHolders", "atRisk", "atRiskOn"),
    *("utilisationAssigned", "utilisationActive", "saving"),
)
"""What is said of products alone that are paid by the seat and counted."""


def products_of(replay: WholeReplay) -> Nodes:
    """Every product listed or held on the day."""
    customer = replay.customer.told
    if customer is None or not replay.cut.position:
        return {}
    judged = judged_all(replay, customer)
    held: Counter[SkuId] = Counter(seat.sku for _, holder in judged.holders for seat in holder.seats)
    twice = Counter(seat.sku for _, holder in judged.holders for seat in holder.seats if seat.direct and seat.by_group)
    listed = replay.products.by_sku
    return {
        (str(sku),): {
            "sku": {"skuId": str(sku)},
            "held": held[sku],
            "twoPaths": twice[sku],
            **_product(replay, customer, judged, sku, listed.get(sku), held[sku]),
        }
        for sku in listed.keys() | held.keys()
    }


def _product(
    replay: WholeReplay,
    customer: Customer,
    judged: Judged,
    sku: SkuId,
    product: Product | None,
    held: int,
) -> Values:
    about = [found for found in judged.found if found.sku == sku]
    unsure = sum(found.tier is Tier.UNVERIFIABLE for found in about)
    active = held - sum(found.cause in _INACTIVE for found in about) + unsure
    described, units = (product.described, product.units) if product else (None, None)
    company = described is not None and described.applies_to == "Company"
    kind = SkuClass.COMPANY if company else Market(judged.ground, judged.prices, CATALOGUE).class_of(sku)
    price = judged.prices.get(sku)
    told: dict[str, Any] = {
        "class": kind.name,
        "price": price and money(Fraction(price.amount), price.currency),
        "usable": None if units is None else units.enabled + units.warning,
        "enabled": None if units is None else units.enabled,
        "active": active,
        "unverifiable": unsure,
        **dict.fromkeys(_UNJUDGED),
    }
    if units is None or kind is not SkuClass.PAID:
        return told
    policy = customer.policy
    usable = units.enabled + units.warning
    unassigned, over = max(0, usable - units.consumed), max(0, units.consumed - usable)
    buffer = max(policy.buffer_min, ceil(Fraction(policy.buffer_share) * units.enabled))
    net = max(0, unassigned - buffer)
    billed = units.enabled + (units.warning if policy.grace_billed else 0)
    return {
        **told,
        "unassigned": unassigned,
        "buffer": buffer,
        "netUnassigned": net,
        "overAssigned": over,
        "suspendedWithHolders": min(units.suspended + units.locked_out, over),
        "atRisk": units.warning,
        "atRiskOn": _ends_on(replay, sku, ZoneInfo(policy.time_zone)) if units.warning else None,
        "utilisationAssigned": _share(held, units.enabled),
        "utilisationActive": _share(active, units.enabled),
        "saving": _saving(price, min(net, max(0, billed - units.consumed)), policy.currency),
    }


def _ends_on(replay: WholeReplay, sku: SkuId, zone: ZoneInfo) -> str | None:
    """The day the first of the purchases in their days of grace ends, if it is to come."""
    listed = replay.purchases.by_sku.get(sku)
    ends: list[date] = [
        each.next_change_at.astimezone(zone).date()
        for each in (listed[0].purchases if listed else ())
        if each.status == "Warning" and each.next_change_at is not None
    ]
    first = min(ends, default=None)
    return None if first is None or first <= replay.cut.on else first.isoformat()


def _saving(price: Money | None, wasted: int, currency: str) -> Values | None:
    if not wasted:
        return money(Fraction(0), price.currency if price else currency)
    return None if price is None else money(Fraction(price.amount) * wasted, price.currency)


def _share(part: int, whole: int) -> float | None:
    return round(float(Fraction(part, whole)), 6) if whole else None
