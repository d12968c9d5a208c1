"""The eventsourcing package's mapper, for our facts: its domain events are our `Recorded`."""

from datetime import datetime
from typing import Any

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from app.domain.errors import FactUnreadable
from app.domain.ids import TenantId
from app.eventstore.appending import Placed
from app.eventstore.codec import Codec
from app.eventstore.envelope import Recorded
from app.eventstore.keys import KeyRing
from app.eventstore.rows import StoredRow
from app.eventstore.stored import FactNotification, StoredFact, name_and_schema, topic_of


class FactMapper(Mapper[str]):
    """Of one tenant. Bytes are the codec's canonical JSON, sealed per person: no transcoder, compressor or cipher."""

    def __init__(self, tenant: TenantId, keys: KeyRing) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._tenant = tenant
        self._codec = Codec(tenant, keys)

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredFact:
        """Takes a `Recorded`. Its position and time of recording are the log's to give, and left out."""
        if not isinstance(domain_event, Recorded):
            raise TypeError(f"{type(domain_event).__name__} is not a recorded fact")
        placed = Placed(domain_event.stream, domain_event.version, domain_event.event, domain_event.cause)
        ((row,),) = self._codec.batch([placed]).rows()
        topic = topic_of(row.name, row.schema)
        return StoredFact(row.stream, row.version, topic, row.state, row.happened_at, row.cause)

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[Any]:
        """Takes what a recorder returned. Raises `FactUnreadable` for anything that is no fact of ours."""
        position, recorded_at = _place(stored_event)
        if recorded_at is None or not isinstance(stored_event, StoredFact | FactNotification):
            raise FactUnreadable(f"{stored_event.topic} in {stored_event.originator_id} is no fact from the log.")
        name, schema = name_and_schema(stored_event.topic)
        row = StoredRow(
            position,
            str(stored_event.originator_id),
            stored_event.originator_version,
            name,
            schema,
            stored_event.happened_at,
            recorded_at,
            stored_event.cause,
            stored_event.state,
        )
        return self._codec.decode([row])[0]


def _place(stored: StoredEvent) -> tuple[int, datetime | None]:
    match stored:
        case FactNotification():
            return stored.id, stored.recorded_at
        case StoredFact():
            return stored.position, stored.recorded_at
        case _:
            return 0, None
