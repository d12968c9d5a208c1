"""What became of Graph's promise to notify SUA of a customer's calls."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import subscription
from app.domain.events.coverage import Feed, SubscriptionEnd
from app.domain.ids import TenantId
from app.domain.subscription import Subscription
from app.eventstore.streams import coverage_stream

_STREAM = coverage_stream(Feed.CALLS)


@dataclass(frozen=True, slots=True)
class RecordSubscription:
    """Graph has it, until `expires_at`."""

    tenant: TenantId
    subscription: str
    expires_at: datetime
    cause: UUID


@dataclass(frozen=True, slots=True)
class RecordLostSubscription:
    """The one the log knows has ended."""

    tenant: TenantId
    reason: SubscriptionEnd
    cause: UUID


def record_subscription(command: RecordSubscription, desk: Desk) -> int:
    """Returns how many facts were new; 0 for the same subscription with the same end."""
    return decided(
        desk,
        command.tenant,
        _STREAM,
        command.cause,
        lambda history: subscription.hold(
            subscription.replay(history),
            subscription=command.subscription,
            expires_at=command.expires_at,
            at=desk.now(),
        ),
    )


def record_lost_subscription(command: RecordLostSubscription, desk: Desk) -> int:
    """Returns how many facts were new; 0 where there was none, or its end is known."""
    return decided(
        desk,
        command.tenant,
        _STREAM,
        command.cause,
        lambda history: subscription.lose(subscription.replay(history), reason=command.reason, at=desk.now()),
    )


def known_subscription(tenant: TenantId, desk: Desk) -> Subscription:
    """What the log says of it."""
    history, _ = desk.store.load(tenant, _STREAM)
    return subscription.replay(history)
