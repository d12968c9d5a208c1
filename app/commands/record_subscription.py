"""Graph agreed to notify SUA of new call records."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import coverage
from app.domain.events.coverage import Feed
from app.domain.ids import TenantId
from app.eventstore.streams import coverage_stream


@dataclass(frozen=True, slots=True)
class RecordSubscription:
    tenant: TenantId
    subscription: str
    expires_at: datetime
    cause: UUID


def record_subscription(command: RecordSubscription, desk: Desk) -> int:
    """Returns how many facts were new; 0 for the same subscription with the same end."""
    return decided(
        desk,
        command.tenant,
        coverage_stream(Feed.CALLS),
        command.cause,
        lambda history: coverage.subscribe(
            coverage.replay(history),
            subscription=command.subscription,
            expires_at=command.expires_at,
            at=desk.now(),
        ),
    )
