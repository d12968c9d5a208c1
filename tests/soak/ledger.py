"""The coverage ledger against the simulator's truth. By plain SQL; imports nothing of SUA."""

from collections import Counter
from datetime import datetime, timedelta

import psycopg

from tests.soak.oracle import Findings, Pair, Truth, Version

HOUR = timedelta(hours=1)
LISTED_WITHIN = timedelta(hours=3)
"""Calls are listed hourly, so the newest listing is no older, nor is the newest hour that was listed whole."""

_HOURS = """
SELECT hour, fetched, missing, pass FROM call_coverage
WHERE tenant_id = %(tenant)s AND until_position > (SELECT position FROM tenant_heads WHERE tenant_id = %(tenant)s)
"""
_LACKING = """
SELECT call_id, revision, missing_since FROM missing_calls
WHERE tenant_id = %(tenant)s AND until_position > (SELECT position FROM tenant_heads WHERE tenant_id = %(tenant)s)
"""
_WATCH = """
SELECT covered_since, listed_at FROM calls_listed
WHERE tenant_id = %(tenant)s AND until_position > (SELECT position FROM tenant_heads WHERE tenant_id = %(tenant)s)
"""


def check_ledger(db: psycopg.Connection, truth: Truth, pair: Pair, found: Findings) -> None:
    """Nothing is missing any more, every hour since the first call was listed whole, and counts what there was."""
    given = {"tenant": pair.tenant}
    made = truth.versions(pair.directory)
    for call, revision, since in db.execute(_LACKING, given):
        found.wrong.append(f"{pair.tenant}: the ledger misses call {call} in version {revision} since {since}")
    hours = {hour: rest for hour, *rest in db.execute(_HOURS, given)}
    fetched = {hour: row[0] for hour, row in hours.items() if row[0]}
    if fetched != _begun(made):
        odd = {hour for hour in fetched | _begun(made) if fetched.get(hour) != _begun(made).get(hour)}
        found.wrong.append(f"{pair.tenant}: the ledger counts other calls than were made in {sorted(odd)[:3]}")
    _check_gaps(db, truth, pair, {hour for hour, row in hours.items() if row[2] is not None}, made, found)
    found.checked["hours of coverage"] += len(hours)


def _check_gaps(
    db: psycopg.Connection,
    truth: Truth,
    pair: Pair,
    listed: set[datetime],
    made: dict[str, dict[int, Version]],
    found: Findings,
) -> None:
    watch = db.execute(_WATCH, {"tenant": pair.tenant}).fetchone()
    if watch is None:
        found.wrong.append(f"{pair.tenant}: its calls were never listed")
        return
    covered_since, listed_at = watch
    now = truth.stops[-1]
    if listed_at < now - LISTED_WITHIN:
        found.wrong.append(f"{pair.tenant}: at {now} its calls were last listed at {listed_at}")
    first = min((hour_of(each[min(each)].started_at) for each in made.values()), default=covered_since)
    if covered_since > first:
        found.wrong.append(f"{pair.tenant}: its calls are covered since {covered_since}, the first began in {first}")
    hour = hour_of(covered_since)
    gaps = []
    while hour < now - LISTED_WITHIN:
        if hour not in listed:
            gaps.append(hour)
        hour += HOUR
    if gaps:
        found.wrong.append(f"{pair.tenant}: {len(gaps)} hours were never listed whole, the first is {gaps[0]}")


def _begun(made: dict[str, dict[int, Version]]) -> dict[datetime, int]:
    """Calls by the hour in which they began, as their newest version has it."""
    return dict(Counter(hour_of(versions[max(versions)].started_at) for versions in made.values()))


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
