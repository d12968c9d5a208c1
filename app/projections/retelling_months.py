"""Rows about the calls of a month whose details are gone, folded anew from facts that no longer tell who took part.

As with a person who was erased (retelling.py), and for the same reasons: the streams of the month's calls are folded
again from their first fact and replace what the tables said, past versions too, in the transaction that takes in the
fact. Usage by user and day is summed over calls, so it is summed anew by days. Who was active when hangs on all that
ever happened before, so it is folded anew from the beginning, with the signs kept of these calls.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from app.domain.events.retention import CallDetailDropped
from app.domain.ids import TenantId
from app.domain.retention import begins_at, ends_at
from app.eventstore.envelope import Recorded
from app.eventstore.streams import CALLS
from app.projections import call_usage, call_usage_shares
from app.projections.bearings import take_bearings
from app.projections.checkpoints import Checkpoint
from app.projections.facts import fact_of
from app.projections.log_reader import Reader
from app.projections.projection import Projection, Versioned
from app.projections.retelling import anew
from app.projections.statements import Cursor, Statement, write

BY_STREAM: Final = frozenset({"calls", "call_participants", "pstn_charges", "direct_routing_calls"})
"""Tables that have one row key for each stream of calls."""

TABLES: Final = BY_STREAM | {"call_usage"}
"""All tables that say who took part in calls."""

OF_ACTIVITY: Final = frozenset({"activity_gaps", "last_activity", "workload_gaps", "adoption"})
"""Tables that say of persons when they were active, by calls too."""

_STREAMS = 5_000
_FACTS = 10_000
"""Folded at once."""
_DAY = timedelta(days=1)


def retell_months(
    db: Cursor, reader: Reader, tenant: TenantId, standing: Iterable[Checkpoint], facts: Sequence[Recorded]
) -> None:
    """Where these facts say that a month's details are gone, fold anew what tables that took them in say of it."""
    gone = [(each.position, each.event.month) for each in facts if isinstance(each.event, CallDetailDropped)]
    whole: dict[int, list[Projection]] = {}
    for checkpoint in standing if gone else ():
        projection, until = checkpoint.projection, checkpoint.position
        months = sorted(month for position, month in gone if checkpoint.knows_dropped < position <= until)
        if months and projection.name in OF_ACTIVITY:
            whole.setdefault(until, []).append(projection)
        for month in months:
            if projection.name in BY_STREAM and isinstance(projection, Versioned):
                begun = reader.calls_begun(begins_at(month), ends_at(month), until)
                _by_stream(db, reader, tenant, projection, [each.stream for each in begun], until)
            elif projection.name == call_usage.PROJECTION.name:
                _by_day(db, reader, tenant, month, until)

    for until, projections in whole.items():
        _from_the_beginning(db, reader, tenant, projections, until)


def _from_the_beginning(
    db: Cursor, reader: Reader, tenant: TenantId, projections: Sequence[Projection], until: int
) -> None:
    bearings = take_bearings(db, tenant)
    for table in (table for each in projections for table in each.tables):
        write(db, [Statement(f"DELETE FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant})])
    after = 0
    while after < until:
        facts, unreadable = reader.read(after, min(_FACTS, until - after))
        if unreadable is not None:
            raise unreadable
        for projection in projections:
            handled = [fact_of(each) for each in facts if type(each.event) in projection.facts]
            if handled:
                write(db, projection.take(db, tenant, handled, bearings)())
        after = facts[-1].position


def _by_stream(
    db: Cursor, reader: Reader, tenant: TenantId, projection: Versioned, streams: Sequence[str], until: int
) -> None:
    for some in _some(streams):
        write(db, anew(db, projection, tenant, reader.facts_of(some, until)))


def _by_day(db: Cursor, reader: Reader, tenant: TenantId, month: str, until: int) -> None:
    """Usage on the days on which calls of the month may count, in whatever time zone; then what each call adds."""
    first, last = begins_at(month).date() - _DAY, ends_at(month).date()
    since, end = begins_at(month) - 2 * _DAY, ends_at(month) + 2 * _DAY
    begun = [each for each in reader.calls_begun(since, end, until) if each.stream.startswith(CALLS)]
    bearings = take_bearings(db, tenant)
    for nth in range((last - first).days + 1):
        day = first + nth * _DAY
        streams = [each.stream for each in begun if each.first - _DAY <= day <= each.last + _DAY]
        facts = [fact_of(each) for some in _some(streams) for each in reader.facts_of(some, until)]
        write(db, call_usage.of_day(tenant, day, sorted(facts, key=lambda each: each.position), bearings))
    own = [each.stream for each in reader.calls_begun(begins_at(month), ends_at(month), until)]
    for some in _some([stream for stream in own if stream.startswith(CALLS)]):
        facts = [fact_of(each) for each in reader.facts_of(some, until)]
        write(db, call_usage_shares.shares_of(tenant, facts, bearings))


def _some(streams: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(streams), _STREAMS):
        yield streams[start : start + _STREAMS]
