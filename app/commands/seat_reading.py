"""What the bulk reads of users share: seats fetched and decided in chunks, appended in large transactions.

Memory is the ids already done, 16 bytes each, one chunk of seats and one transaction's facts: 100,000 users fit where
1,000 do.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import RETRIES, retried
from app.domain.errors import ConcurrentAppend
from app.domain.events import Event
from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY, Seat, evolve
from app.eventstore.changes import SeatChange

SEATS_PER_CHUNK = 1_000
FACTS_PER_APPEND = 5_000

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


_Decided = tuple[Reading, SeatChange]


def known_users(tenant: TenantId, desk: Desk) -> set[UserId]:
    """Everybody the log knows, also those who left."""
    return set(desk.store.seat_users(tenant))


def opened(tenant: TenantId, desk: Desk, users: Iterable[UserId]) -> Iterator[Seat]:
    """The seats of these users, in no order; of unknown ones none."""
    for chunk in _chunks(users):
        yield from desk.store.open_seats(tenant, desk.store.seats_of(tenant, chunk))


def change_seats(tenant: TenantId, cause: UUID, readings: Iterable[Reading], desk: Desk) -> ReadOutcome:
    """Append what the readings add, then ring once. Only the first reading of a user counts: pages may repeat one.

    Each transaction holds at most FACTS_PER_APPEND facts; killed in between, the repeated read adds the rest.
    """
    return _change(tenant, cause, readings, desk, only_known=False)


def change_known_seats(tenant: TenantId, cause: UUID, readings: Iterable[Reading], desk: Desk) -> ReadOutcome:
    """As `change_seats`, for listings that say nothing of who exists: users the log does not know are only counted."""
    return _change(tenant, cause, readings, desk, only_known=True)


@dataclass(slots=True)
class _Tally:
    done: set[bytes] = field(default_factory=set)
    """Ids as their bytes, a third of what UUID objects take."""
    unknown: int = 0


def _change(tenant: TenantId, cause: UUID, readings: Iterable[Reading], desk: Desk, *, only_known: bool) -> ReadOutcome:
    tally, facts = _Tally(), 0
    for batch in _batches(_all_decided(tenant, readings, desk, tally, only_known=only_known)):
        facts += _append(tenant, cause, batch, desk)
        batch.clear()  # before the next is decided: two at once would be most of the memory
    if facts:
        desk.ring(tenant, desk.store.head(tenant))
    return ReadOutcome(users=len(tally.done) - tally.unknown, facts=facts, unknown=tally.unknown)


def _first_ones(readings: Iterable[Reading], done: set[bytes]) -> Iterator[Reading]:
    for reading in readings:
        user = reading.user.bytes
        if user not in done:
            done.add(user)
            yield reading


def _all_decided(
    tenant: TenantId, readings: Iterable[Reading], desk: Desk, tally: _Tally, *, only_known: bool
) -> Iterator[_Decided]:
    for chunk in _chunks(_first_ones(readings, tally.done)):
        stored = desk.store.seats_of(tenant, [reading.user for reading in chunk])
        versions = {each.user: each.version for each in stored}
        seats = dict(zip(versions, desk.store.open_seats(tenant, stored), strict=True))
        for reading in chunk:
            if only_known and reading.user not in seats:
                tally.unknown += 1
                continue
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
