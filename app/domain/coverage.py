"""What was read of one feed: the runs closed, the last complete read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.ids import RunId

REMOVALS_ALWAYS_BELIEVED = 10
REMOVED_SHARE_BELIEVED = 0.2


class TooManyRemovals(Refused):
    """A read that calls itself complete lacks too many of the users known: more likely a fault than a mass leaving."""

    code = "TOO_MANY_REMOVALS"

    def __init__(self, gone: int, known: int) -> None:
        super().__init__(
            f"The read lacks {gone} of {known} known users; nothing of it was taken. Confirm it if it is true."
        )
        self.gone = gone
        self.known = known


@dataclass(frozen=True, slots=True)
class Coverage:
    """`complete_at` is the time of the newest complete read, None before the first."""

    complete_at: datetime | None = None
    taken: frozenset[RunId] = frozenset()
    failed: frozenset[RunId] = frozenset()


UNREAD = Coverage()


def replay(events: Iterable[Event]) -> Coverage:
    return reduce(evolve, events, UNREAD)


def evolve(coverage: Coverage, event: Event) -> Coverage:
    """Fold one fact in. Never refuses; a fact about something else leaves the coverage as it is."""
    match event:
        case SnapshotTaken():
            at = event.happened_at if coverage.complete_at is None else max(coverage.complete_at, event.happened_at)
            return replace(coverage, complete_at=at, taken=coverage.taken | {event.run})
        case SnapshotFailed():
            return replace(coverage, failed=coverage.failed | {event.run})
        case _:
            return coverage


def take(
    coverage: Coverage, *, feed: Feed, run: RunId, items: int, facts: int, at: datetime, torn: int = 0
) -> list[Event]:
    """Close a complete run. A run that failed may be repeated and succeed; one that was taken is closed for good."""
    if run in coverage.taken:
        return []
    return [SnapshotTaken(happened_at=at, feed=feed, run=run, items=items, facts=facts, torn=torn)]


def fail(coverage: Coverage, *, feed: Feed, run: RunId, reason: str, at: datetime) -> list[Event]:
    """Close a run that did not complete. Repeated for one run: nothing."""
    if run in coverage.taken or run in coverage.failed:
        return []
    return [SnapshotFailed(happened_at=at, feed=feed, run=run, reason=reason)]


def check_removals(gone: int, known: int) -> None:
    """Raise TooManyRemovals where a read would end more than a fifth of the seats known, and more than ten."""
    if gone > REMOVALS_ALWAYS_BELIEVED and gone > known * REMOVED_SHARE_BELIEVED:
        raise TooManyRemovals(gone, known)
