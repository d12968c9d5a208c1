"""What a month's licences cost, who pays, and what of it is wasted: added up day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, localcontext
from math import ceil, floor

from tests.oracle.findings import WASTED, findings_on
from tests.oracle.model import Person, Product, Tenant, said_on
from tests.oracle.prices import day_price
from tests.oracle.standing import department_on, seats_on

Group = str | None
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """Seats of one product on a day. `held` by people, `consumed` as Microsoft counts them.

    `net_unassigned`: beyond the buffer; fewest and most, for the definitions do not say how a part of a seat counts.
    """

    enabled: int
    paid: int
    usable: int
    held: int
    consumed: int
    unassigned: int
    net_unassigned: tuple[int, int]
    over_assigned: int

    @property
    def wasted(self) -> tuple[int, int]:
        """Of the net unassigned, those that are paid: units in their days of grace are no waste unless billed."""
        fewest, most = self.net_unassigned
        free = max(0, self.paid - self.consumed)
        return min(fewest, free), min(most, free)


@dataclass(slots=True)
class Cost:
    """What some days of products cost. `groups`: by name, "" for people of no group. `variance`: seats held unpaid for.

    `unpriced`: paid seat-days without a price, which no amount has in it, of `seat_days` in all.
    """

    groups: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    central: Decimal = ZERO
    variance: Decimal = ZERO
    total: Decimal = ZERO
    seat_days: int = 0
    unpriced: int = 0


def counted(tenant: Tenant, product: Product, on: date) -> Counted | None:
    """None: its units are not known on that day."""
    said = said_on(tenant, product.units, on)
    if said is None:
        return None
    units, rules = said.value, tenant.rules
    usable = units.enabled + units.warning
    paid = units.enabled + (units.warning if rules.grace_billed else 0)
    held = sum(1 for person in tenant.people for seat in seats_on(tenant, person, on) if seat.sku == product.id)
    unassigned = max(0, usable - units.consumed)
    buffer = max(Decimal(rules.buffer_min), rules.buffer_share * units.enabled)
    net = (max(0, unassigned - ceil(buffer)), max(0, unassigned - floor(buffer)))
    over = max(0, units.consumed - usable)
    return Counted(units.enabled, paid, usable, held, units.consumed, unassigned, net, over)


def days(since: date, until: date) -> Iterable[date]:
    while since < until:
        yield since
        since += timedelta(days=1)


def cost(
    tenant: Tenant,
    since: date,
    until: date,
    group_on: Callable[[Tenant, Person, date], Group] = department_on,
) -> Cost:
    """All products for money, on days in [since, until)."""
    sums = Cost()
    with localcontext(prec=60):
        for product in tenant.products:
            if not product.free:
                _add(tenant, product, since, until, group_on, sums)
    return sums


def _add(
    tenant: Tenant,
    product: Product,
    since: date,
    until: date,
    group_on: Callable[[Tenant, Person, date], Group],
    sums: Cost,
) -> None:
    pools: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    seat_days: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for on in days(since, until):
        seats, price = counted(tenant, product, on), day_price(tenant, product.id, on)
        if seats is None:
            continue
        sums.seat_days += seats.paid
        holders = [person for person in tenant.people if product.id in {s.sku for s in seats_on(tenant, person, on)}]
        for person in holders:
            seat_days[on.year, on.month][group_on(tenant, person, on) or ""] += 1
        if price is None:
            sums.unpriced += seats.paid
            continue
        for person in holders:
            sums.groups[group_on(tenant, person, on) or ""] += price
        sums.total += seats.paid * price
        sums.variance -= max(0, len(holders) - seats.paid) * price
        pools[on.year, on.month] += max(0, seats.paid - len(holders)) * price
    for month, pool in pools.items():
        shares = seat_days[month]
        if tenant.rules.pool == "OWNER" and tenant.rules.pool_owner:
            sums.groups[tenant.rules.pool_owner] += pool
        elif tenant.rules.pool == "PRO_RATA" and shares:
            for group, share in shares.items():
                sums.groups[group] += pool * share / sum(shares.values())
        else:
            sums.central += pool


def seats_found(tenant: Tenant, product: Product, on: date, causes: Collection[str]) -> tuple[int, int]:
    """Seats of a product with one of these causes: fewest and most, where the definitions leave a choice."""
    found = [right for (_, sku), right in findings_on(tenant, on).items() if sku == product.id]
    fewest = sum(all(each.cause in causes for each in right) for right in found)
    return fewest, sum(any(each.cause in causes for each in right) for right in found)


def wasted_on(tenant: Tenant, product: Product, on: date) -> tuple[int, int] | None:
    """Wasted seats of a product on a day, fewest and most; never more than are paid. None: its units are not known."""
    seats = counted(tenant, product, on)
    if seats is None:
        return None
    fewest, most = (
        min(found + free, seats.paid)
        for found, free in zip(seats_found(tenant, product, on, WASTED), seats.wasted, strict=True)
    )
    return fewest, most
