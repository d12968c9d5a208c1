"""Days and spans of time, half-open: `since` included, `until` excluded."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The open end of a span."""

Span = tuple[datetime, datetime]


def day_begins(on: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) a civil day begins in a time zone. A day is a day, also where clocks change."""
    return datetime.combine(on, time(), zone).astimezone(UTC)


def day_ends(on: date, zone: ZoneInfo) -> datetime:
    return day_begins(on + timedelta(days=1), zone)


def union_length(spans: Iterable[Span]) -> timedelta:
    """Length of the union of spans that may overlap (definitions: participant minutes)."""
    total = timedelta()
    covered_until: datetime | None = None
    for since, until in sorted(spans):
        start = since if covered_until is None else max(since, covered_until)
        if until > start:
            total += until - start
            covered_until = until
        elif covered_until is None:
            covered_until = since
    return total
