"""The coverage ledger: per hour in which calls began, what was notified, fetched, listed, and what is still missing.

It counts records, so test calls count. An hour without a row is one nothing was heard of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from psycopg.types.numeric import Int8BinaryLoader

from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled, Pass
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId
from app.projections.bearings import Bearings
from app.projections.columns import Column, pack
from app.projections.facts import Fact, Instant, instant
from app.projections.projection import Rest
from app.projections.statements import Cursor, Statement, execute, inserts
from app.projections.versioned import Book, Table, load

HOUR = 3_600_000_000
_RANKS = {kind.value: rank for rank, kind in enumerate(Pass)}

HOURS = Table(
    "call_coverage",
    key=(Column("hour", "timestamptz"),),
    place=(),
    values=(
        Column("notified", "integer"),
        Column("fetched", "integer"),
        Column("listed", "integer"),
        Column("missing", "integer"),
        Column("pass", "text"),
    ),
)
MISSING = Table(
    "missing_calls",
    key=(Column("call_id", "uuid"),),
    place=(),
    values=(
        Column("revision", "bigint"),
        Column("started_at", "timestamptz"),
        Column("missing_since", "timestamptz"),
    ),
)
WATCH = Table(
    "calls_listed",
    key=(),
    place=(),
    values=(Column("covered_since", "timestamptz"), Column("listed_at", "timestamptz")),
)
_CALLS = (
    Column("call_id", "uuid"),
    Column("hour", "timestamptz"),
    Column("revision", "bigint"),
    Column("notified", "boolean"),
)
_REPLACING = """
    ON CONFLICT (tenant_id, call_id) DO UPDATE SET hour = excluded.hour, revision = excluded.revision,
        notified = excluded.notified
