"""Products a tenant has, and their units, over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import SeatsChanged, SkuLapsed, SkuSubscribed
from app.domain.ids import PlanId, SkuId, TenantId
from app.projections.bearings import Bearings
from app.projections.by_day import in_force_on
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned
from app.projections.reading import Moment, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value


@dataclass(frozen=True, slots=True)
class SkuUnits:
    """Units as Graph counts them. None: not read yet. `consumed` may exceed enabled + warning.

    `plans`: service plans for users; empty where the product is not described yet.
    """

    sku: SkuId
    part_number: str | None
    applies_to: str | None
    enabled: int | None
    warning: int | None
    suspended: int | None
    locked_out: int | None
    consumed: int | None
    plans: tuple[PlanId, ...] = ()


_COLUMNS = """
    s.sku_id, s.part_number, s.applies_to, s.enabled, s.warning, s.suspended, s.locked_out, s.consumed, s.plans::text
"""
_ORDER = "s.part_number, s.sku_id"


async def listed_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[SkuUnits]:
    """Every product the tenant had at a moment, by part number. Tens of rows, so all at once."""
    found = await rows(
        db,
        f"SELECT {_COLUMNS} FROM {known('sku_units')} s WHERE {in_force('s')} ORDER BY {_ORDER}",
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return [_row(row) for row in found]


async def listed_on(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, moments: Sequence[Moment]
) -> list[Sequence[SkuUnits]]:
    """The same at each of some moments of one knowledge, in order of time; moments that agree have the same list."""
    return await in_force_on(db, tenant, moments, "sku_units", "s", _COLUMNS, _ORDER, _row)


def _row(row: tuple[Any, ...]) -> SkuUnits:
    values = list(row)
    values[8] = _plans(row[8])
    return SkuUnits(*values)


@lru_cache(maxsize=1_024)
def _plans(text: str) -> tuple[PlanId, ...]:
    """Of an array as PostgreSQL writes it. A product has the same plans for years, and its units change every day."""
    return tuple(PlanId(UUID(plan)) for plan in text[1:-1].split(",")) if len(text) > 2 else ()


_UNREAD: Value = (None, None, None, None, None, None, None, ())


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a product. Its description and its units are facts apart and may come in either order."""
    for fact in facts:
        event = fact.event
        if isinstance(event, SkuSubscribed | SeatsChanged | SkuLapsed):
            book.change_from((event.sku.int,), fact.at, fact.position, partial(_after, event))


def _after(event: Event, before: Value | None) -> Value | None:
    was = before or _UNREAD
    match event:
        case SkuSubscribed():
            plans = tuple([each.plan.int for each in event.plans if each.applies_to == "User"])
            return (event.part_number, event.applies_to, *was[2:-1], plans)
        case SeatsChanged():
            units = (event.enabled, event.warning, event.suspended, event.locked_out, event.consumed)
            return (*was[:2], *units, was[-1])
        case _:
            return None


def _skus_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    events = [fact.event for fact in facts]
    return {"sku_id": {event.sku for event in events if isinstance(event, SkuSubscribed | SeatsChanged | SkuLapsed)}}


PROJECTION = Versioned(
    table=Table(
        "sku_units",
        key=(Column("sku_id", "uuid"),),
        place=VALID,
        values=(
            Column("part_number", "text"),
            Column("applies_to", "text"),
            Column("enabled", "integer"),
            Column("warning", "integer"),
            Column("suspended", "integer"),
            Column("locked_out", "integer"),
            Column("consumed", "integer"),
            Column("plans", "uuid[]"),
        ),
    ),
    facts=frozenset({SkuSubscribed, SeatsChanged, SkuLapsed}),
    looked_up=_skus_of,
    project=project,
    version=3,
)
