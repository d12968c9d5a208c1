"""Facts and seat states <-> bytes, under stable names, many at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.domain.errors import FactUnreadable
from app.domain.events import REGISTER, Event
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.domain.seat import Seat
from app.eventstore.appending import CHUNK, Placed
from app.eventstore.changes import SeatChange, StoredSeat
from app.eventstore.cipher import Opens, Seals, subjects_in
from app.eventstore.envelope import Recorded
from app.eventstore.keys import KeyRing
from app.eventstore.rows import Row, StoredRow
from app.eventstore.streams import seat_stream
from app.eventstore.upcasters import NoUpcaster, upcast

_T = TypeVar("_T")
_SEAT = TypeAdapter(Seat)


class Codec:
    """Encodes and decodes for one tenant."""

    def __init__(self, tenant: TenantId, keys: KeyRing) -> None:
        self._tenant = tenant
        self._keys = keys

    def batch(self, placed: Sequence[Placed], cause: UUID) -> "Batch":
        """Facts made ready to go into the log. The keys of all persons in them are there afterwards."""
        personal = {nth: each for nth, each in enumerate(placed) if type(each[2]) in _PERSONAL}
        states = self._sealed(list(personal.values()), _dump)
        return Batch(placed, dict(zip(personal, states, strict=True)), cause)

    def encode_seats(self, changes: Sequence[SeatChange]) -> list[bytes]:
        placed = [(_state_of(change.stream), change.expected + len(change.facts), change.seat) for change in changes]
        return self._sealed(placed, lambda seat, seals: _SEAT.dump_json(seat, context=seals))

    def decode(self, rows: Sequence[StoredRow]) -> list[Recorded]:
        """Raises `FactUnreadable` naming the position."""
        tenant = self._tenant
        opens = Opens(tenant, self._keys.existing(tenant, subjects_in(row.state for row in rows)))
        recorded = []
        for position, stream, version, name, schema, _, recorded_at, cause, state in rows:
            opens.turn_to(stream, version)
            try:
                event = _event(name, schema, state, opens)
            except (ValidationError, NoUpcaster, ValueError, FactUnreadable) as error:
                raise FactUnreadable(f"Tenant {tenant}, position {position} ({name}): {_why(error)}") from error
            recorded.append(Recorded(tenant, position, stream, version, recorded_at, cause, event))
        return recorded

    def decode_seats(self, stored: Sequence[StoredSeat]) -> list[Seat]:
        tenant = self._tenant
        opens = Opens(tenant, self._keys.existing(tenant, subjects_in(seat.state for seat in stored)))
        seats = []
        for each in stored:
            opens.turn_to(_state_of(seat_stream(each.user)), each.version)
            try:
                seats.append(_SEAT.validate_json(each.state, context=opens))
            except ValidationError as error:
                raise FactUnreadable(f"Tenant {tenant}, state of seat {each.user}: {_why(error)}") from error
        return seats

    def _sealed(self, placed: Sequence[tuple[str, int, _T]], dump: Callable[[_T, Seals], bytes]) -> list[bytes]:
        """Bytes of each. Those whose keys were not at hand are written a second time, once all keys are."""
        tenant, ring = self._tenant, self._keys
        seals = Seals(tenant, lambda subject: ring.cached(tenant, subject), lambda value: ring.pseudonym(tenant, value))
        written: list[bytes] = []
        incomplete: list[int] = []
        missing: set[str] = set()
        for nth, (stream, version, thing) in enumerate(placed):
            seals.turn_to(stream, version)
            written.append(dump(thing, seals))
            if seals.missing:
                incomplete.append(nth)
                missing |= seals.missing
                seals.missing.clear()
        if incomplete:
            made = ring.ensured(tenant, missing)
            seals.find = lambda subject: made.get(subject) or ring.ensured(tenant, [subject])[subject]
            for nth in incomplete:
                stream, version, thing = placed[nth]
                seals.turn_to(stream, version)
                written[nth] = dump(thing, seals)
        return written


class Batch:
    """Facts on their way into the log, in pieces, and as often as asked.

    Those with personal values lie ready; the others are encoded as each piece is taken, while PostgreSQL writes the
    one before.
    """

    def __init__(self, placed: Sequence[Placed], ready: Mapping[int, bytes], cause: UUID) -> None:
        self._placed = placed
        self._ready = ready
        self._cause = cause

    def rows(self) -> Iterator[list[Row]]:
        for start in range(0, len(self._placed), CHUNK):
            yield [self._row(nth) for nth in range(start, min(start + CHUNK, len(self._placed)))]

    def _row(self, nth: int) -> Row:
        stream, version, fact = self._placed[nth]
        state = self._ready.get(nth) or fact.__pydantic_serializer__.to_json(fact)
        return Row(stream, version, fact.name, fact.schema_version, fact.happened_at, self._cause, state)


def _dump(fact: Event, seals: Seals) -> bytes:
    return fact.__pydantic_serializer__.to_json(fact, context=seals)


def _holds_personal(kind: Any) -> bool:
    """Whether a type says that there may be a personal value somewhere inside."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any(_holds_personal(field.annotation) for field in kind.model_fields.values())
    return kind is Personal or any(map(_holds_personal, get_args(kind)))


_PERSONAL = frozenset(fact for fact in REGISTER.values() if _holds_personal(fact))


def _state_of(stream: str) -> str:
    """Where a seat's state stands, for the cipher: not among the facts, so that the two cannot be exchanged."""
    return f"state:{stream}"


def _event(name: str, schema: int, state: bytes, opens: Opens) -> Event:
    fact = REGISTER.get(name)
    if fact is None:
        raise FactUnreadable("no such fact in this release")
    if schema != fact.schema_version:
        state = upcast(name, schema, fact.schema_version, state)
    return fact.model_validate_json(state, context=opens)


def _why(error: Exception) -> str:
    """Without the values: they may be personal in a damaged fact."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return str(error)
