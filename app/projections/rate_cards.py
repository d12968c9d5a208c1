"""Rate cards of carriers, by carrier and first day: which counts on a day, `app.domain.phone_costs` says."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from pydantic import TypeAdapter

from app.domain.events.charging import RateCardSet, RateRow
from app.domain.ids import TenantId
from app.domain.phone_costs import RateCard
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned
from app.projections.reading import Moment, known, rows
from app.projections.versioned import Book, Table

_ROWS = TypeAdapter(tuple[RateRow, ...])


async def cards_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> list[RateCard]:
    """Every card known at a moment, whenever it holds: by carrier and first day."""
    found = await rows(
        db,
        f"""
        SELECT c.carrier, c.currency, c.effective_from, c.lines
        FROM {known("rate_cards")} c ORDER BY c.carrier, c.effective_from
        """,
        {"tenant": tenant, "position": at.position},
    )
    return [RateCard(carrier, currency, since, _ROWS.validate_json(lines)) for carrier, currency, since, lines in found]


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a carrier and first day: the card that was stated last."""
    for fact in facts:
        event = fact.event
        if isinstance(event, RateCardSet):
            lines = json.dumps([row.model_dump(mode="json") for row in event.rows])
            book.put((event.carrier, event.effective_from), [((), (event.currency, lines))], fact.position)


def _carriers_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {"carrier": {fact.event.carrier for fact in facts if isinstance(fact.event, RateCardSet)}}


PROJECTION = Versioned(
    table=Table(
        "rate_cards",
        key=(Column("carrier", "text"), Column("effective_from", "date")),
        place=(),
        values=(Column("currency", "text"), Column("lines", "text")),
    ),
    facts=frozenset({RateCardSet}),
    looked_up=_carriers_of,
    project=project,
)
