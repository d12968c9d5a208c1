"""When each source last showed a user active. Newest only; `activity_gaps` knows the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.ids import TenantId, UserId
from app.projections.reading import Moment, rows

INTERACTIVE, NON_INTERACTIVE, SUCCESSFUL, CALL = "interactive", "non_interactive", "successful", "call"
"""Sources besides the workloads, which go by their own names. The first two also move with failed attempts."""


@dataclass(frozen=True, slots=True)
class LastActivity:
    user: UserId
    source: str
    at: datetime


async def known_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[LastActivity]:
    """The newest evidence of each source, by user and source.

    A source whose newest evidence came after the moment is left out: what it said before is not kept.
    """
    found = await rows(
        db,
        """
        SELECT l.user_id, l.source, l.at FROM last_activity l
        WHERE l.tenant_id = %(tenant)s AND l.user_id = ANY (%(users)s::uuid[])
          AND l.since_position <= %(position)s AND l.at < %(at)s
        ORDER BY l.user_id, l.source
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users)},
    )
    return [LastActivity(*row) for row in found]
