"""What happens to a subscription by itself as simulated time passes.

Follows "Reduce missing subscriptions and change notifications" and "subscription resource type": it expires, Graph
asks for reauthorization and pauses delivery when nobody answers; and, unlike the documents say, it may be forgotten.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.simulator.notification_rules import chosen
from app.simulator.notifier import Delivery

if TYPE_CHECKING:
    from app.simulator.world import World

DAY_SECONDS = 86_400


@dataclass(slots=True)
class Subscription:
    """A change notification subscription, as Graph's "subscription resource type".

    `by_wall`: its owner lives by the wall clock, so it ends by that one. `asked_at`: when reauthorization was asked
    for and not answered since; `paused_at`: what happens from then on is not told.
    """

    id: str
    tenant: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    by_wall: bool = False
    authorized_at: datetime | None = None
    asked_at: datetime | None = None
    paused_at: datetime | None = None

    def lives_at(self, at: datetime) -> bool:
        """Whether it has not expired at a simulated instant (by the wall clock: now)."""
        return self.expires_at > (datetime.now(UTC) if self.by_wall else at)

    def hears(self, at: datetime) -> bool:
        """Whether delivery is not paused for what happens at a simulated instant."""
        return self.paused_at is None or at < self.paused_at

    def authorize(self, at: datetime) -> None:
        """Its owner answered: reauthorized, or renewed."""
        self.authorized_at, self.asked_at, self.paused_at = at, None, None


@dataclass(slots=True)
class SubscriptionRules:
    """`daily_loss_share`: how likely Graph forgets a subscription within a day, without a word.

    `reauthorize_hours`: so long after creation or the last answer Graph asks for reauthorization (None: never by
    itself); `grace_hours`: so long after that question delivery pauses, and the question is repeated.
    """

    daily_loss_share: float = 0.0
    reauthorize_hours: float | None = None
    grace_hours: float = 1.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def pass_time(world: "World", before: datetime) -> list[Delivery]:
    """Let time pass from `before` to the world's now over all subscriptions; the questions to be sent."""
    asked = []
    days = (world.now - before).total_seconds() / DAY_SECONDS
    for each in list(world.subscriptions.values()):
        rules = world.subscription_rules.get(each.tenant, world.subscription_rule)
        if chosen(world.chance, 1 - (1 - rules.daily_loss_share) ** days):
            lose(world, each)
        elif not (world.options.enforce_expiry and not each.lives_at(world.now)) and _is_to_be_asked(
            each, rules, world.now
        ):
            asked.append(_ask(world, each, rules))
    return asked


def lose(world: "World", subscription: Subscription) -> None:
    """Graph forgets it and tells nobody."""
    world.subscriptions.pop(subscription.id, None)
    world.lost_subscriptions.append((world.now, subscription))
    world.survived["subscription.lost"] += 1


def _is_to_be_asked(each: Subscription, rules: SubscriptionRules, now: datetime) -> bool:
    if rules.reauthorize_hours is None or each.authorized_at is None:
        return False
    if each.asked_at is not None:
        return now - each.asked_at >= timedelta(hours=rules.grace_hours)
    return now - each.authorized_at >= timedelta(hours=rules.reauthorize_hours)


def _ask(world: "World", each: Subscription, rules: SubscriptionRules) -> Delivery:
    """The pause is counted from now, when the question is sent: a clock that leaps leaves time to answer."""
    each.asked_at = world.now
    if each.paused_at is None:
        each.paused_at = world.now + timedelta(hours=rules.grace_hours)
    world.survived["subscription.reauthorization_asked"] += 1
    return Delivery(each, lifecycle="reauthorizationRequired")
