"""A customer's notification subscription through the door: judged by the clock, seen by its own viewers only."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.events.coverage import (
    Feed,
    SubscriptionCreated,
    SubscriptionEnd,
    SubscriptionLost,
    SubscriptionRenewed,
)
from app.eventstore.streams import coverage_stream
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World

SEEN = """
query ($id: ID!) { tenant(id: $id) { subscription { state expiresAt renewedAt lostAt lostReason } } }
"""
STREAM = coverage_stream(Feed.CALLS)
ENDS = NOON + timedelta(days=2)


@pytest.fixture(scope="module", autouse=True)
def subscriptions(world: World) -> None:
    """Contoso's was renewed yesterday; Fabrikam never had one."""
    made, renewed = NOON - timedelta(days=2), NOON - timedelta(days=1)
    for fact in (
        SubscriptionCreated(happened_at=made, subscription="s-1", expires_at=NOON + timedelta(days=1)),
        SubscriptionRenewed(happened_at=renewed, subscription="s-1", expires_at=ENDS),
    ):
        world.append(CONTOSO, STREAM, fact, at=NOON, after=world.store.load(CONTOSO, STREAM)[1])
    world.tabulate(CONTOSO)


async def seen(client: Client, who: str = "hr", of: Any = CONTOSO) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await client.data(SEEN, who, id=str(of)))["tenant"]["subscription"]
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def test_it_lives_until_its_end_and_has_expired_from_then_on(client: Client) -> None:
    now = await seen(client)
    client.clock.step_to(ENDS)
    then = await seen(client)

    assert now is not None
    assert then is not None
    assert (now["state"], at(now["expiresAt"]), at(now["renewedAt"])) == ("LIVE", ENDS, NOON - timedelta(days=1))
    assert (now["lostAt"], now["lostReason"]) == (None, None)
    assert (then["state"], then["expiresAt"]) == ("EXPIRED", now["expiresAt"])


async def test_the_neighbour_has_none_and_does_not_see_it(client: Client) -> None:
    theirs = await seen(client, "neighbour", FABRIKAM)
    code = await client.code(SEEN, "neighbour", id=str(CONTOSO))

    assert theirs is None
    assert code == "NOT_FOUND"


async def test_a_lost_one_says_why(client: Client, world: World) -> None:
    lost = SubscriptionLost(happened_at=NOON, subscription="s-1", reason=SubscriptionEnd.NOT_FOUND)
    world.append(CONTOSO, STREAM, lost, at=NOON, after=world.store.load(CONTOSO, STREAM)[1])
    world.tabulate(CONTOSO)

    found = await seen(client)

    assert found is not None
    assert (found["state"], found["lostReason"], at(found["lostAt"])) == ("LOST", "NOT_FOUND", NOON)
