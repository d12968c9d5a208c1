"""One live subscription per tenant, whose secret is known, whatever happened before."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.ingest import subscriptions
from app.ingest.feeds import carry_out
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.notifications import hashed
from app.ingest.schedule import Due, Job
from app.ingest.subscriptions import ensure_subscription
from app.simulator.world import Subscription
from tests.ingest.feeds.conftest import Customer


def ensure(customer: Customer) -> None:
    async def once() -> None:
        async with GraphClient(customer.office.shop.access, customer.office.directory) as client:
            await ensure_subscription(client, customer.office.shop, customer.tenant)

    asyncio.run(once())


def at_graph(customer: Customer) -> list[Subscription]:
    return list(customer.office.world.subscriptions.values())


def stored(customer: Customer) -> list[tuple[str | None, bytes]]:
    rows = customer.office.rows("SELECT subscription_id, client_state_hash FROM graph_subscriptions ORDER BY 1")
    return [(subscription, bytes(digest)) for subscription, digest in rows]


def test_a_subscription_is_made_as_graph_wants_it(customer: Customer) -> None:
    ensure(customer)

    (made,) = at_graph(customer)
    assert made.resource == "/communications/callRecords"
    assert made.change_type == "updated"
    assert made.notification_url == f"{customer.office.web}/webhooks/graph/notifications"
    assert made.lifecycle_url == f"{customer.office.web}/webhooks/graph/lifecycle"
    assert made.expires_at == customer.office.clock.now() + timedelta(minutes=4_225)
    assert made.client_state is not None
    assert len(made.client_state) == 43
    assert stored(customer) == [(made.id, hashed(made.client_state))]


def test_a_repeat_changes_nothing(customer: Customer) -> None:
    ensure(customer)
    before = at_graph(customer), stored(customer), customer.office.shop.desk.store.head(customer.tenant)

    ensure(customer)

    assert (at_graph(customer), stored(customer), customer.office.shop.desk.store.head(customer.tenant)) == before


def test_one_that_is_gone_at_graph_is_made_anew(customer: Customer) -> None:
    ensure(customer)
    (gone,) = at_graph(customer)
    customer.office.world.subscriptions.clear()

    ensure(customer)

    (made,) = at_graph(customer)
    assert made.id != gone.id
    assert {subscription for subscription, _ in stored(customer)} == {gone.id, made.id}


def test_one_whose_secret_is_not_known_is_replaced(customer: Customer) -> None:
    ensure(customer)
    (foreign,) = at_graph(customer)
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM graph_subscriptions")

    ensure(customer)

    (made,) = at_graph(customer)
    assert made.id != foreign.id
    assert [subscription for subscription, _ in stored(customer)] == [made.id]


def test_one_that_notifies_another_address_is_replaced(customer: Customer) -> None:
    ensure(customer)
    (elsewhere,) = at_graph(customer)
    elsewhere.notification_url = "https://elsewhere.example/notifications"

    ensure(customer)

    assert [each.notification_url for each in at_graph(customer)] == [
        f"{customer.office.web}/webhooks/graph/notifications"
    ]


def test_one_made_without_our_hearing_of_it_is_known_by_its_secret(customer: Customer) -> None:
    customer.office.control("/_faults", path="v1.0/subscriptions", method="POST", kind="truncate", times=1, property="")

    with pytest.raises(BadUpstreamAnswer):
        ensure(customer)

    (made,) = at_graph(customer)
    assert made.client_state is not None
    assert stored(customer) == [(None, hashed(made.client_state))]

    customer.office.let_pass(days=1)
    calls = customer.office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s", customer.tenant)
    assert calls[0][0] > 0


@pytest.mark.parametrize("ends_in", [timedelta(hours=-1), timedelta(0), timedelta(seconds=5)])
def test_an_end_that_is_past_is_not_looked_at_again_without_a_pause(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, ends_in: timedelta
) -> None:
    now = customer.office.clock.now()

    async def past(*_: object) -> datetime:
        return now + ends_in

    monkeypatch.setattr(subscriptions, "ensure_subscription", past)

    carry_out(customer.office.shop, Due(customer.tenant, Job.SUBSCRIPTION))

    assert customer.office.rows("SELECT due_at FROM schedule WHERE job = 'subscription'") == [
        (now + timedelta(minutes=1),)
    ]
