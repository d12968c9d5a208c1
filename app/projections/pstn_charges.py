"""One row per row of the PSTN log, as it was last told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events.charging import PstnCallCharged
from app.domain.ids import CallId, LogRowId, TenantId, UserId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, instant, instant_or_none
from app.projections.projection import Versioned
from app.projections.reading import Moment, log_page, rows
from app.projections.versioned import Book, Table

APART = timedelta(seconds=60)
"""How far the starts of a row and of a call record may differ."""

DIGITS_MIN = 6
"""Fewer tell nothing of a number."""


class Likeness(StrEnum):
    """Why a row is taken for the money side of a call record; Graph gives the two nothing in common but this.

    PROBABLE: user, start (60 s either way) and number agree. POSSIBLE: user and start agree, the number is not known.
    """

    PROBABLE = "PROBABLE"
    POSSIBLE = "POSSIBLE"


@dataclass(frozen=True, slots=True)
class LikelyCall:
    call: CallId
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class PstnChargeRow:
    """`charge` and `connection_charge` are in `currency`; None: not told."""

    row: LogRowId
    user: UserId | None
    label: str | None
    kind: str | None
    caller: str | None
    callee: str | None
    began_at: datetime
    ended_at: datetime | None
    seconds: int | None
    shared_id: str | None
    charge: Decimal | None
    connection_charge: Decimal | None
    currency: str | None
    destination: str | None
    destination_context: str | None
    usage_country: str | None
    tenant_country: str | None
    conference: str | None
    licence_capability: str | None
    inventory_type: str | None
    operator: str | None
    counted_by: str | None


async def listed_at(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    *,
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[PstnChargeRow]:
    """Calls that began in [since, until) and before the moment, the newest first.

    `after`: begin and id of the last row of the page before.
    """
    names = [column.name for column in (*_TABLE.key, *_TABLE.values)]
    found = await log_page(db, _TABLE.name, names, tenant, at, since=since, until=until, after=after, limit=limit)
    return [PstnChargeRow(*row) for row in found]


# Each row looks its minutes up in calls_by_start_idx, and each call found its parties. Joined at large, the planner
# would pair all calls with all rows, and all parties with both, where it has no statistics yet. IS TRUE keeps it from
# the primary key, whose since_position it takes for selective then.
_SAME_MINUTES = """
    SELECT asked.row_id, near.call_id, near.started_at,
           ARRAY(SELECT o.label FROM call_participants o
                 WHERE o.tenant_id = %(tenant)s AND o.call_id = near.call_id AND o.party_kind = 'phone'
                   AND o.since_position <= %(position)s AND o.until_position > %(position)s AND o.label IS NOT NULL),
           (SELECT true FROM call_participants p
            WHERE p.tenant_id = %(tenant)s AND p.call_id = near.call_id AND p.user_id = asked.user_id
              AND p.since_position <= %(position)s AND p.until_position > %(position)s LIMIT 1)
    FROM unnest(%(rows)s::uuid[], %(users)s::uuid[], %(begins)s::timestamptz[]) AS asked (row_id, user_id, began_at)
    CROSS JOIN LATERAL (
        SELECT c.call_id, c.started_at FROM calls c
        WHERE c.tenant_id = %(tenant)s
          AND (c.since_position <= %(position)s) IS TRUE AND c.until_position > %(position)s
          AND c.started_at BETWEEN asked.began_at - %(apart)s AND asked.began_at + %(apart)s
          AND c.direction = 'pstn' AND NOT c.test
        OFFSET 0
    ) AS near
"""


async def likely_calls(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, charges: Sequence[PstnChargeRow]
) -> dict[LogRowId, LikelyCall]:
    """The call record each of these rows most probably belongs to; many have none.

    Of several, one whose number agrees comes first, then the nearest start.
    """
    asked = {charge.row: charge for charge in charges if charge.user is not None}
    found = await rows(
        db,
        _SAME_MINUTES,
        {
            "tenant": tenant,
            "position": at.position,
            "apart": APART,
            "rows": list(asked),
            "users": [charge.user for charge in asked.values()],
            "begins": [charge.began_at for charge in asked.values()],
        },
    )
    best: dict[LogRowId, tuple[bool, timedelta, CallId]] = {}
    for row, call, started_at, labels, same_user in found:
        likeness = _likeness(asked[row], labels) if same_user else None
        if likeness is not None:
            rank = (likeness is not Likeness.PROBABLE, abs(started_at - asked[row].began_at), CallId(call))
            best[row] = min(rank, best.get(row, rank))
    return {
        row: LikelyCall(call, Likeness.POSSIBLE if unsure else Likeness.PROBABLE)
        for row, (unsure, _, call) in best.items()
    }


def _likeness(charge: PstnChargeRow, labels: Sequence[str]) -> Likeness | None:
    """Do the numbers agree? Masked ones as far as they are told. None: both sides tell theirs, and they differ."""
    told = [digits for number in (charge.caller, charge.callee) if len(digits := _digits(number)) >= DIGITS_MIN]
    called = [digits for label in labels if len(digits := _digits(label)) >= DIGITS_MIN]
    if any(number.startswith(part) for number in called for part in told):
        return Likeness.PROBABLE
    return Likeness.POSSIBLE if not called or len(told) < 2 else None


def _digits(number: str | None) -> str:
    return re.sub(r"[^0-9]", "", (number or "").partition("*")[0])


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a row; a corrected one replaces it whole."""
    for fact in facts:
        if not isinstance(fact.event, PstnCallCharged):
            continue
        call = fact.event.call
        row = (
            call.user,
            call.label and call.label.value,
            call.kind,
            call.caller and call.caller.value,
            call.callee and call.callee.value,
            instant(call.began_at),
            instant_or_none(call.ended_at),
            call.seconds,
            call.shared_id,
            call.charge,
            call.connection_charge,
            call.currency,
            call.destination,
            call.destination_context,
            call.usage_country,
            call.tenant_country,
            call.conference,
            call.licence_capability,
            call.inventory_type,
            call.operator,
            call.counted_by,
        )
        book.put((call.row.int,), [((), row)], fact.position)


def _rows_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {"row_id": {fact.event.call.row for fact in facts if isinstance(fact.event, PstnCallCharged)}}


_TABLE = Table(
    "pstn_charges",
    key=(Column("row_id", "uuid"),),
    place=(),
    values=(
        Column("user_id", "uuid"),
        Column("label", "text"),
        Column("kind", "text"),
        Column("caller", "text"),
        Column("callee", "text"),
        Column("began_at", "timestamptz"),
        Column("ended_at", "timestamptz"),
        Column("seconds", "integer"),
        Column("shared_id", "text"),
        Column("charge", "numeric"),
        Column("connection_charge", "numeric"),
        Column("currency", "text"),
        Column("destination", "text"),
        Column("destination_context", "text"),
        Column("usage_country", "text"),
        Column("tenant_country", "text"),
        Column("conference", "text"),
        Column("licence_capability", "text"),
        Column("inventory_type", "text"),
        Column("operator", "text"),
        Column("counted_by", "text"),
    ),
)

PROJECTION = Versioned(table=_TABLE, facts=frozenset({PstnCallCharged}), looked_up=_rows_of, project=project)
