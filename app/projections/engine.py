"""Advances a tenant's tables along its log: each fact once, whatever is killed when.

One transaction reads a batch from the checkpoints on, hands it to every projection that stands there, writes the rows
and moves the checkpoints. The checkpoints' row locks let one worker advance a tenant while others take other tenants.
"""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg

from app.domain.events import Event
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Connection, Pool, borrowed
from app.eventstore.uncollected import uncollected
from app.projections.bearings import Bearings, take_bearings
from app.projections.catalogue import ALL
from app.projections.checkpoints import Checkpoint, create_missing, lock, save
from app.projections.facts import Fact, fact_of
from app.projections.log_reader import Log, Reader
from app.projections.projection import Projection, Rest
from app.projections.retelling import retell
from app.projections.retelling_months import retell_months
from app.projections.statements import Statement, write
from app.projections.traces import watched

TURN = 50_000
"""Facts a tenant may have taken in before it goes to the back of the queue; also the most held in memory at once."""

_log = logging.getLogger("sua.projections")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a turn came to. `busy`: someone else is advancing the tenant. `more`: there is more to take in; ring again.

    `taken` counts facts, `position` is the least of the checkpoints that go on, `stopped` names those that met a fact
    they cannot take in, `outdated` those that older code built: they wait for their next generation.
    """

    taken: int
    position: int
    head: int
    busy: bool
    more: bool
    stopped: tuple[str, ...]
    outdated: tuple[str, ...] = ()


def advance(
    pool: Pool,
    store: Log,
    tenant: TenantId,
    projections: Sequence[Projection] = ALL,
    *,
    budget: int = TURN,
    batch: int = TURN,
    until: int | None = None,
) -> Progress:
    """Take in what is new in a tenant's log, at most `budget` facts, `batch` a transaction. A repeat adds nothing.

    `until`: no fact beyond this position; None: up to the head.

    A fact that one projection cannot take in stops that projection for that tenant, before that fact; the others go
    on. Raises `DatabaseDown` with nothing half-written. The log is read on a connection of its own beside the one
    from `pool`, so a pool shared with `store` needs two a thread.
    """
    create_missing(pool, tenant, projections)
    reader = Reader(store, tenant)
    taken = 0
    while True:
        with borrowed(pool) as db:
            checkpoints = lock(db.cursor(), tenant, projections)
            if checkpoints is None:
                return Progress(taken, 0, 0, busy=True, more=False, stopped=())
            with uncollected():
                count = _step(db, reader, tenant, checkpoints, batch, budget - taken, until)
        taken += count
        # Only after the locks are gone: whoever rang while we held them was told that someone is on it.
        head = store.head(tenant)
        progress = _progress(taken, head if until is None else min(head, until), checkpoints)
        if not progress.more or taken >= budget:
            return progress


def sort_out(facts: Iterable[Recorded], projections: Iterable[Projection]) -> dict[str, list[Fact]]:
    """The facts each projection handles, in order, by the projection's name."""
    sorted_out: dict[str, list[Fact]] = {projection.name: [] for projection in projections}
    takers: dict[type[Event], list[list[Fact]]] = {}
    for projection in projections:
        for kind in projection.facts:
            takers.setdefault(kind, []).append(sorted_out[projection.name])
    for recorded in facts:
        if wanted := takers.get(type(recorded.event)):
            fact = fact_of(recorded)
            for taker in wanted:
                taker.append(fact)
    return sorted_out


def _step(
    db: Connection,
    reader: Reader,
    tenant: TenantId,
    checkpoints: Sequence[Checkpoint],
    batch: int,
    budget: int,
    until: int | None,
) -> int:
    """One batch for the projections that stand at one position: the furthest one that has something to read."""
    limit = min(batch, budget)
    positions = sorted({each.position for each in checkpoints if each.goes_on}, reverse=True)
    ahead = until
    for position in positions:
        # Those behind stop where the ones in front stand, and go on together from there.
        room = limit if ahead is None else min(limit, ahead - position)
        standing = [each for each in checkpoints if each.position == position and each.goes_on]
        facts, unreadable = reader.read(position, room) if room > 0 else ([], None)
        if facts or unreadable:
            if unreadable:
                _stop(tenant, standing, position + 1, f"{unreadable.code}: the log cannot be read here")
            else:
                rest = min(batch, budget - len(facts)) if len(facts) == room else 0
                rest = rest if until is None else min(rest, until - facts[-1].position)
                with watched(db, tenant, facts):
                    _take(db, tenant, standing, facts, partial(reader.look_ahead, facts[-1].position, rest))
                retell(db.cursor(), reader, tenant, standing, facts)
                retell_months(db.cursor(), reader, tenant, standing, facts)
            save(db.cursor(), tenant, standing)
            return len(facts)
        ahead = position if ahead is None else min(ahead, position)
    return 0


