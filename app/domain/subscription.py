"""Graph's promise to notify SUA of a customer's calls: made, renewed, lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from app.domain.events import Event
from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost, SubscriptionRenewed


@dataclass(frozen=True, slots=True)
class Subscription:
    """The newest subscription the log knows. `id` None: there never was one. `lost` None: not known to have ended."""

    id: str | None = None
    expires_at: datetime | None = None
    lost: SubscriptionEnd | None = None

    @property
    def held(self) -> bool:
        return self.id is not None and self.lost is None


NONE = Subscription()


def replay(events: Iterable[Event]) -> Subscription:
    return reduce(evolve, events, NONE)


def evolve(known: Subscription, event: Event) -> Subscription:
    """Fold one fact in. Never refuses; a fact about something else leaves it as it is."""
    match event:
        case SubscriptionCreated() | SubscriptionRenewed():
            return Subscription(event.subscription, event.expires_at)
        case SubscriptionLost():
            return Subscription(event.subscription, known.expires_at, event.reason)
        case _:
            return known


def hold(known: Subscription, *, subscription: str, expires_at: datetime, at: datetime) -> list[Event]:
    """Graph has this subscription, until then. Known so: nothing. Another one held before it was lost unnoticed."""
    if known.held and known.id == subscription:
        if known.expires_at == expires_at:
            return []
        return [SubscriptionRenewed(happened_at=at, subscription=subscription, expires_at=expires_at)]
    return [
        *lose(known, reason=SubscriptionEnd.NOT_FOUND, at=at),
        SubscriptionCreated(happened_at=at, subscription=subscription, expires_at=expires_at),
    ]


def lose(known: Subscription, *, reason: SubscriptionEnd, at: datetime) -> list[Event]:
    """The subscription brings nothing any more. Nothing where there is none, or that is known.

    One that expired ended then; of other losses only the time is known at which they were noticed.
    """
    if not known.held or known.id is None:
        return []
    ended_at = at
    if reason is SubscriptionEnd.EXPIRED and known.expires_at is not None:
        ended_at = min(at, known.expires_at)
    return [SubscriptionLost(happened_at=ended_at, subscription=known.id, reason=reason)]
