"""The ledger of coverage: what was heard of the calls of each hour; and the feed's notification subscription."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.events import Event
from app.domain.events.coverage import (
    CallsMissing,
    CallsReconciled,
    Pass,
    SubscriptionCreated,
    SubscriptionEnd,
    SubscriptionLost,
    SubscriptionRenewed,
)
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId
from app.eventstore.envelope import Recorded

HOUR = timedelta(hours=1)
_RANK = {kind: rank for rank, kind in enumerate(Pass)}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A call that is there: the hour it counts in, its highest revision, and whether no listing had missed it."""

    hour: datetime
    revision: int
    notified: bool


@dataclass(frozen=True, slots=True)
class Lacking:
    """A call that was listed and is not there. `since`: when it was first missed."""

    revision: int
    started_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What listings said of an hour. `best` None: none covered it whole; then `calls` is of a part."""

    calls: int
    best: Pass | None


@dataclass(frozen=True, slots=True)
class Hour:
    notified: int
    fetched: int
    missing: int
    listed: Listed | None


class Ledger:
    """Kept by call and by listing; the hours are counted when asked."""

    facts: frozenset[type[Event]] = frozenset({CallCompleted, CallRevised, CallsMissing, CallsReconciled})

    def __init__(self) -> None:
        self.fetched: dict[CallId, Fetched] = {}
        self.lacking: dict[CallId, Lacking] = {}
        self.listed: dict[datetime, Listed] = {}
        self.watched: tuple[datetime, datetime] | None = None
        """Since which hour calls are listed, and when they last were; None: never."""

    def take(self, fact: Recorded) -> None:
        match fact.event:
            case CallCompleted(call=record) | CallRevised(call=record):
                self._fetch(record.call, record.revision, hour_of(record.started_at))
            case CallsMissing() as event:
                self._miss(event)
            case CallsReconciled() as event:
                self._list(event)

    def _fetch(self, call: CallId, revision: int, hour: datetime) -> None:
        was, lacking = self.fetched.get(call), self.lacking.get(call)
        notified = lacking is None if was is None else was.notified
        self.fetched[call] = Fetched(hour, max(revision, was.revision if was else revision), notified)
        if lacking is not None and revision >= lacking.revision:
            del self.lacking[call]

    def _miss(self, event: CallsMissing) -> None:
        """One that is there by then, or was missed in that revision before, adds nothing."""
        for each in event.calls:
            there, lacking = self.fetched.get(each.call), self.lacking.get(each.call)
            if there is not None and there.revision >= each.revision:
                continue
            if lacking is None:
                self.lacking[each.call] = Lacking(each.revision, each.started_at, event.happened_at)
            elif lacking.revision < each.revision:
                self.lacking[each.call] = Lacking(each.revision, each.started_at, lacking.since)

    def _list(self, event: CallsReconciled) -> None:
        """The newest listing of a whole hour counts, one of a part only where the whole never was listed."""
        first = hour_of(event.since)
        for nth, calls in enumerate(event.listed):
            hour = first + nth * HOUR
            was = self.listed.get(hour)
            best = None if was is None else was.best
            if event.since <= hour and hour + HOUR <= event.until:
                better = event.kind if best is None else max(best, event.kind, key=_RANK.__getitem__)
                self.listed[hour] = Listed(calls, better)
            elif best is None:
                self.listed[hour] = Listed(calls, None)
        since, read_at = self.watched or (first, event.happened_at)
        self.watched = (min(since, first), max(read_at, event.happened_at))

    def hours(self) -> Iterator[tuple[datetime, Hour]]:
        """Every hour anything was heard of, in order."""
        notified: dict[datetime, int] = {}
        fetched: dict[datetime, int] = {}
        missing: dict[datetime, int] = {}
        for there in self.fetched.values():
            fetched[there.hour] = fetched.get(there.hour, 0) + 1
            notified[there.hour] = notified.get(there.hour, 0) + there.notified
        for lacking in self.lacking.values():
            hour = hour_of(lacking.started_at)
            missing[hour] = missing.get(hour, 0) + 1
        for hour in sorted(fetched.keys() | missing.keys() | self.listed.keys()):
            yield (
                hour,
                Hour(notified.get(hour, 0), fetched.get(hour, 0), missing.get(hour, 0), self.listed.get(hour)),
            )


_OF_SUBSCRIPTION: tuple[type[Event], ...] = (SubscriptionCreated, SubscriptionRenewed, SubscriptionLost)


@dataclass(frozen=True, slots=True)
class Subscribed:
    subscription: str
    expires_at: datetime
    created_at: datetime
    renewed_at: datetime | None = None
    lost_at: datetime | None = None
    lost_reason: SubscriptionEnd | None = None


class Subscription:
    """The newest one; what is said of another that nobody saw made changes nothing."""

    facts = frozenset(_OF_SUBSCRIPTION)

    def __init__(self) -> None:
        self.newest: Subscribed | None = None

    def take(self, fact: Recorded) -> None:
        event, was = fact.event, self.newest
        if isinstance(event, SubscriptionCreated):
            self.newest = Subscribed(event.subscription, event.expires_at, event.happened_at)
        elif was is None or was.subscription != event.subscription:  # type: ignore[attr-defined]
            return
        elif isinstance(event, SubscriptionRenewed):
            self.newest = Subscribed(was.subscription, event.expires_at, was.created_at, event.happened_at)
        elif isinstance(event, SubscriptionLost):
            self.newest = Subscribed(
                was.subscription, was.expires_at, was.created_at, was.renewed_at, event.happened_at, event.reason
            )


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
