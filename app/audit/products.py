"""Products a tenant had, their units and their purchases."""

from dataclasses import dataclass, field

from app.audit.said import Said
from app.domain.events import Event
from app.domain.events.licensing import RenewalScheduled, SeatsChanged, SkuLapsed, SkuSubscribed
from app.domain.ids import SkuId
from app.eventstore.envelope import Recorded


@dataclass(slots=True)
class Product:
    """`described` or `units` None: not read yet; the two are facts apart and may come in either order."""

    described: SkuSubscribed | None = None
    units: SeatsChanged | None = None
    said: dict[str, Said] = field(default_factory=dict)


class Products:
    """By product; one that lapsed is gone until it is told of again."""

    facts: frozenset[type[Event]] = frozenset({SkuSubscribed, SeatsChanged, SkuLapsed})

    def __init__(self) -> None:
        self.by_sku: dict[SkuId, Product] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if isinstance(event, SkuLapsed):
            self.by_sku.pop(event.sku, None)
        elif isinstance(event, SkuSubscribed):
            product = self.by_sku.setdefault(event.sku, Product())
            product.described, product.said["described"] = event, Said.by(fact)
        elif isinstance(event, SeatsChanged):
            product = self.by_sku.setdefault(event.sku, Product())
            product.units, product.said["units"] = event, Said.by(fact)


class Purchases:
    """By product: what was listed last, whole."""

    facts: frozenset[type[Event]] = frozenset({RenewalScheduled})

    def __init__(self) -> None:
        self.by_sku: dict[SkuId, tuple[RenewalScheduled, Said]] = {}

    def take(self, fact: Recorded) -> None:
        if isinstance(fact.event, RenewalScheduled):
            self.by_sku[fact.event.sku] = (fact.event, Said.by(fact))
