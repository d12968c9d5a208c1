"""What Graph's list of calls showed, compared with the log: what the log lacks, and that a stretch was listed whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled, MissingCall
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId, RunId, TenantId
from app.domain.reconciliation import ListedCall, Window, per_hour
from app.eventstore.envelope import Recorded
from app.eventstore.streams import call_stream, listing_stream

AT_ONCE = 1_000
"""Calls looked up in one question, and calls a fact names at most."""


@dataclass(frozen=True, slots=True)
class RecordMissing:
    """At most AT_ONCE calls the log lacks, found at `at` by a run."""

    tenant: TenantId
    run: RunId
    calls: Sequence[ListedCall]
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordListing:
    """A window was listed whole at `at`: all its calls, of which `missing` were not there and not announced."""

    tenant: TenantId
    run: RunId
    window: Window
    calls: Sequence[ListedCall]
    missing: int
    at: datetime


def known_revisions(tenant: TenantId, calls: Sequence[CallId], desk: Desk) -> dict[CallId, int]:
    """The revision the log has of each of these calls (at most AT_ONCE); those it does not know are left out."""
    newest = desk.store.latest(tenant, [call_stream(call) for call in calls])
    events = [each.event for each in newest.values()]
    return {event.call.call: event.call.revision for event in events if isinstance(event, CallCompleted | CallRevised)}


def record_missing(command: RecordMissing, desk: Desk) -> int:
    """Returns how many calls were new to the log as missing; 0 where the same run, killed after it, says so again."""

    def fact(newest: Recorded | None) -> Event | None:
        told = _told(newest, command.run)
        calls = tuple(
            MissingCall(call=each.call, revision=each.revision, started_at=each.started_at)
            for each in command.calls
            if (each.call, each.revision) not in told
        )
        return CallsMissing(happened_at=command.at, run=command.run, calls=calls) if calls else None

    appended = _appended(command.tenant, command.run, command.at, fact, desk)
    return len(appended.calls) if isinstance(appended, CallsMissing) else 0


def record_listing(command: RecordListing, desk: Desk) -> int:
    """Returns how many facts were new; 0 where the same run says so again."""
    window = command.window

    def fact(newest: Recorded | None) -> Event | None:
        said = CallsReconciled(
            happened_at=command.at,
            run=command.run,
            kind=window.kind,
            since=window.since,
            until=window.until,
            listed=per_hour(command.calls, window.since, window.until),
            missing=command.missing,
        )
        return None if newest is not None and newest.event == said else said

    return 0 if _appended(command.tenant, command.run, command.at, fact, desk) is None else 1


def _told(newest: Recorded | None, run: RunId) -> set[tuple[CallId, int]]:
    """What the run has just said, if it died right after it."""
    if newest is None or not isinstance(newest.event, CallsMissing) or newest.event.run != run:
        return set()
    return {(each.call, each.revision) for each in newest.event.calls}


def _appended(
    tenant: TenantId, run: RunId, at: datetime, fact: Callable[[Recorded | None], Event | None], desk: Desk
) -> Event | None:
    """Append what `fact` makes of the newest fact of the day's stream, which is too long to be loaded each time."""
    stream = listing_stream(at.astimezone(UTC).date())

    def attempt() -> tuple[Event | None, int]:
        newest = desk.store.latest(tenant, [stream]).get(stream)
        event = fact(newest)
        if event is None:
            return None, 0
        version = 0 if newest is None else newest.version
        return event, desk.store.append(tenant, stream, [event], expected=version, cause=run, at=desk.now())

    event, position = retried(attempt)
    if event is not None:
        desk.ring(tenant, position)
    return event