def _take(
    db: Connection,
    tenant: TenantId,
    standing: Sequence[Checkpoint],
    facts: Sequence[Recorded],
    meanwhile: Callable[[], None],
) -> None:
    sorted_out = sort_out(facts, [each.projection for each in standing])
    bearings = take_bearings(db.cursor(), tenant)
    work = [(each.projection, handled) for each in standing if (handled := sorted_out[each.projection.name])]
    if _all_take(db, tenant, work, bearings, meanwhile):
        for each in standing:
            each.position = facts[-1].position
        return
    for each in standing:
        each.position = facts[-1].position
        handled = sorted_out[each.projection.name]
        fault = digest(db, tenant, each.projection, handled, bearings) if handled else None
        if fault is not None:
            each.position = fault.position - 1
            _stop(tenant, [each], fault.position, fault.reason)


def _all_take(
    db: Connection,
    tenant: TenantId,
    work: Sequence[tuple[Projection, Sequence[Fact]]],
    bearings: Bearings,
    meanwhile: Callable[[], None],
) -> bool:
    """All projections take in their facts, or none does. False: one of them could not."""
    try:
        with db.transaction():
            cursor = db.cursor()
            rests = deque(projection.take(cursor, tenant, facts, bearings) for projection, facts in work)
            write(cursor, _folded(rests), meanwhile)
    except psycopg.OperationalError:
        raise  # the database is away, not a fact wrong
    except Exception:  # noqa: BLE001 - who it was, and at which fact, is found out one by one
        return False
    return True


def _folded(rests: deque[Rest]) -> Iterator[Statement]:
    """What to write, table by table; what one has read and folded is let go of before the next."""
    while rests:
        yield from rests.popleft()()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first fact a projection could not take in. `reason` holds nothing of the fact's content."""

    position: int
    reason: str


def digest(
    db: Connection, tenant: TenantId, projection: Projection, facts: Sequence[Fact], bearings: Bearings
) -> Fault | None:
    """Take in facts up to the first that fails, found by halving; what stands before it is kept."""
    try:
        with db.transaction():
            cursor = db.cursor()
            write(cursor, projection.take(cursor, tenant, facts, bearings)())
    except psycopg.OperationalError:
        raise  # the database is away, not the fact wrong
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop other tables and tenants
        if len(facts) == 1:
            return Fault(facts[0].position, _why(error))
    else:
        return None
    half = len(facts) // 2
    return digest(db, tenant, projection, facts[:half], bearings) or digest(
        db, tenant, projection, facts[half:], bearings
    )


def _stop(tenant: TenantId, checkpoints: Iterable[Checkpoint], position: int, reason: str) -> None:
    for each in checkpoints:
        each.stopped_at, each.reason = position, reason
        _log.error("%s stopped for tenant %s at position %d: %s", each.projection.name, tenant, position, reason)


def _why(error: Exception) -> str:
    """Kind and place of an error. Its message may quote the fact, and so a person; PostgreSQL's summary does not."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return f"{type(error).__name__} in {where.name}, line {where.lineno}{f': {said}' if said else ''}"


def _progress(taken: int, head: int, checkpoints: Sequence[Checkpoint]) -> Progress:
    going = [each.position for each in checkpoints if each.goes_on]
    position = min(going, default=head)
    stopped = tuple(each.projection.name for each in checkpoints if each.stopped_at is not None)
    outdated = tuple(each.projection.name for each in checkpoints if each.is_outdated)
    return Progress(taken, position, head, busy=False, more=position < head, stopped=stopped, outdated=outdated)
