"""What an export looks at: one customer at one moment, through one snapshot of the database, by somebody."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from app.auth.pseudonyms import Pseudonyms
from app.domain.catalogue import CATALOGUE
from app.domain.errors import TenantUnknown
from app.domain.ids import SkuId, TenantId, UserId
from app.graphql.errors import BadUserInput
from app.insight.product_names import product_names
from app.projections import reading, sku_units, tenants, users
from app.projections.reading import Freshness, Moment
from app.projections.tenants import TenantRow
from app.projections.users import UserRow
from app.reports.asking import Wanted


@dataclass(frozen=True, slots=True)
class View:
    """`persons`: names are shown, else pseudonyms. `known_at`: what was asked for, or the present.

    `row`: the customer at the moment; who was none then has none, and nothing is told of them.
    """

    db: psycopg.AsyncConnection[Any]
    tenant: TenantId
    row: TenantRow
    at: Moment
    known_at: datetime
    freshness: Freshness
    persons: bool
    pseudonyms: Pseudonyms

    def shown_name(self, user: UserId, name: str | None) -> str | None:
        return name if self.persons else self.pseudonyms.of_user(self.tenant, user)

    async def users(self, wanted: Collection[UserId]) -> Mapping[UserId, UserRow]:
        found = await users.named_at(self.db, self.tenant, self.at, list(wanted))
        return {each.user: each for each in found}

    async def products(self) -> "Products":
        """Names of all products there are at the moment, or were ever listed."""
        units = await sku_units.listed_at(self.db, self.tenant, self.at)
        return Products(self.db, {each.sku: each.part_number for each in units})

    async def names_of(self, skus: Collection[SkuId]) -> str:
        """What some products are called, in the order of their names. Empty: there are none."""
        if not skus:
            return ""
        products = await self.products()
        await products.learn(skus)
        return ", ".join(sorted(products.names[sku] for sku in skus))

    def about(self, what: str, *more: tuple[str, str]) -> Sequence[tuple[str, str]]:
        """What a reader has to know years later, when nobody can be asked."""
        collected = self.freshness.collected_at
        estimated = "; carried forward to the day asked for" if self.freshness.estimated else ""
        failed = ", ".join(self.freshness.failed_feeds)
        return (
            ("What", what),
            ("Customer", self.row.name),
            ("Customer's id in SUA", str(self.tenant)),
            ("As of", f"{self.at.on}, at the end of the day in {self.at.zone}"),
            ("Known at", stamp(self.known_at)),
            ("Position in the log", str(self.at.position)),
            ("Licences last read", (stamp(collected) if collected else "never by then") + estimated),
            ("Feeds whose last read failed", failed or "none"),
            *more,
            ("Currency of the customer", self.row.policy.currency),
            (
                "Empty cells",
                "Unknown, or there is nothing to tell. Never zero: a price that is not known is left empty.",
            ),
            ("Names of persons", "As in the directory" if self.persons else "Pseudonyms, stable for this customer"),
        )

    def file_name(self, wanted: Wanted, ending: str) -> str:
        """Letters, digits, dots and hyphens only, whatever the customer is called."""
        whose = re.sub(r"[^a-z0-9]+", "-", self.row.name.lower()).strip("-")[:40] or str(self.tenant)
        return f"{whose}-{wanted.kind}-{self.at.on}-{self.at.position}.{ending}"


class Products:
    """What products are called, looked up once."""

    def __init__(self, db: psycopg.AsyncConnection[Any], part_numbers: Mapping[SkuId, str | None]) -> None:
        self._db = db
        self._part_numbers = part_numbers
        self._names: dict[SkuId, str] = {}

    async def learn(self, skus: Collection[SkuId]) -> None:
        """Look up those not known yet; afterwards `names` tells them."""
        new = {sku for sku in skus if sku not in self._names}
        if new:
            self._names |= await product_names(self._db, self._part_numbers, new)

    @property
    def names(self) -> Mapping[SkuId, str]:
        return self._names

    def part_number(self, sku: SkuId) -> str | None:
        product = CATALOGUE.products.get(sku)
        return self._part_numbers.get(sku) or (None if product is None else product.part_number)


async def viewed(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    wanted: Wanted,
    now: datetime,
    pseudonyms: Pseudonyms,
    *,
    persons: bool,
) -> View:
    """The customer at the moment wanted. Raises TenantUnknown where there is none (by then), BadUserInput."""
    if await tenants.found(db, tenant) is None:
        raise TenantUnknown("There is no such tenant for you.")
    if wanted.known_at is not None and wanted.known_at > now:
        raise BadUserInput(f"`knownAt` {wanted.known_at.isoformat()} has not come yet.")
    at = await reading.moment(db, tenant, wanted.as_of, wanted.known_at, now)
    row = await tenants.found(db, tenant, at)
    if row is None:
        raise BadUserInput(f"Nothing was known of this tenant on {at.on}; ask for a later day.")
    freshness = await tenants.freshness_at(db, tenant, at)
    return View(db, tenant, row, at, wanted.known_at or now, freshness, persons, pseudonyms)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
