"""For how long who called whom is kept, and the months of which it is gone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.ids import TenantId
from app.domain.retention import DEFAULT_DAYS
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.first_generation import refuse_unbuilt
from app.projections.projection import Versioned
from app.projections.reading import Moment, rows
from app.projections.versioned import Book, Table


@dataclass(frozen=True, slots=True)
class CallRetention:
    """`days`: after the last day of a call's month. `dropped`: months that are gone, as 2026-03, in order. `late`:
    calls that came when theirs was, and were not stored, by month."""

    days: int
    dropped: tuple[str, ...]
    late: Mapping[str, int]


async def rule_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> CallRetention:
    """The rule as known at the moment; the default where the customer has none. What is late is told as of now.

    Raises NotReady until the table is there, in the release it came with.
    """
    await refuse_unbuilt(db, tenant, "call_retention")
    found = await rows(
        db,
        """
        SELECT days, dropped FROM call_retention
        WHERE tenant_id = %(tenant)s AND since_position <= %(position)s AND until_position > %(position)s
        """,
        {"tenant": tenant, "position": at.position},
    )
    days, dropped = found[0] if found else (DEFAULT_DAYS, ())
    late = await rows(
        db,
        'SELECT month, count(*) FROM late_calls WHERE tenant_id = %s GROUP BY month ORDER BY month COLLATE "C"',
        (tenant,),
    )
    return CallRetention(days, tuple(dropped), dict(late))


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row for all; a change replaces it."""
    for fact in facts:
        known = book.of(())
        days, dropped = known[0].value if known else (DEFAULT_DAYS, ())
        match fact.event:
            case CallRetentionSet():
                book.put((), [((), (fact.event.days, dropped))], fact.position)
            case CallDetailDropped():
                months = tuple(sorted({*dropped, fact.event.month}))
                book.put((), [((), (days, months))], fact.position)


def _the_row(_: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {}


PROJECTION = Versioned(
    table=Table("call_retention", key=(), place=(), values=(Column("days", "integer"), Column("dropped", "text[]"))),
    facts=frozenset({CallRetentionSet, CallDetailDropped}),
    looked_up=_the_row,
    project=project,
)
