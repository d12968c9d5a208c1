"""Exchange rates as they were stated, by pair and day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from app.domain.events.pricing import ExchangeRateSet
from app.domain.ids import TenantId
from app.domain.price_book import Rate
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned
from app.projections.reading import Moment, known, rows
from app.projections.versioned import Book, Table


async def rates_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[Rate]:
    """Every rate known at a moment, whatever its day: by pair and day."""
    found = await rows(
        db,
        f"""
        SELECT r.base, r.quote, r.rate, r.rated_on, r.source
        FROM {known("exchange_rates")} r ORDER BY r.base, r.quote, r.rated_on
        """,
        {"tenant": tenant, "position": at.position},
    )
    return [Rate(*row) for row in found]


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a pair and day: the rate that was said last."""
    for fact in facts:
        event = fact.event
        if isinstance(event, ExchangeRateSet):
            book.put((event.base, event.quote, event.on), [((), (event.rate, event.source))], fact.position)


def _days_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    events = [fact.event for fact in facts if isinstance(fact.event, ExchangeRateSet)]
    return {"base": {event.base for event in events}, "rated_on": {event.on for event in events}}


PROJECTION = Versioned(
    table=Table(
        "exchange_rates",
        key=(Column("base", "text"), Column("quote", "text"), Column("rated_on", "date")),
        place=(),
        values=(Column("rate", "numeric"), Column("source", "text")),
    ),
    facts=frozenset({ExchangeRateSet}),
    looked_up=_days_of,
    project=project,
)
