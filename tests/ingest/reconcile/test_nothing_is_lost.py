"""Whatever notifications lose, one listing brings; a repeat adds nothing."""

from datetime import timedelta

from app.domain.events.coverage import CallsReconciled, Pass
from app.domain.events.telephony import CallCompleted
from tests.ingest.reconcile.conftest import Customer


def test_the_first_listing_reaches_back_as_far_as_graph_does(customer: Customer) -> None:
    (first,) = {(each.kind, each.missing) for each in customer.listings()}

    now = customer.office.clock.now()
    assert first == (Pass.FIRST, 0)
    assert customer.listings()[0].since == now - timedelta(days=30)
    assert customer.listings()[-1].until == now


def test_a_fifth_of_the_notifications_lost_is_found_by_one_listing(customer: Customer) -> None:
    customer.silent(0.2)
    customer.let_pass(days=2)
    customer.fetch()
    lost = customer.truth().keys() - customer.recorded().keys()

    customer.reconcile()
    customer.fetch()

    assert len(lost) > 3
    assert customer.recorded() == customer.truth()
    assert {call for call, _ in customer.missing()} == lost


def test_a_repeat_adds_nothing_but_that_it_was_listed(customer: Customer) -> None:
    customer.silent()
    customer.let_pass(days=1)
    customer.reconcile()
    before = customer.log()

    customer.reconcile()
    customer.fetch()
    customer.reconcile()

    rest = customer.log()[len(before) :]
    assert {type(fact) for fact in rest} == {CallCompleted, CallsReconciled}
    assert len(customer.missing()) == len(set(customer.missing())) == len(customer.truth())
    assert [each.missing for each in customer.listings()[-1:]] == [0]


def test_what_waits_in_the_inbox_is_announced_and_not_missing(customer: Customer) -> None:
    customer.let_pass(days=1)

    customer.reconcile()

    assert customer.missing() == []
    assert {each.missing for each in customer.listings()} == {0}
    assert sum(sum(each.listed) for each in customer.listings()) == len(customer.truth()) > 3


def test_after_hours_of_silence_nothing_is_lacking(customer: Customer) -> None:
    customer.let_pass(hours=10)
    customer.fetch()
    customer.reconcile()
    customer.silent()
    customer.let_pass(hours=5)
    customer.silent(0.0)
    customer.let_pass(hours=1)

    customer.reconcile()
    customer.fetch()

    assert customer.missing() != []
    assert customer.recorded() == customer.truth()


def test_after_a_lost_subscription_the_listing_reaches_back_to_the_last_one(customer: Customer) -> None:
    customer.let_pass(days=1)
    customer.fetch()
    customer.reconcile()
    customer.office.world.subscriptions.clear()
    for _ in range(9):
        customer.let_pass(days=1)

    customer.reconcile()
    customer.fetch()

    assert len(customer.missing()) > 20
    assert customer.recorded() == customer.truth()


def test_a_missed_revision_is_missing_until_it_is_fetched(customer: Customer) -> None:
    customer.control("/_calls/rules", revised_share=1.0)
    customer.let_pass(days=1)
    customer.let_pass(hours=11)
    customer.fetch()
    customer.reconcile()
    customer.silent()
    customer.let_pass(days=2)

    customer.reconcile()
    revised = [call for call, revision in customer.missing() if revision > 1 and customer.recorded().get(call) == 1]
    customer.fetch()

    assert revised != []
    assert customer.recorded() == customer.truth()


def test_calls_given_up_are_missing_and_tried_again_once_a_day(customer: Customer) -> None:
    customer.let_pass(days=1)
    with customer.office.shop.database() as db:
        db.execute("UPDATE inbox SET state = 'DEAD', reason = 'GRAPH_UNAVAILABLE', settled_at = now()")
    customer.reconcile()
    told, waiting = customer.missing(), customer.states()
    with customer.office.shop.database() as db:
        db.execute("UPDATE inbox SET state = 'DEAD', reason = 'GRAPH_UNAVAILABLE', settled_at = now()")

    customer.let_pass(hours=1)
    customer.reconcile()
    an_hour_later = customer.states()
    customer.let_pass(days=3)
    customer.reconcile()
    customer.fetch()
    customer.reconcile()

    assert {call for call, _ in told} <= customer.truth().keys()
    assert waiting == {"PENDING": 2 * len(told)}
    assert an_hour_later == {"DEAD": 2 * len(told)}
    assert customer.recorded() == customer.truth()
    assert customer.states().keys() == {"DONE"}
    assert [each for each in customer.missing() if each in told] == told
