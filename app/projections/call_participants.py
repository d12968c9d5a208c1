"""Who took part in each call, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.events.telephony import CallCompleted, CallRevised, PartyKind
from app.domain.ids import CallId, DirectoryId, TenantId, UserId
from app.domain.telephony import Participant
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, instant
from app.projections.projection import Versioned, calls_of
from app.projections.reading import Moment, rows
from app.projections.versioned import Book, Placed, Table, Value


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """`seconds`: the union of the party's legs. `label`: a number or a typed name; users' names stand in `users`."""

    call: CallId
    key: str
    user: UserId | None
    kind: PartyKind
    label: str | None
    directory: DirectoryId | None
    joined_at: datetime
    left_at: datetime
    seconds: int
    failed: bool


async def of_calls(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, calls: Sequence[CallId]
) -> list[ParticipantRow]:
    """Everyone who took part in these calls, by call and time of joining."""
    found = await rows(
        db,
        """
        SELECT p.call_id, p.party_key, p.user_id, p.party_kind, p.label, p.directory_id, p.joined_at, p.left_at,
               p.seconds, p.failed
        FROM call_participants p
        WHERE p.tenant_id = %(tenant)s AND p.call_id = ANY (%(calls)s::uuid[])
          AND p.since_position <= %(position)s AND p.until_position > %(position)s
        ORDER BY p.call_id, p.joined_at, p.party_key
        """,
        {"tenant": tenant, "position": at.position, "calls": list(calls)},
    )
    return [_row(row) for row in found]


def _row(row: tuple[Any, ...]) -> ParticipantRow:
    values = list(row)
    values[3] = PartyKind(row[3])
    return ParticipantRow(*values)


def project(facts: Sequence[Fact], book: Book, bearings: Bearings) -> None:
    """One row for each party of a call. A revision replaces them together; those that stay equal keep their rows."""
    for fact in facts:
        if not isinstance(fact.event, CallCompleted | CallRevised):
            continue
        call, position = fact.event.call, fact.position
        rows: list[Placed] = [((party.key,), _values(party)) for party in bearings.parties(position, call)]
        book.put((call.call.int,), rows, position)


def _values(party: Participant) -> Value:
    return (
        party.user,
        party.kind.value,
        party.label and party.label.value,
        party.directory,
        instant(party.joined_at),
        instant(party.left_at),
        party.seconds,
        party.failed,
    )


PROJECTION = Versioned(
    table=Table(
        "call_participants",
        key=(Column("call_id", "uuid"),),
        place=(Column("party_key", "text"),),
        values=(
            Column("user_id", "uuid"),
            Column("party_kind", "text"),
            Column("label", "text"),
            Column("directory_id", "uuid"),
            Column("joined_at", "timestamptz"),
            Column("left_at", "timestamptz"),
            Column("seconds", "bigint"),
            Column("failed", "boolean"),
        ),
    ),
    facts=frozenset({CallCompleted, CallRevised}),
    looked_up=calls_of,
    project=project,
)
