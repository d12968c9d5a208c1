"""One row per row of the PSTN log, as it was last told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from app.projections.reading import Moment, rows
from app.projections.versioned import Book, Table


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
    names = ", ".join(f"c.{column.name}" for column in (*_TABLE.key, *_TABLE.values))
    found = await rows(
        db,
        f"""
        SELECT {names} FROM pstn_charges c
        WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
          AND c.began_at >= %(since)s AND c.began_at < least(%(until)s, %(at)s)
          AND (%(began)s::timestamptz IS NULL OR (c.began_at, c.row_id) < (%(began)s::timestamptz, %(row)s::uuid))
        ORDER BY c.began_at DESC, c.row_id DESC LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "at": at.at,
            "since": since,
            "until": until,
            "began": after and after[0],
            "row": after and after[1],
            "limit": limit,
        },
    )
    return [PstnChargeRow(*row) for row in found]


_LIKELY = """
    WITH digits AS (
        SELECT c.row_id, c.user_id, c.began_at,
               array(SELECT regexp_replace(split_part(number, '*', 1), '[^0-9]', '', 'g')
                     FROM unnest(ARRAY[c.caller, c.callee]) AS number WHERE number IS NOT NULL) AS numbers
        FROM pstn_charges c
        WHERE c.tenant_id = %(tenant)s AND c.row_id = ANY (%(rows)s::uuid[]) AND c.user_id IS NOT NULL
          AND c.since_position <= %(position)s AND c.until_position > %(position)s
    ), candidates AS (
        SELECT d.row_id, r.call_id, abs(extract(epoch FROM r.started_at - d.began_at)) AS apart,
               (SELECT bool_or(EXISTS (
                    SELECT FROM unnest(d.numbers) AS number
                    WHERE length(number) >= 6 AND starts_with(regexp_replace(o.label, '[^0-9]', '', 'g'), number)))
                FROM call_participants o
                WHERE o.tenant_id = %(tenant)s AND o.call_id = r.call_id AND o.party_kind = 'phone'
                  AND o.label IS NOT NULL
                  AND o.since_position <= %(position)s AND o.until_position > %(position)s) AS same_number,
               (SELECT count(*) FROM unnest(d.numbers) AS number WHERE length(number) >= 6) >= 2 AS numbers_told
        FROM digits d
        JOIN calls r ON r.tenant_id = %(tenant)s AND r.direction = 'pstn' AND NOT r.test
          AND r.started_at BETWEEN d.began_at - interval '60 seconds' AND d.began_at + interval '60 seconds'
          AND r.since_position <= %(position)s AND r.until_position > %(position)s
        WHERE EXISTS (
            SELECT FROM call_participants p
            WHERE p.tenant_id = %(tenant)s AND p.call_id = r.call_id AND p.user_id = d.user_id
              AND p.since_position <= %(position)s AND p.until_position > %(position)s)
    )
    SELECT DISTINCT ON (row_id) row_id, call_id, coalesce(same_number, false)
    FROM candidates
    WHERE same_number OR same_number IS NULL OR NOT numbers_told
    ORDER BY row_id, coalesce(same_number, false) DESC, apart, call_id
"""


async def likely_calls(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, charges: Sequence[LogRowId]
) -> dict[LogRowId, LikelyCall]:
    """The call record each of these rows most probably belongs to, by user, start and number; none is often none.

    A number told on both sides that differs rules a record out. Masked ones are compared as far as they are told.
    """
    found = await rows(db, _LIKELY, {"tenant": tenant, "position": at.position, "rows": list(charges)})
    return {
        LogRowId(row): LikelyCall(CallId(call), Likeness.PROBABLE if same_number else Likeness.POSSIBLE)
        for row, call, same_number in found
    }


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
