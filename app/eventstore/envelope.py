"""A fact as the log keeps it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.events import Event
from app.domain.ids import TenantId


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its place in the tenant's log and the time SUA learned it.

    `position` is gapless per tenant from 1, in commit order. `recorded_at` (UTC) never decreases inside a tenant.
    `cause` is the snapshot run, notification or command that led to it.
    """

    tenant: TenantId
    position: int
    stream: str
    version: int
    recorded_at: datetime
    cause: UUID
    event: Event

    @property
    def originator_id(self) -> str:
        """The stream, under the name the eventsourcing package knows it by."""
        return self.stream

    @property
    def originator_version(self) -> int:
        return self.version
