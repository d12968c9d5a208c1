"""What is known on a day of the products a tenant has or could have: their class, their plans, their price."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.domain.catalogue import Catalogue
from app.domain.ids import PlanId, SkuId
from app.domain.money import Money
from app.domain.sku_class import SkuClass
from app.domain.standing import Ground, HeldSeat

T = TypeVar("T")

_UNKNOWN: frozenset[PlanId] = frozenset()


@dataclass(frozen=True, slots=True)
class Market:
    """The tenant's own facts come first; where they say nothing, the catalogue does."""

    ground: Ground
    prices: Mapping[SkuId, Money]
    knowledge: Catalogue
    _once: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, made: Callable[[], T]) -> T:
        """What follows from the market and a key alone, worked out the first time. Many holders hold the same seats."""
        found: T | None = self._once.get(key)
        if found is None:
            found = self._once[key] = made()
        return found

    def class_of(self, sku: SkuId) -> SkuClass:
        """One that nobody knows was bought; what is bought and costs 0 is free: as `classify` with a price."""
        known: SkuClass | None = self._once.get(sku)
        if known is None:
            known = self._once[sku] = self._class_of(sku)
        return known

    def _class_of(self, sku: SkuId) -> SkuClass:
        found = self.ground.classes.get(sku) or self.knowledge.class_of(sku) or SkuClass.PAID
        price = self.prices.get(sku)
        return SkuClass.FREE if found is SkuClass.PAID and price is not None and price.amount == 0 else found

    def plans_of(self, sku: SkuId) -> frozenset[PlanId]:
        """The service plans of any product; none: not known."""
        plans = self.ground.plans.get(sku)
        if plans is None:
            product = self.knowledge.products.get(sku)
            return _UNKNOWN if product is None else product.plans
        return plans

    def held_plans(self, seat: HeldSeat) -> frozenset[PlanId]:
        """The service plans a seat brings its holder, by the tenant's own list alone; none: not known."""
        plans = self.ground.plans.get(seat.sku, _UNKNOWN)
        return plans - seat.plans_off if seat.plans_off else plans
