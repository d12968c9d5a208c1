"""Minutes that users of calling plans called out, by whole calendar months."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from app.domain.ids import TenantId, UserId
from app.domain.licensing import read_cutoff
from app.domain.stand_ins import span_of
from app.insight.grounds import CALLS_REACH_BACK
from app.projections.reading import Moment, rows
from app.projections.tenants import TenantRow

MONTHS = 3


class Called(NamedTuple):
    """`minutes`: the most in one of the last three whole months, each call rounded up. `abroad`: any of them was."""

    minutes: int
    abroad: bool


NOTHING = Called(0, False)


Months = tuple[datetime, datetime]
"""The months of which minutes count, from the first instant to the one after their last."""


async def called_out(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow
) -> dict[UserId, Called] | None:
    """By user, in the three whole calendar months (UTC, as pools count) before the month of the moment.

    Who is not in it called nobody. None: the log does not cover these months, or does not tell any more who called.
    """
    months = months_covered(at, row)
    return None if months is None else await called_in(db, tenant, at, months)


def months_covered(at: Moment, row: TenantRow) -> Months | None:
    """The months that count at a moment; None: the log does not cover them. `row`: the tenant's of the moment."""
    since, until = _months_before(at.on)
    return (since, until) if _covered(at, row, since, until) else None


async def called_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, months: Months
) -> dict[UserId, Called] | None:
    """By user, in these months as known at a moment. None: of one of them it is gone who called."""
    since, until = months
    found = await rows(
        db,
        """
        SELECT user_id, max(minutes)::integer, bool_or(abroad) FROM (
            SELECT c.user_id, sum((c.seconds + 59) / 60) AS minutes,
                   bool_or(c.destination_context = 'International') AS abroad
            FROM pstn_charges c
            WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
              AND c.began_at >= %(since)s AND c.began_at < %(until)s AND c.user_id IS NOT NULL AND c.seconds > 0
              AND c.kind LIKE 'user\\_out%%' AND c.kind <> 'user_out_conf'
            GROUP BY c.user_id, date_trunc('month', c.began_at, 'UTC')
        ) AS months GROUP BY user_id
        """,
        {"tenant": tenant, "position": at.position, "since": since, "until": until},
    )
    if any(span_of(user) is not None for user, _, _ in found):
        return None
    return {UserId(user): Called(minutes, bool(abroad)) for user, minutes, abroad in found}


def _months_before(on: date) -> Months:
    first = on.year * 12 + on.month - 1 - MONTHS
    until = datetime(on.year, on.month, 1, tzinfo=UTC)
    return datetime(first // 12, first % 12 + 1, 1, tzinfo=UTC), until


def _covered(at: Moment, row: TenantRow, since: datetime, until: datetime) -> bool:
    """The log is read of late and to the end of these months, and was from their beginning on."""
    if row.pstn_logs is not True or row.consented_at is None or row.pstn_collected_at is None:
        return False
    read = row.pstn_collected_at
    return (
        read >= until
        and read >= read_cutoff(at.known_on, ZoneInfo(at.zone))
        and row.consented_at - CALLS_REACH_BACK <= since
    )
