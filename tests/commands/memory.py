"""The log in memory: the interface of the real one, without its tables. For tests of decisions, not of storage."""

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.domain import retention
from app.domain.errors import ConcurrentAppend
from app.domain.events import Event
from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY, Seat
from app.eventstore.changes import SeatChange, StoredSeat, StreamChange
from app.eventstore.envelope import Recorded
from app.eventstore.store import LARGEST_APPEND
from app.eventstore.streams import RETENTION


class MemoryStore:
    def __init__(self) -> None:
        self._log: dict[TenantId, list[Recorded]] = {}
        self._seats: dict[tuple[TenantId, UserId], StoredSeat] = {}
        self.late: set[tuple[TenantId, str]] = set()

    def load(self, tenant: TenantId, stream: str) -> tuple[list[Event], int]:
        events = [recorded.event for recorded in self._log.get(tenant, []) if recorded.stream == stream]
        return events, len(events)

    def streams(self, tenant: TenantId, prefix: str) -> list[str]:
        return sorted({each.stream for each in self._log.get(tenant, []) if each.stream.startswith(prefix)})

    def latest(self, tenant: TenantId, streams: Sequence[str]) -> dict[str, Recorded]:
        return {each.stream: each for each in self._log.get(tenant, []) if each.stream in streams}

    def append(
        self, tenant: TenantId, stream: str, facts: Sequence[Event], *, expected: int, cause: UUID, at: datetime
    ) -> int:
        return self.append_many(tenant, [StreamChange(stream, expected, facts)], cause=cause, at=at)

    def append_many(
        self, tenant: TenantId, changes: Sequence[StreamChange | SeatChange], *, cause: UUID, at: datetime
    ) -> int:
        assert sum(len(change.facts) for change in changes) <= LARGEST_APPEND
        log = self._log.setdefault(tenant, [])
        for change in changes:
            if self.load(tenant, change.stream)[1] != change.expected:
                raise ConcurrentAppend(change.stream)
        for change in changes:
            own = change.cause if isinstance(change, StreamChange) else None
            for version, fact in enumerate(change.facts, change.expected + 1):
                log.append(Recorded(tenant, len(log) + 1, change.stream, version, at, own or cause, fact))
        return len(log)

    def pseudonym(self, tenant: TenantId, value: str) -> str:
        return f"{tenant}/{value}"

    def erased_among(self, tenant: TenantId, subjects: Iterable[str]) -> set[str]:
        """Nobody is erased here."""
        return set()

    def append_seats(self, tenant: TenantId, changes: Sequence[SeatChange], *, cause: UUID, at: datetime) -> int:
        position = self.append_many(tenant, changes, cause=cause, at=at)
        for change in changes:
            version = change.expected + len(change.facts)
            self._seats[tenant, change.user] = StoredSeat(change.user, version, pickle.dumps(change.seat))
        return position

    def seat_states(self, tenant: TenantId) -> Iterator[StoredSeat]:
        yield from [seat for (owner, _), seat in self._seats.items() if owner == tenant]

    def seat_users(self, tenant: TenantId) -> list[UserId]:
        return [user for owner, user in self._seats if owner == tenant]

    def seats_of(self, tenant: TenantId, users: Sequence[UserId]) -> list[StoredSeat]:
        return [self._seats[tenant, user] for user in users if (tenant, user) in self._seats]

    def open_seats(self, tenant: TenantId, stored: Sequence[StoredSeat]) -> list[Seat]:
        return [pickle.loads(each.state) for each in stored]

    def dropped_months(self, tenant: TenantId) -> frozenset[str]:
        return retention.replay(self.load(tenant, RETENTION)[0]).dropped

    def count_late(self, tenant: TenantId, streams: Mapping[str, str], at: datetime) -> int:
        new = {(tenant, stream) for stream in streams} - self.late
        self.late |= new
        return len(new)

    def load_seat(self, tenant: TenantId, user: UserId) -> tuple[Seat, int]:
        stored = self._seats.get((tenant, user))
        return (NOBODY, 0) if stored is None else (self.open_seats(tenant, [stored])[0], stored.version)

    def head(self, tenant: TenantId) -> int:
        return len(self._log.get(tenant, []))

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        return self._log.get(tenant, [])[after : after + limit]
