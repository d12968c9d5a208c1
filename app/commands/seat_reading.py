"""What the bulk reads of users share: all seats of a tenant at hand, decided in chunks, appended in large transactions.

Memory is the sealed seat states, the ids already done, and one transaction's facts; it does not grow with the read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import RETRIES, retried
from app.domain.errors import ConcurrentAppend
from app.domain.events import Event
from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY, Seat, evolve
from app.eventstore.changes import SeatChange, StoredSeat

SEATS_PER_CHUNK = 1_000
FACTS_PER_APPEND = 10_000

T = TypeVar("T")
Decision = Callable[[Seat], list[Event]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one user, as the decision it asks for."""

    user: UserId
    decide: Decision


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """Users taken in, facts new, users skipped because the log does not know them, users gone from the directory."""

    users: int
    facts: int
    unknown: int = 0
    gone: int = 0


Known = dict[UserId, StoredSeat]
_Decided = tuple[Reading, SeatChange]


def known_seats(tenant: TenantId, desk: Desk) -> Known:
    """Every seat the log knows, still sealed."""
    return {stored.user: stored for stored in desk.store.seat_states(tenant)}


def opened(tenant: TenantId, desk: Desk, stored: Iterable[StoredSeat]) -> Iterator[Seat]:
    for chunk in _chunks(stored):
        yield from desk.store.open_seats(tenant, chunk)


def change_seats(tenant: TenantId, cause: UUID, readings: Iterable[Reading], known: Known, desk: Desk) -> ReadOutcome:
    """Append what the readings add, then ring once. Only the first reading of a user counts: pages may repeat one.

    Each transaction holds at most FACTS_PER_APPEND facts; killed in between, the repeated read adds the rest.
    """
    done: set[UserId] = set()
    facts = 0
    for batch in _batches(_all_decided(tenant, _first_ones(readings, done), known, desk)):
        facts += _append(tenant, cause, batch, desk)
    if facts:
        desk.ring(tenant, desk.store.head(tenant))
    return ReadOutcome(users=len(done), facts=facts)


def change_known_seats(tenant: TenantId, cause: UUID, readings: Iterable[Reading], desk: Desk) -> ReadOutcome:
    """As `change_seats`, for listings that say nothing of who exists: users the log does not know are only counted."""
    known = known_seats(tenant, desk)
    unknown = 0

    def of_known() -> Iterator[Reading]:
        nonlocal unknown
        for reading in readings:
            if reading.user in known:
                yield reading
            else:
                unknown += 1

    outcome = change_seats(tenant, cause, of_known(), known, desk)
    return replace(outcome, unknown=unknown)


def _first_ones(readings: Iterable[Reading], done: set[UserId]) -> Iterator[Reading]:
    for reading in readings:
        if reading.user not in done:
            done.add(reading.user)
            yield reading


def _all_decided(tenant: TenantId, readings: Iterable[Reading], known: Known, desk: Desk) -> Iterator[_Decided]:
    for chunk in _chunks(readings):
        stored = [known[reading.user] for reading in chunk if reading.user in known]
        versions = {each.user: each.version for each in stored}
        seats = dict(zip(versions, desk.store.open_seats(tenant, stored), strict=True))
        for reading in chunk:
            change = _decided(reading, seats.get(reading.user, NOBODY), versions.get(reading.user, 0))
            if change.facts:
                yield reading, change


def _decided(reading: Reading, seat: Seat, version: int) -> SeatChange:
    facts = reading.decide(seat)
    after = seat
    for fact in facts:
        after = evolve(after, fact)
    return SeatChange(reading.user, version, facts, after)


def _batches(decided: Iterable[_Decided]) -> Iterator[list[_Decided]]:
    batch: list[_Decided] = []
    size = 0
    for each in decided:
        new = len(each[1].facts)
        if batch and size + new > FACTS_PER_APPEND:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += new
    if batch:
        yield batch


def _append(tenant: TenantId, cause: UUID, batch: list[_Decided], desk: Desk) -> int:
    """Returns how many facts were new. Where another writer was faster, the batch is loaded and decided again."""

    def again() -> int:
        changes = [_decided(reading, *desk.store.load_seat(tenant, reading.user)) for reading, _ in batch]
        return put([change for change in changes if change.facts])

    def put(changes: list[SeatChange]) -> int:
        if changes:
            desk.store.append_seats(tenant, changes, cause=cause, at=desk.now())
        return sum(len(change.facts) for change in changes)

    try:
        return put([change for _, change in batch])
    except ConcurrentAppend:
        return retried(again, RETRIES - 1)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, SEATS_PER_CHUNK)):
        yield chunk
