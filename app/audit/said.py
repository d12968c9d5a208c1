"""Which facts say that something is so."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.eventstore.envelope import Recorded


class Said(NamedTuple):
    """A fact by its place: when it became true, when SUA learned it, and by which run, notification or command."""

    position: int
    happened_at: datetime
    recorded_at: datetime
    cause: UUID
    name: str

    @classmethod
    def by(cls, fact: Recorded) -> "Said":
        event = fact.event
        return cls(fact.position, event.happened_at, fact.recorded_at, fact.cause, event.name)
