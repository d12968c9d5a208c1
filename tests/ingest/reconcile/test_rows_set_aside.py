"""A row of the list that does not tell all is kept, and neither stops the others nor leaves its call unfetched."""

from typing import Any

import pytest

from app.domain.events.coverage import Pass
from app.ingest import dead_letters
from tests.ingest.reconcile.conftest import Customer
from tests.ingest.reconcile.test_listing_goes_on import LIST


@pytest.fixture(autouse=True)
def none_kept(customer: Customer) -> None:
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM dead_letters")


def kept(customer: Customer) -> list[dead_letters.DeadLetter]:
    with customer.office.shop.database() as db:
        return dead_letters.listed(db, customer.tenant)


def spoil(customer: Customer, **fault: Any) -> None:
    """The first row of every page of the list from now on."""
    customer.control("/_faults", path=LIST, times=None, **fault)


MISTYPED = {"kind": "mistype", "value": []}


@pytest.mark.parametrize(
    ("fault", "named", "counted"),
    [
        ({"kind": "missing", "property": "version"}, True, True),
        ({"property": "version", **MISTYPED}, True, True),
        ({"kind": "missing", "property": "startDateTime"}, True, False),
        ({"property": "startDateTime", **MISTYPED}, True, False),
        ({"kind": "missing", "property": "id"}, False, False),
        ({"property": "id", **MISTYPED}, False, False),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_the_others_are_listed_and_its_call_is_fetched_by_its_id(
    customer: Customer, fault: dict[str, Any], named: bool, counted: bool
) -> None:
    customer.silent()
    customer.let_pass(days=1)
    spoil(customer, **fault)
    calls = len(customer.truth())

    customer.reconcile()
    customer.fetch()

    (letter,) = kept(customer)
    listed = sum(sum(each.listed) for each in customer.listings())
    missing = sum(each.missing for each in customer.listings())
    assert customer.last_reason() is None
    assert (letter.feed, letter.reason) == ("call_list", "BAD_UPSTREAM_ANSWER")
    assert (letter.key in map(str, customer.truth())) == named
    assert listed == missing == (calls if counted else calls - 1) > 3
    assert len(customer.truth().keys() - customer.recorded().keys()) == (0 if named else 1)


def test_without_an_id_it_is_forgotten_once_a_listing_that_goes_further_back_understands_every_row(
    customer: Customer,
) -> None:
    """It cannot be found among the rows that are well. An hourly listing might have left it behind."""
    customer.let_pass(days=1)
    customer.reconcile()
    spoil(customer, kind="missing", property="id")
    customer.let_pass(hours=1)
    customer.reconcile()
    customer.office.world.faults.clear()

    counts = []
    for hours in (1, 30):
        customer.let_pass(hours=hours)
        customer.reconcile()
        counts.append(len(kept(customer)))

    assert {listing.kind for listing in customer.listings()} >= {Pass.HOURLY, Pass.DAILY}
    assert counts == [1, 0]


def test_read_well_again_it_is_forgotten(customer: Customer) -> None:
    customer.let_pass(days=1)
    spoil(customer, kind="missing", property="version")
    customer.reconcile()
    before = len(kept(customer))
    customer.office.world.faults.clear()

    customer.reconcile()

    assert (before, kept(customer)) == (1, [])


def test_a_row_that_stays_spoilt_is_fetched_once_and_not_every_hour(customer: Customer) -> None:
    customer.let_pass(days=1)
    customer.fetch()
    customer.reconcile()
    spoil(customer, kind="missing", property="startDateTime")

    customer.reconcile()
    at_first = customer.states()
    customer.fetch()
    customer.let_pass(minutes=1)
    customer.reconcile()

    (letter,) = kept(customer)
    assert at_first["PENDING"] == 1
    assert customer.states().keys() == {"DONE"}
    assert letter.times == 2


def test_a_revision_behind_a_row_without_a_version_is_fetched(customer: Customer) -> None:
    customer.control("/_calls/rules", revised_share=1.0)
    customer.let_pass(days=1)
    customer.fetch()
    customer.reconcile()
    customer.silent()
    customer.let_pass(hours=12)
    spoil(customer, kind="missing", property="version")

    customer.reconcile()
    customer.fetch()

    assert len(kept(customer)) == 1
    assert customer.recorded() == customer.truth()
