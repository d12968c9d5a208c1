"""Calls and participant time of each user of the tenant, per day and direction."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg

from app.domain.ids import TenantId
from app.projections.reading import Moment, known, rows

Grouping = Literal["department", "company", "cost_centre", "country", "user", "day", "direction"]
GROUPINGS: tuple[Grouping, ...] = ("department", "company", "cost_centre", "country", "user", "day", "direction")

_KEYS = {
    "department": "u.department",
    "company": "u.company",
    "cost_centre": "u.cost_centre",
    "country": "u.country",
    "user": "c.user_id::text",
    "day": "c.day::text",
    "direction": "c.direction",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """`key` None: the directory says nothing (unallocated). `calls` counts a call once for each of its users.

    `participant_seconds`: whole seconds, the union of each user's legs within a call.
    """

    key: str | None
    calls: int
    participant_seconds: int
    users: int
    failed_calls: int


async def spent_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping
) -> list[Usage]:
    """What the tenant's users spent on calls that began on the days [since, until) up to the moment, by key.

    Departments and the like are those the user had at the end of that day. Test calls are not counted.
    """
    key = _KEYS[group_by]
    found = await rows(
        db,
        f"""
        SELECT {key} AS key, sum(c.calls), sum(c.seconds), count(DISTINCT c.user_id), sum(c.failed_calls)
        FROM {known("call_usage")} c {_MEMBERSHIP if key.startswith("u.") else ""}
        WHERE c.day >= %(since)s AND c.day < %(until)s AND c.day <= %(on)s AND c.calls > 0
        GROUP BY 1 ORDER BY 1 NULLS LAST
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "zone": at.zone,
            "on": at.on,
            "since": since,
            "until": until,
        },
    )
    return [Usage(key, int(calls), int(seconds), users, int(failed)) for key, calls, seconds, users, failed in found]


_MEMBERSHIP = f"""
    LEFT JOIN {known("users")} u ON u.tenant_id = c.tenant_id AND u.user_id = c.user_id
     AND u.valid_from < ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
     AND u.valid_until >= ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
"""
