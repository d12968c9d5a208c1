"""Prices as they were stated: which counts on a day, `app.domain.price_book` says.

A price's own time is its dates, so rows have no span of their own: at a position there is one a lot and first day.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from app.domain.events.pricing import Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceLine
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned
from app.projections.reading import Moment, known, rows
from app.projections.versioned import Book, Table, Value


async def lines_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[PriceLine]:
    """Every price known at a moment, whenever it holds: by product, source, lot and first day."""
    found = await rows(
        db,
        f"""
        SELECT p.sku_id, p.source, p.lot, p.amount, p.currency, p.per, p.term, p.effective_from, p.effective_until,
               p.quantity, p.commit_floor, p.tax_included
        FROM {known("prices")} p ORDER BY p.sku_id, p.source, p.lot, p.effective_from
        """,
        {"tenant": tenant, "position": at.position},
    )
    return [_line(*row) for row in found]


def _line(sku: SkuId, source: str, lot: str, amount: Any, currency: str, per: str, term: str, *rest: Any) -> PriceLine:
    return PriceLine(sku, PriceSource(source), lot, amount, currency, Per(per), Term(term), *rest)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a product, source, lot and first day: what was said last of it, or none once it is withdrawn."""
    for fact in facts:
        event = fact.event
        if isinstance(event, PriceSet | PriceWithdrawn):
            key = (event.sku.int, event.source.value, event.lot, event.effective_from)
            book.put(key, [((), _values(event))] if isinstance(event, PriceSet) else [], fact.position)


def _values(price: PriceSet) -> Value:
    return (
        price.amount,
        price.currency,
        price.per.value,
        price.term.value,
        price.effective_until,
        price.quantity,
        price.commit_floor,
        price.tax_included,
    )


def _skus_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {"sku_id": {fact.event.sku for fact in facts if isinstance(fact.event, PriceSet | PriceWithdrawn)}}


PROJECTION = Versioned(
    table=Table(
        "prices",
        key=(
            Column("sku_id", "uuid"),
            Column("source", "text"),
            Column("lot", "text"),
            Column("effective_from", "date"),
        ),
        place=(),
        values=(
            Column("amount", "numeric"),
            Column("currency", "text"),
            Column("per", "text"),
            Column("term", "text"),
            Column("effective_until", "date"),
            Column("quantity", "integer"),
            Column("commit_floor", "integer"),
            Column("tax_included", "boolean"),
        ),
    ),
    facts=frozenset({PriceSet, PriceWithdrawn}),
    looked_up=_skus_of,
    project=project,
)
