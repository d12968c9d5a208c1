"""Facts and seat states <-> bytes, under stable names, many at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.domain.errors import FactUnreadable
from app.domain.events import REGISTER, Event
from app.domain.ids import TenantId
from app.domain.personal import Personal, Sealer
from app.domain.retention import CALL_DETAIL, month_of
from app.domain.seat import Seat
from app.eventstore import veils
from app.eventstore.appending import CHUNK, Placed
from app.eventstore.changes import SeatChange, StoredSeat
from app.eventstore.cipher import Opens, Seals, Subjects, subjects_in
from app.eventstore.envelope import Recorded
from app.eventstore.keys import KeyRing
from app.eventstore.rows import Row, StoredRow
from app.eventstore.streams import seat_stream
from app.eventstore.upcasters import NoUpcaster, upcast
from app.eventstore.veils import MonthKey

_T = TypeVar("_T")
_SEAT = TypeAdapter(Seat)


class Codec:
    """Encodes and decodes for one tenant."""

    def __init__(self, tenant: TenantId, keys: KeyRing) -> None:
        self._tenant = tenant
        self._keys = keys

    def batch(self, placed: Sequence[Placed]) -> "Batch":
        """Facts ready to go into the log. The keys of all persons in them are there afterwards."""
        personal = [each.fact for each in placed if type(each.fact) in _PERSONAL]
        months = {month_of(each.fact.happened_at) for each in placed if type(each.fact) in _VEILED}
        keys = {month: self._keys.months.sealing(self._tenant, month) for month in months}
        return Batch(self._tenant, placed, self._seals_for(personal, _dump_fact), keys)

    def seat_batch(self, changes: Sequence[SeatChange]) -> "SeatBatch":
        return SeatBatch(changes, self._seals_for([change.seat for change in changes], _dump_seat))

    def decode(self, rows: Sequence[StoredRow]) -> list[Recorded]:
        """Raises `FactUnreadable` naming the position."""
        tenant = self._tenant
        states = self._without_veils(rows)
        opens = self._opens_for(states)
        recorded = []
        for (position, stream, version, name, schema, _, recorded_at, cause, _), state in zip(
            rows, states, strict=True
        ):
            opens.turn_to(stream, version)
            try:
                event = _event(name, schema, state, opens)
            except (ValidationError, NoUpcaster, ValueError, FactUnreadable) as error:
                raise FactUnreadable(f"Tenant {tenant}, position {position} ({name}): {_why(error)}") from error
            recorded.append(Recorded(tenant, position, stream, version, recorded_at, cause, event))
        return recorded

    def decode_seats(self, stored: Sequence[StoredSeat]) -> list[Seat]:
        tenant = self._tenant
        opens = self._opens_for(seat.state for seat in stored)
        seats = []
        for each in stored:
            opens.turn_to(_state_of(seat_stream(each.user)), each.version)
            try:
                seats.append(_SEAT.validate_json(each.state, context=opens))
            except ValidationError as error:
                raise FactUnreadable(f"Tenant {tenant}, state of seat {each.user}: {_why(error)}") from error
        return seats

    def _without_veils(self, rows: Sequence[StoredRow]) -> list[bytes]:
        """The facts' JSON, with stand-ins for people where the details of their month were dropped."""
        tenant, months = self._tenant, self._keys.months
        keys: dict[str, MonthKey | None] = {}
        dropped: frozenset[str] | None = None
        states = []
        for row in rows:
            state = row.state
            if row.name in veils.NAMES:
                month = veils.month_of_veil(state)
                if month is not None:
                    if month not in keys:
                        keys[month] = months.opening(tenant, month)
                    state = self._opened(row, keys[month])
                else:
                    dropped = months.dropped(tenant) if dropped is None else dropped
                    if dropped and (before := month_of(row.happened_at)) in dropped:
                        state = veils.stood_in(state, months.before(tenant, before))
            states.append(state)
        return states

    def _opened(self, row: StoredRow, key: MonthKey | None) -> bytes:
        if key is None:
            return veils.laid_bare(row.state)
        try:
            return veils.unveiled(row.state, key, _place(self._tenant, row.stream, row.version))
        except FactUnreadable as error:
            raise FactUnreadable(f"Tenant {self._tenant}, position {row.position} ({row.name}): {error}") from error

    def _opens_for(self, states: Iterable[bytes]) -> Opens:
        tenant, ring = self._tenant, self._keys
        sealed, emptied = subjects_in(states)
        if not sealed and not emptied:
            return Opens(tenant, {}, {})
        keys = ring.existing(tenant, sealed)
        erased = ring.erased(tenant, sealed - keys.keys())
        return Opens(tenant, keys, erased | ring.told(tenant, emptied - sealed))

    def _seals_for(self, things: Sequence[_T], dump: Callable[[_T, Sealer], bytes]) -> Seals:
        tenant, ring = self._tenant, self._keys

        def pseudonym(value: str) -> str:
            return ring.pseudonym(tenant, value)

        subjects = Subjects(pseudonym)
        for thing in things:
            dump(thing, subjects)
        return Seals(tenant, ring.ensured(tenant, subjects.met), pseudonym)


