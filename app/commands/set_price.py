"""What a customer pays for a seat, and that they never did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided, retried
from app.commands.tenant_known import known_tenant
from app.domain import pricing
from app.domain.errors import TenantUnknown
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceLine
from app.domain.pricing import PriceName, Stated
from app.domain.tenant import TenantLeft
from app.eventstore.changes import StreamChange
from app.eventstore.streams import PRICES, price_stream


@dataclass(frozen=True, slots=True)
class SetPrice:
    tenant: TenantId
    line: PriceLine
    cause: UUID


@dataclass(frozen=True, slots=True)
class SetPrices:
    """Prices of any products. At most as many as one append takes: all or none."""

    tenant: TenantId
    lines: Sequence[PriceLine]
    cause: UUID


@dataclass(frozen=True, slots=True)
class WithdrawPrice:
    tenant: TenantId
    price: PriceName
    cause: UUID


def set_price(command: SetPrice, desk: Desk) -> int:
    """Returns how many facts were new; 0 if the price is known as it is. Raises what `set_prices` raises."""
    return set_prices(SetPrices(command.tenant, [command.line], command.cause), desk)


def set_prices(command: SetPrices, desk: Desk) -> int:
    """State prices in one append. Returns how many facts were new; those known as they are add none.

    Raises TenantUnknown, TenantLeft, AppendTooLarge, or the Refused that names the first bad price.
    """
    if not command.lines:
        return 0
    check_tenant(command.tenant, desk)
    by_sku: dict[SkuId, list[PriceLine]] = {}
    for line in command.lines:
        by_sku.setdefault(line.sku, []).append(line)

    def attempt() -> tuple[int, int]:
        known = _loaded(command.tenant, by_sku, desk)
        changes = []
        for sku, lines in by_sku.items():
            stated, version = known.get(sku, ({}, 0))
            changes.append(StreamChange(price_stream(sku), version, pricing.set_prices(stated, lines, desk.now())))
        count = sum(len(change.facts) for change in changes)
        if not count:
            return 0, 0
        return count, desk.store.append_many(command.tenant, changes, cause=command.cause, at=desk.now())

    appended, position = retried(attempt)
    if appended:
        desk.ring(command.tenant, position)
    return appended


def withdraw_price(command: WithdrawPrice, desk: Desk) -> int:
    """Returns how many facts were new; 0 if it is withdrawn already. Raises PriceUnknown, TenantUnknown, TenantLeft."""
    check_tenant(command.tenant, desk)
    return decided(
        desk,
        command.tenant,
        price_stream(command.price.sku),
        command.cause,
        lambda history: pricing.withdraw_price(pricing.replay(history), command.price, desk.now()),
    )


def known_prices(tenant: TenantId, skus: Iterable[SkuId], desk: Desk) -> dict[SkuId, Stated]:
    """What the log says of the prices of these products; those never priced are left out."""
    return {sku: stated for sku, (stated, _) in _loaded(tenant, skus, desk).items()}


def check_tenant(tenant: TenantId, desk: Desk) -> None:
    """Raise what stands against stating prices or rates for a customer: TenantUnknown, TenantLeft."""
    known = known_tenant(tenant, desk)
    if not known.invited:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    if known.offboarded:
        raise TenantLeft("The customer has left; nothing is written of them any more.")


def _loaded(tenant: TenantId, skus: Iterable[SkuId], desk: Desk) -> Mapping[SkuId, tuple[Stated, int]]:
    """Folded prices and the versions of their streams."""
    begun = set(desk.store.streams(tenant, PRICES))
    found = {}
    for sku in skus:
        if price_stream(sku) in begun:
            history, version = desk.store.load(tenant, price_stream(sku))
            found[sku] = (pricing.replay(history), version)
    return found
