"""Which product a price file means: what the customer has first, then SUA's catalogue and Microsoft's list."""

from collections.abc import Collection, Iterable

from app.commands.desk import Desk
from app.commands.skus_known import known_skus
from app.domain.catalogue import CATALOGUE
from app.domain.ids import SkuId, TenantId
from app.eventstore.pools import Connection

Named = Iterable[tuple[SkuId, str]]
"""Products with their part numbers."""


class KnownProducts:
    """Answers as `Products`. `sources`: the most trusted first; of a part number the first that has it counts."""

    def __init__(self, *sources: Named) -> None:
        self._sources: list[dict[str, set[SkuId]]] = []
        self._known: set[SkuId] = set()
        for source in sources:
            by_name: dict[str, set[SkuId]] = {}
            for sku, part_number in source:
                self._known.add(sku)
                by_name.setdefault(" ".join(part_number.split()).casefold(), set()).add(sku)
            self._sources.append(by_name)

    def is_known(self, sku: SkuId) -> bool:
        return sku in self._known

    def named(self, part_number: str) -> Collection[SkuId]:
        return next((source[part_number] for source in self._sources if part_number in source), ())


def products_of(tenant: TenantId | None, desk: Desk, db: Connection) -> KnownProducts:
    """What prices of one customer, or of all, can be for."""
    own = _of_all(db) if tenant is None else _of_one(tenant, desk)
    # In one: a part number may name a product here and another there, and then it takes the GUID.
    return KnownProducts(own, [*_catalogue(), *_listed(db)])


def _of_one(tenant: TenantId, desk: Desk) -> Named:
    return [(sku.sku, sku.part_number) for sku in known_skus(tenant, desk) if sku.sku is not None]


def _of_all(db: Connection) -> Named:
    return db.execute("SELECT DISTINCT sku_id, part_number FROM sku_units WHERE part_number IS NOT NULL").fetchall()


def _catalogue() -> Named:
    return [(each.sku, each.part_number) for each in CATALOGUE.products.values()]


def _listed(db: Connection) -> Named:
    return db.execute("SELECT sku_id, part_number FROM sku_names").fetchall()
