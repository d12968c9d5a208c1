"""Questions to the coverage ledger: hours, calls still missing, and the spans no listing has covered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import psycopg

from app.domain.events.coverage import Pass
from app.domain.ids import CallId, TenantId
from app.projections.reading import Moment, known, rows

HOUR = timedelta(hours=1)
EXPECTED_AFTER = timedelta(hours=3)
"""Younger hours are no gap yet: a call's record may take two and a half hours, and listings come once an hour."""


class GapReason(StrEnum):
    """NOT_LISTED: no listing covered the hours, so calls may be lacking. CALLS_MISSING: calls are known to lack."""

    NOT_LISTED = "NOT_LISTED"
    CALLS_MISSING = "CALLS_MISSING"


@dataclass(frozen=True, slots=True)
class HourRow:
    """Calls that began in an hour (UTC). `listed` None: no listing touched it; `best` None: none covered it whole."""

    hour: datetime
    notified: int
    fetched: int
    listed: int | None
    missing: int
    best: Pass | None

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "HourRow":
        hour, notified, fetched, listed, missing, best = row
        return cls(hour, notified, fetched, listed, missing, None if best is None else Pass(best))


@dataclass(frozen=True, slots=True)
class MissingRow:
    call: CallId
    revision: int
    started_at: datetime
    missing_since: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """Since which hour a tenant's calls are watched, and when they were last listed."""

    covered_since: datetime
    listed_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours [since, until)."""

    since: datetime
    until: datetime
    reason: GapReason


async def hours_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, since: datetime, until: datetime
) -> list[HourRow]:
    """Hours that begin in [since, until), in order; those nothing was heard of are left out."""
    found = await rows(
        db,
        f"""
        SELECT c.hour, c.notified, c.fetched, c.listed, c.missing, c.pass FROM {known("call_coverage")} c
        WHERE c.hour >= %(since)s AND c.hour < %(until)s ORDER BY c.hour
        """,
        {"tenant": tenant, "position": at.position, "since": since, "until": until},
    )
    return [HourRow.of(row) for row in found]


async def missing_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, since: datetime, until: datetime, limit: int
) -> list[MissingRow]:
    """Calls still missing that began in [since, until), the first ones first."""
    found = await rows(
        db,
        f"""
        SELECT m.call_id, m.revision, m.started_at, m.missing_since FROM {known("missing_calls")} m
        WHERE m.started_at >= %(since)s AND m.started_at < %(until)s ORDER BY m.started_at, m.call_id LIMIT %(limit)s
        """,
        {"tenant": tenant, "position": at.position, "since": since, "until": until, "limit": limit},
    )
    return [MissingRow(*row) for row in found]


async def watched(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> Watch | None:
    """None: its calls have never been listed."""
    found = await rows(
        db,
        f"SELECT w.covered_since, w.listed_at FROM {known('calls_listed')} w",
        {"tenant": tenant, "position": at.position},
    )
    return Watch(*found[0]) if found else None


async def gaps_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, since: datetime, until: datetime, now: datetime
) -> list[Gap]:
    """The gaps among the hours that touch [since, until), as far as they may be expected at `now`."""
    first, end = hour_of(since), min(until, hour_of(now - EXPECTED_AFTER))
    return gaps_of(await hours_in(db, tenant, at, first, end), first, end)


def gaps_of(hours: Sequence[HourRow], since: datetime, until: datetime) -> list[Gap]:
    """Hours not covered whole or with missing calls, neighbours of one reason as one. `since` is a full hour."""
    by_hour = {row.hour: row for row in hours}
    found: list[Gap] = []
    hour = since
    while hour < until:
        row = by_hour.get(hour)
        reason = _reason(row)
        if reason is not None:
            if found and found[-1].until == hour and found[-1].reason is reason:
                found[-1] = Gap(found[-1].since, hour + HOUR, reason)
            else:
                found.append(Gap(hour, hour + HOUR, reason))
        hour += HOUR
    return found


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _reason(row: HourRow | None) -> GapReason | None:
    if row is None or row.best is None:
        return GapReason.NOT_LISTED
    return GapReason.CALLS_MISSING if row.missing else None