class Batch:
    """Facts on their way into the log, encoded piece by piece, so that PostgreSQL can write one meanwhile.

    They can be taken again, for a second attempt.
    """

    def __init__(
        self, tenant: TenantId, placed: Sequence[Placed], seals: Seals, months: Mapping[str, MonthKey]
    ) -> None:
        self._tenant = tenant
        self._placed = placed
        self._seals = seals
        self._months = months

    def rows(self) -> Iterator[list[Row]]:
        for start in range(0, len(self._placed), CHUNK):
            yield [self._row(*placed) for placed in self._placed[start : start + CHUNK]]

    def _row(self, stream: str, version: int, fact: Event, cause: UUID) -> Row:
        self._seals.turn_to(stream, version)
        state = _dump_fact(fact, self._seals)
        if type(fact) in _VEILED:
            key = self._months[month_of(fact.happened_at)]
            state = veils.veiled(state, key, _place(self._tenant, stream, version))
        return Row(stream, version, fact.name, fact.schema_version, fact.happened_at, cause, state)


class SeatBatch:
    """The states of seats as changes leave them; like `Batch`."""

    def __init__(self, changes: Sequence[SeatChange], seals: Seals) -> None:
        self._changes = changes
        self._seals = seals

    def rows(self) -> Iterator[list[StoredSeat]]:
        for start in range(0, len(self._changes), CHUNK):
            yield [self._row(change) for change in self._changes[start : start + CHUNK]]

    def _row(self, change: SeatChange) -> StoredSeat:
        version = change.expected + len(change.facts)
        self._seals.turn_to(_state_of(change.stream), version)
        return StoredSeat(change.user, version, _dump_seat(change.seat, self._seals))


def _dump_fact(fact: Event, sealer: Sealer) -> bytes:
    return fact.__pydantic_serializer__.to_json(fact, context=sealer)


def _dump_seat(seat: Seat, sealer: Sealer) -> bytes:
    return _SEAT.dump_json(seat, context=sealer)


def _holds_personal(kind: Any) -> bool:
    """Whether a type says that there may be a personal value somewhere inside."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any(_holds_personal(field.annotation) for field in kind.model_fields.values())
    return kind is Personal or any(map(_holds_personal, get_args(kind)))


_VEILED = frozenset(CALL_DETAIL)
_PERSONAL = frozenset(fact for fact in REGISTER.values() if _holds_personal(fact))


def _place(tenant: TenantId, stream: str, version: int) -> bytes:
    """Where a veil stands, for the cipher."""
    return f"veil|{tenant}|{stream}|{version}".encode()


def _state_of(stream: str) -> str:
    """Where a seat's state stands, for the cipher: not among the facts, so that the two cannot be exchanged."""
    return f"state:{stream}"


def _event(name: str, schema: int, state: bytes, opens: Opens) -> Event:
    fact = REGISTER.get(name)
    if fact is None:
        raise FactUnreadable("no such fact in this release")
    if schema != fact.schema_version:
        state = upcast(name, schema, fact.schema_version, state)
    # What model_validate_json comes down to, without half a microsecond spent on arguments that are not given.
    event: Event = fact.__pydantic_validator__.validate_json(state, context=opens)
    return event


def _why(error: Exception) -> str:
    """Without the values: they may be personal in a damaged fact."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return str(error)
