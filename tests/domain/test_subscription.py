"""Graph's promise to notify: made, renewed, lost; each noted once."""

from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost, SubscriptionRenewed
from app.domain.subscription import NONE, hold, lose, replay
from tests.domain.given import MONDAY, THURSDAY, TUESDAY, WEDNESDAY

CREATED = SubscriptionCreated(happened_at=MONDAY, subscription="s-1", expires_at=WEDNESDAY)
RENEWED = SubscriptionRenewed(happened_at=TUESDAY, subscription="s-1", expires_at=THURSDAY)
LOST = SubscriptionLost(happened_at=TUESDAY, subscription="s-1", reason=SubscriptionEnd.NOT_FOUND)


def test_a_subscription_is_noted_once() -> None:
    assert hold(NONE, subscription="s-1", expires_at=WEDNESDAY, at=MONDAY) == [CREATED]
    assert hold(replay([CREATED]), subscription="s-1", expires_at=WEDNESDAY, at=TUESDAY) == []


def test_a_later_end_of_the_same_one_is_a_renewal() -> None:
    assert hold(replay([CREATED]), subscription="s-1", expires_at=THURSDAY, at=TUESDAY) == [RENEWED]
    assert hold(replay([CREATED, RENEWED]), subscription="s-1", expires_at=THURSDAY, at=WEDNESDAY) == []


def test_a_loss_is_noted_once_and_only_of_what_was_held() -> None:
    assert lose(NONE, reason=SubscriptionEnd.NOT_FOUND, at=TUESDAY) == []
    assert lose(replay([CREATED]), reason=SubscriptionEnd.NOT_FOUND, at=TUESDAY) == [LOST]
    assert lose(replay([CREATED, LOST]), reason=SubscriptionEnd.EXPIRED, at=WEDNESDAY) == []


def test_one_that_expired_ended_when_it_expired() -> None:
    (lost,) = lose(replay([CREATED]), reason=SubscriptionEnd.EXPIRED, at=THURSDAY)

    assert lost == SubscriptionLost(happened_at=WEDNESDAY, subscription="s-1", reason=SubscriptionEnd.EXPIRED)


def test_another_one_in_its_place_shows_that_the_first_was_lost() -> None:
    facts = hold(replay([CREATED]), subscription="s-2", expires_at=THURSDAY, at=TUESDAY)

    assert facts == [LOST, SubscriptionCreated(happened_at=TUESDAY, subscription="s-2", expires_at=THURSDAY)]


def test_after_a_loss_the_same_one_is_made_anew() -> None:
    """Nobody but Graph says so; it is believed."""
    facts = hold(replay([CREATED, LOST]), subscription="s-1", expires_at=THURSDAY, at=WEDNESDAY)

    assert facts == [SubscriptionCreated(happened_at=WEDNESDAY, subscription="s-1", expires_at=THURSDAY)]