"""


class Hour(NamedTuple):
    """`listed` None: no listing has touched the hour. `best`: the best pass that covered the whole hour."""

    notified: int = 0
    fetched: int = 0
    listed: int | None = None
    missing: int = 0
    best: str | None = None


class Lacking(NamedTuple):
    revision: int
    started_at: Instant
    missing_since: Instant


@dataclass(frozen=True, slots=True)
class Known:
    """A call in the log: where it counts, and its highest revision. `notified`: no listing had missed it before."""

    hour: Instant
    revision: int
    notified: bool


@dataclass(slots=True)
class Ledger:
    """What a batch folds into. Ids are integers."""

    hours: Book
    missing: Book
    watch: Book
    calls: dict[int, Known] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)

    def hour(self, hour: Instant) -> Hour:
        versions = self.hours.of((hour,))
        return Hour(*versions[0].value) if versions else Hour()

    def put(self, hour: Instant, value: Hour, position: int) -> None:
        self.hours.put((hour,), [] if value == Hour() else [((), tuple(value))], position)

    def add(self, hour: Instant, position: int, *, notified: int = 0, fetched: int = 0, missing: int = 0) -> None:
        was = self.hour(hour)
        now = was._replace(
            notified=was.notified + notified, fetched=was.fetched + fetched, missing=was.missing + missing
        )
        self.put(hour, now, position)

    def lacking(self, call: int) -> Lacking | None:
        versions = self.missing.of((call,))
        return Lacking(*versions[0].value) if versions else None


def project(facts: Sequence[Fact], ledger: Ledger) -> None:
    for fact in facts:
        match fact.event:
            case CallCompleted() | CallRevised():
                _take_call(ledger, fact, fact.event)
            case CallsMissing():
                _take_missing(ledger, fact, fact.event)
            case CallsReconciled():
                _take_listing(ledger, fact, fact.event)


def _take_call(ledger: Ledger, fact: Fact, event: CallCompleted | CallRevised) -> None:
    """The newest record counts in the hour it says; a listed revision is found by itself or a higher one."""
    call, hour = event.call.call.int, hour_of(instant(event.call.started_at))
    lacking, was = ledger.lacking(call), ledger.calls.get(call)
    notified = lacking is None if was is None else was.notified
    if was is not None:
        ledger.add(was.hour, fact.position, notified=-was.notified, fetched=-1)
    ledger.add(hour, fact.position, notified=notified, fetched=1)
    revision = event.call.revision if was is None else max(was.revision, event.call.revision)
    ledger.calls[call] = Known(hour, revision, notified)
    ledger.moved.add(call)
    if lacking is not None and event.call.revision >= lacking.revision:
        ledger.missing.put((call,), [], fact.position)
        ledger.add(hour_of(lacking.started_at), fact.position, missing=-1)


def _take_missing(ledger: Ledger, fact: Fact, event: CallsMissing) -> None:
    """A repeat adds nothing, nor does a call that arrived while its listing was being compared."""
    for each in event.calls:
        call, known, lacking = each.call.int, ledger.calls.get(each.call.int), ledger.lacking(each.call.int)
        if known is not None and known.revision >= each.revision:
            continue
        if lacking is not None:
            if lacking.revision >= each.revision:
                continue
            ledger.add(hour_of(lacking.started_at), fact.position, missing=-1)
        since = fact.at if lacking is None else lacking.missing_since
        started_at = instant(each.started_at)
        ledger.missing.put((call,), [((), tuple(Lacking(each.revision, started_at, since)))], fact.position)
        ledger.add(hour_of(started_at), fact.position, missing=1)


def _take_listing(ledger: Ledger, fact: Fact, event: CallsReconciled) -> None:
    """The newest listing of a whole hour counts; one of a part only where the whole was never listed."""
    since, until = instant(event.since), instant(event.until)
    first = hour_of(since)
    for nth, listed in enumerate(event.listed):
        hour = first + nth * HOUR
        was = ledger.hour(hour)
        if since <= hour and hour + HOUR <= until:
            best = event.kind.value if was.best is None else max(was.best, event.kind.value, key=_RANKS.__getitem__)
            ledger.put(hour, was._replace(listed=listed, best=best), fact.position)
        elif was.best is None:
            ledger.put(hour, was._replace(listed=listed), fact.position)
    versions = ledger.watch.of(())
    covered, read = versions[0].value if versions else (first, fact.at)
    ledger.watch.put((), [((), (min(covered, first), max(read, fact.at)))], fact.position)


def hour_of(at: Instant) -> Instant:
    return at // HOUR * HOUR


class _Coverage:
    name = "call_coverage"
    version = 1
    tables = ("call_coverage", "missing_calls", "calls_listed", "call_coverage_calls")
    facts: frozenset[type[Event]] = frozenset({CallCompleted, CallRevised, CallsMissing, CallsReconciled})

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], _: Bearings) -> Rest:
        events = [fact.event for fact in facts]
        touched = {event.call.call.int for event in events if isinstance(event, CallCompleted | CallRevised)}
        touched |= {each.call.int for event in events if isinstance(event, CallsMissing) for each in event.calls}
        calls = _load_calls(db, tenant, touched)
        missing = load(db, MISSING, tenant, {"call_id": touched})
        hours = {known.hour for known in calls.values()} | set(_hours_of(events))
        hours |= {hour_of(Lacking(*one.value).started_at) for call in touched for one in missing.of((call,))}
        ledger = Ledger(load(db, HOURS, tenant, {"hour": hours}), missing, load(db, WATCH, tenant, {}), calls)

        def rest() -> Iterator[Statement]:
            project(facts, ledger)
            for book in (ledger.hours, ledger.missing, ledger.watch):
                yield from book.statements(tenant)
            rows = [
                (call, known.hour, known.revision, known.notified)
                for call, known in ((call, ledger.calls[call]) for call in ledger.moved)
            ]
            yield from inserts("call_coverage_calls", _CALLS, tenant, rows, _REPLACING)

        return rest


PROJECTION = _Coverage()


def _hours_of(events: Iterable[Event]) -> Iterator[Instant]:
    for event in events:
        match event:
            case CallCompleted() | CallRevised():
                yield hour_of(instant(event.call.started_at))
            case CallsMissing():
                for each in event.calls:
                    yield hour_of(instant(each.started_at))
            case CallsReconciled():
                first = hour_of(instant(event.since))
                yield from (first + nth * HOUR for nth in range(len(event.listed)))


def _load_calls(db: Cursor, tenant: TenantId, calls: Iterable[int]) -> dict[int, Known]:
    query = """
        SELECT call_id, hour, revision, notified FROM call_coverage_calls
        WHERE tenant_id = %(tenant)s AND call_id = ANY (%(calls)s::uuid[])
    """
    cursor = db.connection.cursor()
    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
    found = execute(cursor, Statement(query, {"tenant": tenant, "calls": pack("uuid", list(calls))}))
    return {call.int: Known(*rest) for call, *rest in found}
