"""What Microsoft's common products are called and made of, and what their service plans are worth: facts as data.

From "Product names and service plan identifiers for licensing" (Microsoft, July 2026). Products are known by skuId;
part numbers mislead and are not unique. What a tenant's own list of products says comes first (`Ground.plans`).
The order of plans is product knowledge: the table has none.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

from app.domain.ids import PlanId, SkuId
from app.domain.sku_class import SkuClass
from app.domain.standing import Source


@dataclass(frozen=True, slots=True)
class Product:
    """`listed`: its class, as far as the product alone tells; None: nothing is known."""

    sku: SkuId
    part_number: str
    name: str
    plans: frozenset[PlanId]
    listed: SkuClass | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of calls out a calling plan includes a month: the least any country has."""

    at_home: int
    abroad: int


@dataclass(frozen=True, eq=False)
class Catalogue:
    """`below`: the plans each plan covers besides itself. `shown_by`: where the use of a plan would show.

    `seeded`: plans that come with nearly everything and are worth nothing alone. `add_ons`: Teams Phone, calling plans,
    Audio Conferencing, Copilot. `desktop_apps`: Office to install.
    """

    products: Mapping[SkuId, Product]
    plan_names: Mapping[PlanId, str]
    below: Mapping[PlanId, frozenset[PlanId]]
    seeded: frozenset[PlanId]
    shown_by: Mapping[PlanId, frozenset[Source]]
    calling: frozenset[PlanId]
    add_ons: frozenset[PlanId]
    desktop_apps: frozenset[PlanId]
    minutes: Mapping[PlanId, Minutes]

    def name_of(self, sku: SkuId) -> str | None:
        """What Microsoft calls the product; None: not known here."""
        product = self.products.get(sku)
        return None if product is None else product.name

    def class_of(self, sku: SkuId) -> SkuClass | None:
        """The class as far as the product alone tells (`sku_class.classify`); None: not known here."""
        product = self.products.get(sku)
        return None if product is None else product.listed

    def covers(self, plan: PlanId) -> frozenset[PlanId]:
        """The plan, and those it stands for because it is better."""
        return self.below.get(plan, frozenset()) | {plan}

    def billable(self, plans: frozenset[PlanId]) -> frozenset[PlanId]:
        """Plans that count when products are compared. A plan nobody knows counts."""
        return _known(self, plans) - self.seeded

    def reach(self, plans: frozenset[PlanId]) -> frozenset[PlanId]:
        """The billable ones of these plans and all they cover."""
        return _reach(self, plans)

    def seen_by(self, sources: frozenset[Source]) -> frozenset[PlanId]:
        """Plans whose use shows in these sources and nowhere else."""
        return _seen_by(self, sources)


@lru_cache(maxsize=4096)
def _known(catalogue: Catalogue, plans: frozenset[PlanId]) -> frozenset[PlanId]:
    """The same plans, as the very objects of the catalogue: comparing these does not compare ids digit by digit."""
    own = _own_ids(catalogue)
    return frozenset(own.get(plan, plan) for plan in plans)


@lru_cache(maxsize=64)
def _own_ids(catalogue: Catalogue) -> Mapping[PlanId, PlanId]:
    return {plan: plan for plan in catalogue.plan_names}


@lru_cache(maxsize=4096)
def _reach(catalogue: Catalogue, plans: frozenset[PlanId]) -> frozenset[PlanId]:
    counted = catalogue.billable(plans)
    return counted.union(*(catalogue.below[plan] for plan in counted if plan in catalogue.below))


@lru_cache(maxsize=1024)
def _seen_by(catalogue: Catalogue, sources: frozenset[Source]) -> frozenset[PlanId]:
    return frozenset(plan for plan, shows in catalogue.shown_by.items() if shows <= sources)


def _load() -> Catalogue:
    return parse(json.loads(resources.files("app.domain").joinpath("catalogue.json").read_text("utf-8")))


def parse(data: Mapping[str, Any]) -> Catalogue:
    """The catalogue of a parsed catalogue.json. KeyError where it names a plan it does not list."""
    names = {PlanId(UUID(plan)): name for plan, name in data["plans"].items()}
    ids: dict[str, frozenset[PlanId]] = {}
    for plan, name in names.items():  # two plans may share a name
        ids[name] = ids.get(name, frozenset()) | {plan}
    own = {plan: plan for plan in names}
    groups = {group: _all(ids, wanted) for group, wanted in data["groups"].items()}
    return Catalogue(
        products={each.sku: each for each in (_product(item, own) for item in data["products"])},
        plan_names=names,
        below={plan: _all(ids, _under(data["supersedes"], name)) for name in data["supersedes"] for plan in ids[name]},
        seeded=frozenset(
            plan for plan, name in names.items() if any(fnmatchcase(name, pattern) for pattern in data["seeded"])
        ),
        shown_by={
            plan: frozenset(map(Source, sources)) for name, sources in data["shown_by"].items() for plan in ids[name]
        },
        calling=groups["calling"],
        add_ons=groups["phone"] | groups["calling"] | groups["conference"] | groups["copilot"],
        desktop_apps=groups["desktop_apps"],
        minutes={plan: Minutes(**included) for name, included in data["minutes"].items() for plan in ids[name]},
    )


def _all(ids: Mapping[str, frozenset[PlanId]], names: Iterable[str]) -> frozenset[PlanId]:
    return frozenset(plan for name in names for plan in ids[name])


def _under(order: Mapping[str, list[str]], name: str) -> set[str]:
    direct = order.get(name, [])
    return {*direct, *(each for lower in direct for each in _under(order, lower))}


def _product(item: Mapping[str, Any], own: Mapping[PlanId, PlanId]) -> Product:
    plans = frozenset(own[PlanId(UUID(plan))] for plan in item["plans"])
    return Product(SkuId(UUID(item["sku"])), item["part_number"], item["name"], plans, SkuClass(item["class"]))


CATALOGUE = _load()
"""What SUA knows of itself, before a newer table is imported."""
