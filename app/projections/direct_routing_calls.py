"""One row per row of the Direct Routing log, as it was last told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events.charging import DirectRoutingCallLogged
from app.domain.ids import CallId, LogRowId, TenantId, UserId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, instant, instant_or_none
from app.projections.projection import Versioned
from app.projections.reading import Moment, log_page, rows
from app.projections.versioned import Book, Table


@dataclass(frozen=True, slots=True)
class DirectRoutingRow:
    """`connected_at` None: never answered."""

    row: LogRowId
    user: UserId | None
    label: str | None
    kind: str | None
    caller: str | None
    callee: str | None
    began_at: datetime
    ended_at: datetime | None
    seconds: int | None
    correlation: UUID | None
    connected_at: datetime | None
    invited_at: datetime | None
    failed_at: datetime | None
    successful: bool | None
    sip_code: int | None
    sip_phrase: str | None
    end_reason: int | None
    trunk: str | None
    media_location: str | None
    signalling_location: str | None
    media_bypass: bool | None


async def listed_at(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    *,
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[DirectRoutingRow]:
    """Calls that began in [since, until) and before the moment, the newest first.

    `after`: begin and id of the last row of the page before.
    """
    names = [column.name for column in (*_TABLE.key, *_TABLE.values)]
    found = await log_page(db, _TABLE.name, names, tenant, at, since=since, until=until, after=after, limit=limit)
    return [DirectRoutingRow(*row) for row in found]


async def recorded_calls(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, calls: Sequence[LogRowId]
) -> dict[LogRowId, CallId]:
    """The call record of each of these rows, by correlation id; a row whose record is not known has none."""
    found = await rows(
        db,
        """
        SELECT c.row_id, r.call_id
        FROM direct_routing_calls c
        JOIN calls r ON r.tenant_id = c.tenant_id AND r.call_id = c.correlation_id
          AND r.since_position <= %(position)s AND r.until_position > %(position)s
        WHERE c.tenant_id = %(tenant)s AND c.row_id = ANY (%(rows)s::uuid[])
          AND c.since_position <= %(position)s AND c.until_position > %(position)s
        """,
        {"tenant": tenant, "position": at.position, "rows": list(calls)},
    )
    return {LogRowId(row): CallId(call) for row, call in found}


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a row; a corrected one replaces it whole."""
    for fact in facts:
        if not isinstance(fact.event, DirectRoutingCallLogged):
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
            call.correlation,
            instant_or_none(call.connected_at),
            instant_or_none(call.invited_at),
            instant_or_none(call.failed_at),
            call.successful,
            call.sip_code,
            call.sip_phrase,
            call.end_reason,
            call.trunk,
            call.media_location,
            call.signalling_location,
            call.media_bypass,
        )
        book.put((call.row.int,), [((), row)], fact.position)


def _rows_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    return {"row_id": {fact.event.call.row for fact in facts if isinstance(fact.event, DirectRoutingCallLogged)}}


_TABLE = Table(
    "direct_routing_calls",
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
        Column("correlation_id", "uuid"),
        Column("connected_at", "timestamptz"),
        Column("invited_at", "timestamptz"),
        Column("failed_at", "timestamptz"),
        Column("successful", "boolean"),
        Column("sip_code", "integer"),
        Column("sip_phrase", "text"),
        Column("end_reason", "integer"),
        Column("trunk", "text"),
        Column("media_location", "text"),
        Column("signalling_location", "text"),
        Column("media_bypass", "boolean"),
    ),
)

PROJECTION = Versioned(table=_TABLE, facts=frozenset({DirectRoutingCallLogged}), looked_up=_rows_of, project=project)
