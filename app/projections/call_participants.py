"""Who took part in each call, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.events.telephony import PartyKind
from app.domain.ids import CallId, DirectoryId, TenantId, UserId
from app.projections.reading import Moment, rows


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
