"""In which stretches users were not active. Only gaps of seven days and more are kept, and the one that may begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from app.domain.ids import TenantId, UserId
from app.projections.reading import Moment, known, rows

EVIDENCE, WEAK = "EVIDENCE", "WEAK"

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of a gap before which there was no activity."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The gap a user was in at a moment. `since` None: never active before. `grade` of the activity that is missing."""

    user: UserId
    grade: str
    since: datetime | None


async def quiet_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[Quiet]:
    """The gap each user was in at a moment, of whatever length so far, by user and grade."""
    found = await rows(
        db,
        f"""
        SELECT g.user_id, g.grade, nullif(g.gap_from, '1900-01-01Z') FROM {known("activity_gaps")} g
        WHERE g.user_id = ANY (%(users)s::uuid[]) AND g.gap_from < %(at)s AND g.gap_until >= %(at)s
        ORDER BY g.user_id, g.grade
        """,
        {"tenant": tenant, "position": at.position, "at": at.day_ends(at.known_on), "users": list(users)},
    )
    return [Quiet(*row) for row in found]
