"""The eventsourcing package's records, widened by what our log keeps beside a fact's bytes.

A topic is the fact's stored name, followed by `/n` from its second schema on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from app.eventstore.rows import Row, StoredRow

NO_CAUSE = UUID(int=0)
"""Of records the package wrote through its own interface, which knows no causes."""


@dataclass(frozen=True)
class StoredFact(StoredEvent):
    """`position` 0 and `recorded_at` None: not in the log yet."""

    happened_at: datetime
    cause: UUID
    position: int = 0
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class FactNotification(Notification):
    happened_at: datetime
    cause: UUID
    recorded_at: datetime


def topic_of(name: str, schema: int) -> str:
    return name if schema == 1 else f"{name}/{schema}"


def name_and_schema(topic: str) -> tuple[str, int]:
    name, separator, schema = topic.rpartition("/")
    return (name, int(schema)) if separator and schema.isdecimal() else (topic, 1)


def row_of(stored: StoredEvent, now: datetime) -> Row:
    """`now` stands in for the time a plain StoredEvent happened at: it does not say."""
    name, schema = name_and_schema(stored.topic)
    happened_at, cause = (stored.happened_at, stored.cause) if isinstance(stored, StoredFact) else (now, NO_CAUSE)
    stream, version = str(stored.originator_id), stored.originator_version
    return Row(stream, version, name, schema, happened_at, cause, stored.state)


def stored_of(row: StoredRow) -> StoredEvent:
    """A plain StoredEvent comes back plain."""
    topic = topic_of(row.name, row.schema)
    if row.cause == NO_CAUSE:
        return StoredEvent(row.stream, row.version, topic, row.state)
    return StoredFact(
        row.stream, row.version, topic, row.state, row.happened_at, row.cause, row.position, row.recorded_at
    )


def notification_of(row: StoredRow) -> FactNotification:
    topic = topic_of(row.name, row.schema)
    return FactNotification(
        row.stream, row.version, topic, row.state, row.position, row.happened_at, row.cause, row.recorded_at
    )
