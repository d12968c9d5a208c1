"""A run of a feed is over: everything it showed is in the log, or nothing of it was taken."""

from dataclasses import dataclass
from datetime import datetime

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import coverage
from app.domain.events.coverage import Feed
from app.domain.ids import RunId, TenantId
from app.eventstore.streams import coverage_stream


@dataclass(frozen=True, slots=True)
class RecordSnapshot:
    """`read_at` is the time the read stands for; `items` what it showed, `facts` what of it was new.

    `torn`: users the listing lacked though they are there.
    """

    tenant: TenantId
    feed: Feed
    run: RunId
    read_at: datetime
    items: int
    facts: int
    torn: int = 0


@dataclass(frozen=True, slots=True)
class RecordFailedSnapshot:
    """`reason` is an error code."""

    tenant: TenantId
    feed: Feed
    run: RunId
    reason: str


def record_snapshot(command: RecordSnapshot, desk: Desk) -> int:
    """Close a complete run. Returns how many facts were new; 0 for a run closed before."""
    return decided(
        desk,
        command.tenant,
        coverage_stream(command.feed),
        command.run,
        lambda history: coverage.take(
            coverage.replay(history),
            feed=command.feed,
            run=command.run,
            items=command.items,
            facts=command.facts,
            torn=command.torn,
            at=command.read_at,
        ),
    )


def record_failed_snapshot(command: RecordFailedSnapshot, desk: Desk) -> int:
    """Close a run that did not complete. Returns how many facts were new; 0 for a run closed before."""
    return decided(
        desk,
        command.tenant,
        coverage_stream(command.feed),
        command.run,
        lambda history: coverage.fail(
            coverage.replay(history), feed=command.feed, run=command.run, reason=command.reason, at=desk.now()
        ),
    )


def last_complete_read(tenant: TenantId, feed: Feed, desk: Desk) -> datetime | None:
    """Time of the newest complete read of a feed, None before the first: the `since` of the next one's sightings."""
    history, _ = desk.store.load(tenant, coverage_stream(feed))
    return coverage.replay(history).complete_at


def is_taken(tenant: TenantId, feed: Feed, run: RunId, desk: Desk) -> bool:
    """Whether the run is closed as complete: then there is no need to read Graph again for it."""
    history, _ = desk.store.load(tenant, coverage_stream(feed))
    return run in coverage.replay(history).taken
