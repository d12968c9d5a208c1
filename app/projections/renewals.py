"""What was bought of each product, and when each purchase is renewed or ends, over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.events.licensing import Purchase, RenewalScheduled
from app.domain.ids import SkuId, TenantId
from app.projections.bearings import Bearings
from app.projections.by_day import in_force_on
from app.projections.columns import Column
from app.projections.facts import Fact, instant_or_none
from app.projections.projection import Versioned
from app.projections.reading import Moment, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value


@dataclass(frozen=True, slots=True)
class Renewal:
    """`next_change_at` None: Graph names no day. `status` is Graph's word."""

    sku: SkuId
    purchase: str
    seats: int
    trial: bool
    status: str
    created_at: datetime | None
    next_change_at: datetime | None


_COLUMNS = "r.sku_id, r.purchase, r.seats, r.trial, r.status, r.created_at, r.next_change_at"
_ORDER = "r.next_change_at NULLS LAST, r.sku_id, r.purchase"


async def listed_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[Renewal]:
    """Every purchase the tenant had at a moment, the soonest change first. Tens of rows, so all at once."""
    found = await rows(
        db,
        f"SELECT {_COLUMNS} FROM {known('renewals')} r WHERE {in_force('r')} ORDER BY {_ORDER}",
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return [Renewal(*row) for row in found]


async def listed_on(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, moments: Sequence[Moment]
) -> list[Sequence[Renewal]]:
    """The same at each of some moments of one knowledge, in order of time; moments that agree have the same list."""
    return await in_force_on(db, tenant, moments, "renewals", "r", _COLUMNS, _ORDER, lambda row: Renewal(*row))


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a purchase. A fact lists all purchases of its product, so those it does not name end."""
    for fact in facts:
        event = fact.event
        if not isinstance(event, RenewalScheduled):
            continue
        sku = event.sku.int
        listed = {purchase.purchase: _values(purchase) for purchase in event.purchases}
        known_of_sku = {key[1] for key in book.keys() if key[0] == sku}  # noqa: SIM118 - a Book is no mapping
        for purchase in sorted(known_of_sku | listed.keys()):
            book.set_from((sku, purchase), fact.at, fact.position, listed.get(purchase))


def _values(purchase: Purchase) -> Value:
    return (
        purchase.seats,
        purchase.trial,
        purchase.status,
        instant_or_none(purchase.created_at),
        instant_or_none(purchase.next_change_at),
    )


def _skus_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {"sku_id": {fact.event.sku for fact in facts if isinstance(fact.event, RenewalScheduled)}}


PROJECTION = Versioned(
    table=Table(
        "renewals",
        key=(Column("sku_id", "uuid"), Column("purchase", "text")),
        place=VALID,
        values=(
            Column("seats", "integer"),
            Column("trial", "boolean"),
            Column("status", "text"),
            Column("created_at", "timestamptz"),
            Column("next_change_at", "timestamptz"),
        ),
    ),
    facts=frozenset({RenewalScheduled}),
    looked_up=_skus_of,
    project=project,
    version=2,
)
