"""One row per call and revision: the newest known at a position is the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId, TenantId, UserId
from app.domain.telephony import Direction, direction_of, has_failed
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, instant
from app.projections.projection import Versioned, calls_of
from app.projections.reading import Moment, Question, rows
from app.projections.versioned import Book, Table


@dataclass(frozen=True, slots=True)
class CallRow:
    """`participants` counts parties, not legs. `failed`: no leg carried anything. `organiser` None: no user."""

    call: CallId
    revision: int
    kind: str
    modalities: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    direction: Direction
    organiser: UserId | None
    participants: int
    test: bool
    failed: bool


async def listed_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, **wanted: Any) -> list[CallRow]:
    """The calls of a `listing`."""
    return [_row(row) for row in await rows(db, *listing(tenant, at, **wanted))]


def listing(
    tenant: TenantId,
    at: Moment,
    *,
    since: datetime,
    until: datetime,
    direction: Direction | None = None,
    kind: str | None = None,
    user: UserId | None = None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Question:
    """Calls that began in [since, until) and before the moment, the newest first. Test calls are left out.

    `user`: only calls they took part in. `after`: start and id of the last call of the page before.
    """
    return Question(
        f"""
        SELECT c.call_id, c.revision, c.kind, c.modalities, c.started_at, c.ended_at, c.direction, c.organiser_id,
               c.participants, c.test, c.failed
        FROM calls c
        WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
          AND c.started_at >= %(since)s AND c.started_at < least(%(until)s, %(at)s) AND NOT c.test
          AND (%(direction)s::text IS NULL OR c.direction = %(direction)s::text)
          AND (%(kind)s::text IS NULL OR c.kind = %(kind)s::text)
          {_WITH_USER if user is not None else ""}
          AND (%(started)s::timestamptz IS NULL
               OR (c.started_at, c.call_id) < (%(started)s::timestamptz, %(call)s::uuid))
        ORDER BY c.started_at DESC, c.call_id DESC LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "at": at.at,
            "since": since,
            "until": until,
            "direction": direction,
            "kind": kind,
            "user": user,
            "started": after and after[0],
            "call": after and after[1],
            "limit": limit,
        },
    )


_WITH_USER = """
    AND EXISTS (SELECT FROM call_participants p
                WHERE p.tenant_id = c.tenant_id AND p.call_id = c.call_id AND p.user_id = %(user)s::uuid
                  AND p.since_position <= %(position)s AND p.until_position > %(position)s)
"""


def _row(row: tuple[Any, ...]) -> CallRow:
    values = list(row)
    values[3], values[6] = tuple(row[3]), Direction(row[6])
    return CallRow(*values)


def project(facts: Sequence[Fact], book: Book, bearings: Bearings) -> None:
    """One row a call; a revision replaces it whole."""
    for fact in facts:
        if not isinstance(fact.event, CallCompleted | CallRevised):
            continue
        call, position = fact.event.call, fact.position
        row = (
            call.revision,
            call.kind,
            call.modalities,
            instant(call.started_at),
            instant(call.ended_at),
            direction_of(call, bearings.home_at(position)).value,
            call.organiser and call.organiser.user,
            len(bearings.parties(position, call)),
            call.test,
            has_failed(call),
        )
        book.put((call.call.int,), [((), row)], position)


PROJECTION = Versioned(
    table=Table(
        "calls",
        key=(Column("call_id", "uuid"),),
        place=(),
        values=(
            Column("revision", "bigint"),
            Column("kind", "text"),
            Column("modalities", "text[]"),
            Column("started_at", "timestamptz"),
            Column("ended_at", "timestamptz"),
            Column("direction", "text"),
            Column("organiser_id", "uuid"),
            Column("participants", "integer"),
            Column("test", "boolean"),
            Column("failed", "boolean"),
        ),
    ),
    facts=frozenset({CallCompleted, CallRevised}),
    looked_up=calls_of,
    project=project,
)
