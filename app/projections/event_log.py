"""The log itself, for auditors: every fact with its place and its two times, personal values left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.domain.ids import TenantId
from app.domain.retention import CALL_DETAIL
from app.projections.reading import rows


@dataclass(frozen=True, slots=True)
class LoggedFact:
    """`state`: the fact as stored; where it holds a personal value stands null. Of calls it says stand-ins for users,
    or null where the details of their month are gone."""

    position: int
    name: str
    stream: str
    version: int
    happened_at: datetime
    recorded_at: datetime
    cause: UUID
    state: Mapping[str, object]


async def listed(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    position: int,
    *,
    names: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None,
    limit: int,
) -> list[LoggedFact]:
    """Facts up to `position` that happened in [since, until), the newest knowledge first. `names`: only these.

    `after`: the position of the last one of the page before.
    """
    found = await rows(
        db,
        """
        SELECT e.position, e.name, e.stream, e.version, e.happened_at, e.recorded_at, e.cause, e.state,
               e.name = ANY (%(calls)s) AND EXISTS (
                   SELECT FROM erased_subjects g WHERE g.tenant_id = e.tenant_id
                    AND g.subject = 'calls/' || to_char(e.happened_at AT TIME ZONE 'UTC', 'YYYY-MM'))
        FROM events e
        WHERE e.tenant_id = %(tenant)s AND e.position <= %(position)s
          AND (%(after)s::bigint IS NULL OR e.position < %(after)s::bigint)
          AND (%(names)s::text[] IS NULL OR e.name = ANY (%(names)s::text[]))
          AND (%(since)s::timestamptz IS NULL OR e.happened_at >= %(since)s::timestamptz)
          AND (%(until)s::timestamptz IS NULL OR e.happened_at < %(until)s::timestamptz)
        ORDER BY e.position DESC LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": position,
            "after": after,
            "calls": [fact.name for fact in CALL_DETAIL],
            "names": None if names is None else list(names),
            "since": since,
            "until": until,
            "limit": limit,
        },
    )
    return [LoggedFact(*(*row[:7], _withheld(json.loads(row[7]), users=row[8]))) for row in found]


def _withheld(value: Any, *, users: bool) -> Any:
    """The same value with null in place of everything sealed, and with `users` of every user."""
    if isinstance(value, dict):
        if "sealed" in value:
            return None
        return {key: None if users and key == "user" else _withheld(part, users=users) for key, part in value.items()}
    if isinstance(value, list):
        return [_withheld(part, users=users) for part in value]
    return value
