"""Which stretches of Graph's list of calls are due to be compared with the log: from how far they were, and the time.

Graph keeps call records for 30 days and lists them by their start, so each hour is listed again and again while calls
that began in it may still end, be revised or be noticed: within hours, once two days are over, and once in the last
days before Graph forgets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from app.domain.events.coverage import Pass
from app.domain.ids import CallId

KEPT = timedelta(days=30)
"""How long Graph keeps a call record."""

HOUR = timedelta(hours=1)
RECENT = timedelta(hours=6)
"""What every listing goes back over at least."""

LONGEST_CALL = timedelta(hours=24)
"""The list goes by the start: a call that ended in a window may have begun so long before it."""

DAILY_BACK = timedelta(days=3)
SETTLED = timedelta(days=2)
"""The age from which an hour's daily listing counts: windows of DAILY_BACK a day apart leave no hour out."""

CLOSED = timedelta(days=27)
"""The age of a day at its closing listing; three days are left for tries."""


ANY_REVISION = 0
"""Of a listed call whose version was not told: no record has a lower one, so whichever the log has will do."""


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A row of Graph's list: the call, its record's version (or ANY_REVISION), its start."""

    call: CallId
    revision: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Watermarks:
    """How far a tenant's calls were listed. Each only rises; None before the first listing.

    `listed_until`: whatever began before it was listed. `settled_until`: and again two days later. `closed_until`: and
    once more at the age of 27 days. `backfilled`: the first listing has reached its present.
    """

    backfilled: bool = False
    listed_until: datetime | None = None
    settled_until: datetime | None = None
    closed_until: datetime | None = None


UNLISTED = Watermarks()


@dataclass(frozen=True, slots=True)
class Window:
    """Calls that began in [since, until) are to be listed. `since` is a full hour of UTC."""

    kind: Pass
    since: datetime
    until: datetime


def kept_since(now: datetime) -> datetime:
    """The first full hour of which Graph still keeps every call."""
    return hour_of(now - KEPT - timedelta(microseconds=1)) + HOUR


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def due(marks: Watermarks, now: datetime) -> list[Window]:
    """What is to be listed now, the newest first. Hours that Graph has forgotten are in none: they stay uncovered."""
    if not marks.backfilled or marks.listed_until is None or marks.settled_until is None or marks.closed_until is None:
        return [_window(Pass.FIRST, marks.listed_until or kept_since(now), now, now)]
    recent = min(marks.listed_until, now - RECENT) - LONGEST_CALL
    if now - DAILY_BACK >= marks.settled_until:
        found = [_window(Pass.DAILY, min(recent, marks.settled_until), now, now)]
    else:
        found = [_window(Pass.HOURLY, recent, now, now)]
    closing = _window(Pass.CLOSING, marks.closed_until, _ripe(now)[2], now)
    return [*found, closing] if closing.since < closing.until else found


def recent_window(marks: Watermarks, now: datetime) -> Window:
    """What an hourly listing would cover now, whatever else is due."""
    return _window(Pass.HOURLY, min(marks.listed_until or now, now - RECENT) - LONGEST_CALL, now, now)


def covered(marks: Watermarks, part: Window, now: datetime) -> Watermarks:
    """The watermarks after a part of a window was listed at `now`, which was not later than the reading.

    A part that does not adjoin what was covered before moves nothing, so parts are listed oldest first.
    """
    listed, settled, closed = _ripe(now)
    first = part.kind is Pass.FIRST

    def moved(mark: datetime | None, ripe: datetime, *kinds: Pass) -> datetime | None:
        if not first and (part.kind not in kinds or mark is None):
            return mark
        known = kept_since(now) if mark is None else max(mark, kept_since(now))
        if part.since > known:
            return mark
        reached = min(part.until, ripe)
        return reached if mark is None else max(mark, reached)

    return replace(
        marks,
        backfilled=marks.backfilled or (first and part.until >= now),
        listed_until=moved(marks.listed_until, listed, Pass.HOURLY, Pass.DAILY),
        settled_until=moved(marks.settled_until, settled, Pass.DAILY),
        closed_until=moved(marks.closed_until, closed, Pass.CLOSING),
    )


def per_hour(calls: Sequence[ListedCall], since: datetime, until: datetime) -> tuple[int, ...]:
    """How many calls began in each hour of [since, until), the last of which may be a part. Others are left out."""
    counts = [0] * -((since - until) // HOUR)
    for call in calls:
        if since <= call.started_at < until:
            counts[(call.started_at - since) // HOUR] += 1
    return tuple(counts)


def _window(kind: Pass, since: datetime, until: datetime, now: datetime) -> Window:
    return Window(kind, max(hour_of(since), kept_since(now)), until)


def _ripe(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Until when hours are old enough for an hourly, a daily and a closing listing."""
    closing = datetime.combine((now - CLOSED).astimezone(UTC).date(), time(), UTC)
    return now, now - SETTLED, closing
