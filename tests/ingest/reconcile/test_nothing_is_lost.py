"""Whatever notifications lose, one listing brings; a repeat adds nothing."""

from datetime import timedelta

from app.domain.events.coverage import Pass
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
