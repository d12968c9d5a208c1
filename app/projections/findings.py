"""What people decided of a seat: that it is to be left alone, and what is to become of its finding.

What is wrong with a seat is not stored: it is judged when somebody asks (app.insight).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from app.domain.events import Event
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.ids import SkuId, TenantId, UserId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant, instant
from app.projections.projection import Versioned, users_of
from app.projections.reading import Moment, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value


@dataclass(frozen=True, slots=True)
class DecidedSeat:
    """`exempt_reason` None: not exempt; empty: the holder was erased. `exempt_owner` None as well: the owner was.

    `exempt_until`: the first day the exemption no longer holds, None: without end; whether it holds on a day is for
    whoever asks to tell.

    `decision` None: nobody decided; else about a finding of that `cause` and `tier`. `..._by`: object ids of people.
    """

    user: UserId
    sku: SkuId
    exempt_reason: str | None
    exempt_owner: str | None
    exempt_until: date | None
    exempted_by: UUID | None
    decision: Decision | None
    cause: Cause | None
    tier: Tier | None
    note: str | None
    decided_at: datetime | None
    decided_by: UUID | None


_SELECTED = f"""
    SELECT f.user_id, f.sku_id, f.exempt_reason, f.exempt_owner, f.exempt_until, f.exempted_by, f.decision, f.cause,
           f.tier, f.note, f.decided_at, f.decided_by
    FROM {known("findings")} f WHERE {in_force("f")}
"""


async def of_seats(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[DecidedSeat]:
    """What had been decided of these users' seats at a moment, by user and SKU. Seats without a word are left out."""
    found = await rows(
        db,
        f"{_SELECTED} AND f.user_id = ANY (%(users)s::uuid[]) ORDER BY f.user_id, f.sku_id",
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users)},
    )
    return [_row(row) for row in found]


async def exempted(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, *, after: tuple[UUID, UUID] | None, limit: int
) -> list[DecidedSeat]:
    """Seats exempt on a moment's day, by user and SKU. `after`: user and SKU of the last one of the page before."""
    found = await rows(
        db,
        f"""{_SELECTED} AND f.exempt_reason IS NOT NULL AND (f.exempt_until IS NULL OR f.exempt_until > %(on)s)
          AND (%(user)s::uuid IS NULL OR (f.user_id, f.sku_id) > (%(user)s::uuid, %(sku)s::uuid))
        ORDER BY f.user_id, f.sku_id LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "at": at.at,
            "on": at.on,
            "user": after and after[0],
            "sku": after and after[1],
            "limit": limit,
        },
    )
    return [_row(row) for row in found]


def _row(row: tuple[Any, ...]) -> DecidedSeat:
    values = list(row)
    values[6] = row[6] and Decision(row[6])
    values[7] = row[7] and Cause(row[7])
    values[8] = row[8] and Tier(row[8])
    return DecidedSeat(*values)


class _Values(NamedTuple):
    """What a row says, as the columns stand."""

    exempt_reason: str | None = None
    exempt_owner: str | None = None
    exempt_until: date | None = None
    decision: str | None = None
    cause: str | None = None
    tier: str | None = None
    note: str | None = None
    decided_at: Instant | None = None
    decided_by: UUID | None = None
    exempted_by: UUID | None = None


_FACTS = (SeatExempted, ExemptionLifted, FindingDecided)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a seat; each fact changes what is so from when it happened on. With nothing left to say: none."""
    for fact in facts:
        event = fact.event
        if isinstance(event, _FACTS):
            book.change_from((event.user.int, event.sku.int), fact.at, fact.position, partial(_after, event))


def _after(event: Event, before: Value | None) -> Value | None:
    was = _Values() if before is None else _Values(*before)
    match event:
        case SeatExempted():
            return was._replace(
                exempt_reason=event.reason.value or "",
                exempt_owner=event.owner.value,
                exempt_until=event.until,
                exempted_by=event.by,
            )
        case ExemptionLifted():
            left = was._replace(exempt_reason=None, exempt_owner=None, exempt_until=None, exempted_by=None)
            return None if left == _Values() else left
        case FindingDecided():
            return was._replace(
                decision=event.decision.value,
                cause=event.cause.value,
                tier=event.tier.value,
                note=None if event.note is None else event.note.value,
                decided_at=instant(event.happened_at),
                decided_by=event.by,
            )
        case _:
            return before


PROJECTION = Versioned(
    table=Table(
        "findings",
        key=(Column("user_id", "uuid"), Column("sku_id", "uuid")),
        place=VALID,
        values=(
            Column("exempt_reason", "text"),
            Column("exempt_owner", "text"),
            Column("exempt_until", "date"),
            Column("decision", "text"),
            Column("cause", "text"),
            Column("tier", "text"),
            Column("note", "text"),
            Column("decided_at", "timestamptz"),
            Column("decided_by", "uuid"),
            Column("exempted_by", "uuid"),
        ),
    ),
    facts=frozenset(_FACTS),
    looked_up=users_of,
    project=project,
    version=2,
)
