"""The log as the rest of SUA sees it: load, append, read on from a position."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from psycopg import errors, sql

from app.domain.errors import ConcurrentAppend, Refused
from app.domain.events import Event
from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY, Seat
from app.eventstore import appending, dropping, searching, seat_rows, traces
from app.eventstore import rows as log
from app.eventstore.appending import Base, Placed, StreamMoved
from app.eventstore.call_months import CallMonths
from app.eventstore.changes import SeatChange, StoredSeat, StreamChange
from app.eventstore.cipher import subject_text
from app.eventstore.codec import Codec
from app.eventstore.dropping import MonthLeft
from app.eventstore.envelope import Recorded
from app.eventstore.erased import destroy, forget_payloads
from app.eventstore.pools import Connection, borrowed

__all__ = ["LARGEST_APPEND", "AppendTooLarge", "EventStore", "SeatChange", "StoredSeat", "StreamChange"]

LARGEST_APPEND = 10_000


class AppendTooLarge(Refused):
    """More facts than one transaction takes; it would hold up the tenant's other writers. Append in parts."""

    code: ClassVar[str] = "APPEND_TOO_LARGE"


class EventStore(CallMonths):
    """Every tenant's log, through connections of the role sua_writer. Safe to share by threads.

    Appends are atomic. `expected` is the stream's version the facts were decided on; `ConcurrentAppend` says that it
    has moved: load and decide again; `TenantErased`, that the customer is gone. A repeat of an append that did succeed
    (same streams, versions, names, times and cause) succeeds and adds nothing, so a caller who never got the answer may
    simply try again.
    `at` becomes `recorded_at`, or the tenant's last one if that is later: it never decreases.
    """

    def load(self, tenant: TenantId, stream: str) -> tuple[list[Event], int]:
        """All facts of a stream and its version; ([], 0) if there are none."""
        found = self._ask(
            lambda db: log.select(
                db, tenant, sql.SQL("AND stream = %(stream)s"), {"stream": stream}, sql.SQL("ORDER BY version")
            )
        )
        recorded = Codec(tenant, self._keys).decode(found)
        return [each.event for each in recorded], recorded[-1].version if recorded else 0

    def streams(self, tenant: TenantId, prefix: str) -> list[str]:
        """Names of the streams that begin with `prefix`, in order. For kinds of which a tenant has few, as products."""
        return self._ask(lambda db: log.streams(db, tenant, prefix))

    def latest(self, tenant: TenantId, streams: Sequence[str]) -> dict[str, Recorded]:
        """The newest fact of each of these streams; those without any are left out. For reads of many subjects."""
        found = self._ask(
            lambda db: log.select(
                db,
                tenant,
                sql.SQL(
                    "AND (stream, version) IN (SELECT wanted.name, (SELECT known.version FROM events AS known"
                    " WHERE known.tenant_id = %(tenant)s AND known.stream = wanted.name"
                    " ORDER BY known.version DESC LIMIT 1) FROM unnest(%(streams)s::text[]) AS wanted (name))"
                ),
                {"streams": list(streams)},
                sql.SQL("ORDER BY position"),
            )
        )
        return {each.stream: each for each in Codec(tenant, self._keys).decode(found)}

    def append(
        self, tenant: TenantId, stream: str, facts: Sequence[Event], *, expected: int, cause: UUID, at: datetime
    ) -> int:
        """Add facts to one stream, not a seat's. Returns the tenant's position after them; no facts: its head."""
        return self.append_many(tenant, [StreamChange(stream, expected, facts)], cause=cause, at=at)

    def append_many(self, tenant: TenantId, changes: Sequence[StreamChange], *, cause: UUID, at: datetime) -> int:
        """Add facts to several streams in one transaction, in the order given."""
        _refuse_too_large(changes)
        return self._append(tenant, changes, cause, at)

    def append_seats(self, tenant: TenantId, changes: Sequence[SeatChange], *, cause: UUID, at: datetime) -> int:
        """Add facts to seats and keep their folded states, in one transaction. At most one change a user."""
        _refuse_too_large(changes)
        changed = [change for change in changes if change.facts]
        seats = Codec(tenant, self._keys).seat_batch(changed)
        return self._append(tenant, changed, cause, at, lambda db: seat_rows.upsert(db, tenant, seats.rows()))

    def seat_states(self, tenant: TenantId) -> Generator[StoredSeat, None, None]:
        """All seats of a tenant as stored, as of one instant, without holding them all in memory.

        Keeps one connection for itself until it is exhausted or closed.
        """
        with borrowed(self._pool) as db:
            yield from seat_rows.streamed(db, tenant)

    def seat_users(self, tenant: TenantId) -> list[UserId]:
        """Everybody who ever had a seat, in no order."""
        return self._ask(lambda db: seat_rows.users(db, tenant))

    def seats_of(self, tenant: TenantId, users: Sequence[UserId]) -> list[StoredSeat]:
        """The seats of these users as stored, in no order; who has none is left out."""
        return self._ask(lambda db: seat_rows.some(db, tenant, users))

    def open_seats(self, tenant: TenantId, stored: Sequence[StoredSeat]) -> list[Seat]:
        return Codec(tenant, self._keys).decode_seats(stored)

    def load_seat(self, tenant: TenantId, user: UserId) -> tuple[Seat, int]:
        """A seat and its stream's version; (NOBODY, 0) if there is none."""
        stored = self._ask(lambda db: seat_rows.one(db, tenant, user))
        if stored is None:
            return NOBODY, 0
        return self.open_seats(tenant, [stored])[0], stored.version

    def head(self, tenant: TenantId) -> int:
        """The last position of a tenant's log; 0 if it is empty."""
        return self._ask(lambda db: log.head(db, tenant))

    def heads(self) -> dict[TenantId, int]:
        return self._ask(log.heads)

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        """Up to `limit` facts in order, from position `after` + 1 on.

        What comes of them is kept in tables; so nobody erased by now is in them, whichever process did it. Where the
        details of calls are gone, what is left of them (`KeptSign`) comes besides, at positions of other facts.
        """
        found = self._ask(
            lambda db: log.select(
                db,
                tenant,
                sql.SQL("AND position > %(after)s"),
                {"after": after, "limit": limit},
                sql.SQL("ORDER BY position LIMIT %(limit)s"),
            )
        )
        if found:
            self._keys.refresh(tenant)
        return self._with_signs(tenant, after, Codec(tenant, self._keys).decode(found))

    def facts_about(self, tenant: TenantId, subjects: Iterable[str], *, until: int) -> list[Recorded]:
        """All facts up to position `until` of every stream with a value of one of these subjects, in order.

        As with `read`, nobody erased by now is in them. Looks through the whole log.
        """
        wanted = list(subjects)
        texts = [subject_text(each) for each in (*wanted, *self._keys.months.stand_ins(tenant, wanted))]
        found = self._ask(lambda db: searching.streams_with(db, tenant, texts, until))
        self._keys.refresh(tenant)
        return Codec(tenant, self._keys).decode(found)

    def facts_with(self, tenant: TenantId, texts: Iterable[str]) -> list[Recorded]:
        """All facts that hold one of these, in order: an id, or a subject. Reads the whole log."""
        wanted = list(texts)
        wanted += self._keys.months.stand_ins(tenant, wanted)
        found = self._ask(lambda db: searching.facts_with(db, tenant, wanted))
        return Codec(tenant, self._keys).decode(found)

    def drop_month(
        self, tenant: TenantId, change: StreamChange, month: str, left: MonthLeft, *, cause: UUID, at: datetime
    ) -> int:
        """Append the fact that a month's call details are gone and destroy its key, in one transaction."""

        position = self._append(tenant, [change], cause, at, lambda db: dropping.drop(db, tenant, month, left, at))
        self._keys.refresh(tenant)
        return position

    def pseudonym(self, tenant: TenantId, value: str) -> str:
        """The subject of a value that is all we know of a person."""
        return self._keys.pseudonym(tenant, value)

    def erased_among(self, tenant: TenantId, subjects: Iterable[str]) -> set[str]:
        """Which of these were erased by now. What is sealed next is sealed for none of them."""
        self._keys.refresh(tenant)
        return set(subjects) & self._keys.known_erased(tenant).keys()

    def erase(
        self,
        tenant: TenantId,
        change: SeatChange,
        left: Mapping[str, str | None],
        *,
        named: Sequence[str],
        cause: UUID,
        at: datetime,
    ) -> int:
        """Append the fact of an erasure and destroy the keys of these subjects, in one transaction.

        `left`: what stays of each subject's value. Payloads kept in plain text go where they hold a text of `named`.
        """
        seats = Codec(tenant, self._keys).seat_batch([change])

        def then(db: Connection) -> None:
            seat_rows.upsert(db, tenant, seats.rows())
            destroy(db, tenant, left, at)
            forget_payloads(db, tenant, named)

        position = self._append(tenant, [change], cause, at, then)
        self._keys.refresh(tenant)
        return position

    def _append(
        self,
        tenant: TenantId,
        changes: Sequence[StreamChange] | Sequence[SeatChange],
        cause: UUID,
        at: datetime,
        then: Callable[[Connection], None] | None = None,
    ) -> int:
        """`then`: what else belongs to the transaction."""
        placed = _placed(changes, cause)
        if not placed:
            return self.head(tenant)
        batch = Codec(tenant, self._keys).batch(placed)
        bases = [Base(change.stream, change.expected) for change in changes if change.expected and change.facts]

        def write(db: Connection) -> int:
            traces.note(db, tenant, going_on)
            position = appending.append(db, tenant, batch.rows(), len(placed), bases, at)
            if then is not None:
                then(db)
            return position

        with traces.watched(placed) as going_on:
            try:
                return self._ask(write, autocommit=then is None and not appending.is_bulk(len(placed)))
            except (errors.UniqueViolation, StreamMoved) as conflict:
                # A lost COMMIT reply looks like a conflict: our own facts are what stands there.
                if self._ask(lambda db: appending.own(db, tenant, placed)):
                    return self.head(tenant)
                streams = sorted({stream for stream, *_ in placed})
                raise ConcurrentAppend(f"{_named(streams)} of tenant {tenant} moved on meanwhile.") from conflict


def _refuse_too_large(changes: Sequence[StreamChange] | Sequence[SeatChange]) -> None:
    count = sum(len(change.facts) for change in changes)
    if count > LARGEST_APPEND:
        raise AppendTooLarge(f"{count} facts in one append; at most {LARGEST_APPEND} are taken.")


def _placed(changes: Sequence[StreamChange] | Sequence[SeatChange], cause: UUID) -> list[Placed]:
    placed = []
    for change in changes:
        own = (change.cause if isinstance(change, StreamChange) else None) or cause
        placed += [Placed(change.stream, change.expected + nth, fact, own) for nth, fact in enumerate(change.facts, 1)]
    return placed


def _named(streams: Sequence[str]) -> str:
    return streams[0] if len(streams) == 1 else f"One of {len(streams)} streams"
