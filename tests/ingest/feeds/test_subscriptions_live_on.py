"""A subscription's life as the log tells it: renewed, lost, made anew; whatever is killed on the way."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from app.domain.events import Event
from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost, SubscriptionRenewed
from app.ingest import schedule, subscription_rows, subscriptions
from app.ingest.feeds import carry_out
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import GraphConflict
from app.ingest.schedule import Due, Job
from app.ingest.subscriptions import LIFE, ensure_subscription
from app.simulator.world import Subscription
from tests.ingest.feeds.conftest import Customer


class Killed(BaseException):
    """Stands for a kill: nobody catches it."""


def ensure(customer: Customer) -> None:
    async def once() -> None:
        async with GraphClient(customer.office.shop.access, customer.office.directory) as client:
            await ensure_subscription(client, customer.office.shop, customer.tenant)

    asyncio.run(once())


def facts(customer: Customer) -> list[Event]:
    return customer.office.facts(customer.tenant, "coverage/calls")


def told(customer: Customer) -> list[str]:
    """The facts, shortly."""
    return [
        f"{type(fact).__name__} {fact.reason}" if isinstance(fact, SubscriptionLost) else type(fact).__name__
        for fact in facts(customer)
    ]


def live(customer: Customer) -> list[Subscription]:
    return customer.office.world.live_subscriptions(str(customer.office.directory))


def pass_by(customer: Customer, time: timedelta) -> None:
    customer.office.clock.step_to(customer.office.clock.now() + time)
    customer.office.control("/_clock/advance", seconds=time.total_seconds())


def listing_due(customer: Customer) -> bool:
    with customer.office.shop.database() as db:
        waiting = schedule.due(db, customer.office.clock.now())
    return Due(customer.tenant, Job.RECONCILE) in [each.due for each in waiting]


def listed(customer: Customer) -> None:
    """As if the listing that is due had been done."""
    with customer.office.shop.database() as db:
        done = Due(customer.tenant, Job.RECONCILE)
        schedule.finish(db, done, customer.take(db, done.job), customer.office.clock.now() + timedelta(days=30))


def test_it_is_renewed_as_itself_and_the_next_look_is_at_half_its_life_at_the_latest(customer: Customer) -> None:
    job = Due(customer.tenant, Job.SUBSCRIPTION)
    carry_out(customer.office.shop, job)
    (made,) = live(customer)
    first, secret = made.expires_at, made.client_state
    with customer.office.shop.database() as db:
        (due_at,) = [each.due_at for each in schedule.listed(db, customer.tenant) if each.job is Job.SUBSCRIPTION]

    pass_by(customer, due_at - customer.office.clock.now())
    carry_out(customer.office.shop, job)

    (renewed,) = live(customer)
    assert due_at <= first - LIFE / 2
    assert (renewed.id, renewed.client_state) == (made.id, secret)
    assert renewed.expires_at == customer.office.clock.now() + LIFE
    assert facts(customer)[1:] == [
        SubscriptionRenewed(
            happened_at=customer.office.clock.now(), subscription=made.id, expires_at=renewed.expires_at
        )
    ]


def test_asked_again_and_again_within_the_hour_it_is_authorised_and_nothing_is_noted(customer: Customer) -> None:
    ensure(customer)
    (made,) = live(customer)
    for _ in range(3):
        pass_by(customer, timedelta(minutes=10))
        made.asked_at = customer.office.world.now
        ensure(customer)

    assert made.asked_at is None
    assert told(customer) == ["SubscriptionCreated"]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("lose", SubscriptionEnd.NOT_FOUND),
        ("expire", SubscriptionEnd.EXPIRED),
        ("redirect", SubscriptionEnd.ADDRESS_CHANGED),
        ("forget", SubscriptionEnd.SECRET_UNKNOWN),
    ],
)
def test_a_loss_is_noted_with_its_reason_and_calls_are_listed_at_once(
    customer: Customer, harm: str, reason: SubscriptionEnd
) -> None:
    ensure(customer)
    (first,) = live(customer)
    listed(customer)
    before = listing_due(customer)
    if harm == "lose":
        customer.office.control("/_subscriptions/lose")
    elif harm == "expire":
        pass_by(customer, LIFE + timedelta(hours=1))
        customer.office.world.subscriptions.clear()
    elif harm == "redirect":
        customer.office.control("/_subscriptions/redirect", url="https://elsewhere.example/notifications")
    else:
        with customer.office.shop.database() as db:
            subscription_rows.end_all(db, customer.tenant)

    ensure(customer)

    (second,) = live(customer)
    assert second.id != first.id
    assert told(customer) == ["SubscriptionCreated", f"SubscriptionLost {reason}", "SubscriptionCreated"]
    assert (before, listing_due(customer)) == (False, True)


def test_what_an_ended_one_has_sent_is_still_known_for_hours(customer: Customer) -> None:
    def known() -> int:
        return len(customer.office.rows("SELECT * FROM graph_subscriptions"))

    ensure(customer)
    customer.office.control("/_subscriptions/lose")
    ensure(customer)
    at_once = known()
    pass_by(customer, timedelta(hours=4))
    ensure(customer)
    after_four_hours = known()
    pass_by(customer, timedelta(hours=2))
    ensure(customer)

    assert (at_once, after_four_hours, known()) == (2, 2, 1)


def test_duplicates_and_strangers_go_and_other_resources_stay(customer: Customer) -> None:
    ensure(customer)
    (ours,) = live(customer)
    world = customer.office.world
    for nth, (resource, change) in enumerate(
        [
            ("/communications/callRecords", "created"),
            ("communications/callRecords", "created,updated"),
            ("/communications/callRecords?$filter=participants/any(p:p/id eq 'x')", "updated"),
        ]
    ):
        other = Subscription(
            f"other-{nth}", ours.tenant, resource, change, ours.notification_url, None, None, ours.expires_at
        )
        world.subscriptions[other.id] = other

    ensure(customer)

    assert sorted(world.subscriptions) == sorted([ours.id, "other-2"])
    assert told(customer) == ["SubscriptionCreated"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("harm", "step"),
    [("lose", "record_lost_subscription"), ("lose", "record_subscription"), ("age", "record_subscription")],
)
def test_killed_around_any_fact_the_next_run_notes_what_graph_says(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, harm: str, step: str, before: bool
) -> None:
    ensure(customer)
    if harm == "lose":
        customer.office.control("/_subscriptions/lose")
    else:
        pass_by(customer, LIFE / 2)
    whole = getattr(subscriptions, step)

    def killed(*arguments: Any) -> None:
        if not before:
            whole(*arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(subscriptions, step, killed)
        with pytest.raises(Killed):
            ensure(customer)
    ensure(customer)

    (kept,) = live(customer)
    newest = facts(customer)[-1]
    assert isinstance(newest, SubscriptionCreated | SubscriptionRenewed)
    assert (newest.subscription, newest.expires_at) == (kept.id, kept.expires_at)
    lost = ["SubscriptionLost NOT_FOUND", "SubscriptionCreated"]
    assert told(customer) == ["SubscriptionCreated", *(lost if harm == "lose" else ["SubscriptionRenewed"])]


def test_two_workers_at_once_leave_one_subscription_and_the_next_run_notes_it(customer: Customer) -> None:
    def attempt(_: int) -> None:
        with suppress(GraphConflict):  # one of them may be refused; the job tries again
            ensure(customer)

    with ThreadPoolExecutor(2) as both:
        list(both.map(attempt, range(2)))
    ensure(customer)

    (kept,) = live(customer)
    newest = facts(customer)[-1]
    assert isinstance(newest, SubscriptionCreated | SubscriptionRenewed)
    assert newest.subscription == kept.id
