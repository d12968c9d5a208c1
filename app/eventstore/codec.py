"""Facts and seat states <-> bytes, under stable names, many at a time."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.domain.errors import FactUnreadable
from app.domain.events import REGISTER, Event
from app.domain.ids import TenantId
from app.domain.seat import Seat
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

    def encode(self, placed: Sequence[tuple[str, int, Event]], cause: UUID) -> list[Row]:
        """Facts with their streams and versions, as they go into the log."""
        states = self._sealed(placed, lambda fact, seals: fact.__pydantic_serializer__.to_json(fact, context=seals))
        return [
            Row(stream, version, fact.name, fact.schema_version, fact.happened_at, cause, state)
            for (stream, version, fact), state in zip(placed, states, strict=True)
        ]

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
