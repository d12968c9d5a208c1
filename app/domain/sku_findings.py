"""What is wrong with a product as a whole: units nobody holds, too many holders, units that end; and utilisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.events.licensing import Purchase
from app.domain.ids import SkuId
from app.domain.money import EXACT, Money, nothing
from app.domain.policy import Policy
from app.domain.sku import Units
from app.domain.sku_class import SkuClass


class SkuCause(StrEnum):
    UNASSIGNED = "UNASSIGNED"
    """Usable units that nobody holds."""
    OVER_ASSIGNED = "OVER_ASSIGNED"
    """More seats are held than units are usable. A matter of compliance, no saving."""
    SUSPENDED_HELD = "SUSPENDED_HELD"
    """Seats are held on units that are cancelled. A matter of compliance, no saving."""
    AT_RISK = "AT_RISK"
    """Units have expired and work for some days more (Graph: warning). No waste unless they are billed."""


@dataclass(frozen=True, slots=True)
class SkuFinding:
    """`seats` it is about. Of UNASSIGNED, `net` is what is left of them beyond the buffer.

    `saving`: a month, net; None: the price is unknown. `on`: the day the units end; None: not known, or none does.
    """

    sku: SkuId
    cause: SkuCause
    seats: int
    net: int
    saving: Money | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Shares of the enabled units, 1 for all of them; more than 1 is possible. None: no unit is enabled.

    `over`: more seats are assigned than units are enabled.
    """

    assigned: Decimal | None
    active: Decimal | None
    over: bool


def usable(units: Units) -> int:
    return units.enabled + units.warning


def paid(units: Units, policy: Policy) -> int:
    """Units that are billed: also those in Microsoft's days of grace, where the customer says so."""
    return units.enabled + (units.warning if policy.grace_billed else 0)


def unassigned(units: Units) -> int:
    """Suspended and locked-out units are never unassigned: nobody could hold them."""
    return max(0, usable(units) - units.consumed)


def over_assigned(units: Units) -> int:
    return max(0, units.consumed - usable(units))


def buffer(units: Units, policy: Policy) -> int:
    """Unassigned units that are no waste, for those who join. A part of a unit counts as one."""
    share = EXACT.multiply(policy.buffer_share, Decimal(units.enabled)).to_integral_value(ROUND_CEILING)
    return max(policy.buffer_min, int(share))


def net_unassigned(units: Units, policy: Policy) -> int:
    return max(0, unassigned(units) - buffer(units, policy))


def wasted_units(units: Units, policy: Policy) -> int:
    """Of the net unassigned units, those that are billed: only they cost money."""
    return min(net_unassigned(units, policy), max(0, paid(units, policy) - units.consumed))


def suspended_held(units: Units) -> int:
    """Seats that can only be held on suspended or locked-out units."""
    return min(units.suspended + units.locked_out, over_assigned(units))


def utilisation(units: Units, assigned: int, active: int) -> Utilisation:
    """`assigned`: users who hold a seat; `active`: of these, those neither idle nor never seen nor disabled."""
    if units.enabled == 0:
        return Utilisation(None, None, over=assigned > 0)
    enabled = Decimal(units.enabled)
    return Utilisation(
        EXACT.divide(Decimal(assigned), enabled),
        EXACT.divide(Decimal(active), enabled),
        over=assigned > units.enabled,
    )


def judge_units(
    sku: SkuId,
    units: Units,
    sku_class: SkuClass,
    price: Money | None,
    policy: Policy,
    purchases: Iterable[Purchase] = (),
) -> tuple[SkuFinding, ...]:
    """What is wrong with a product on a day, by the order of the causes. Only products paid by the seat are judged.

    `price`: of a seat a month; None: unknown. `purchases` say when units in the days of grace end.
    """
    if sku_class is not SkuClass.PAID:
        return ()
    free = nothing(policy.currency if price is None else price.currency)
    net, wasted = net_unassigned(units, policy), wasted_units(units, policy)
    left = free if not wasted else price and price.times(wasted)
    ends_on = _ends_on(purchases, policy)
    found = (
        SkuFinding(sku, SkuCause.UNASSIGNED, unassigned(units), net, left),
        SkuFinding(sku, SkuCause.OVER_ASSIGNED, over_assigned(units), over_assigned(units), free),
        SkuFinding(sku, SkuCause.SUSPENDED_HELD, suspended_held(units), suspended_held(units), free),
        SkuFinding(sku, SkuCause.AT_RISK, units.warning, units.warning, free, ends_on),
    )
    return tuple(each for each in found if each.seats)


def _ends_on(purchases: Iterable[Purchase], policy: Policy) -> date | None:
    ends = [each.next_change_at for each in purchases if each.status == "Warning" and each.next_change_at is not None]
    return min(ends).astimezone(ZoneInfo(policy.time_zone)).date() if ends else None
