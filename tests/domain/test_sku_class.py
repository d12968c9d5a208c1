"""What sort of product a SKU is for one tenant."""

from datetime import date

import pytest

from app.domain.catalogue import CATALOGUE
from app.domain.events.licensing import Purchase
from app.domain.market import Market
from app.domain.policy import DEFAULT_POLICY
from app.domain.sku_class import SkuClass, classify
from app.domain.standing import Ground
from tests.domain.seats import E5, eur


def purchase(trial: bool = False, status: str = "Enabled") -> Purchase:
    return Purchase(purchase="P", seats=25, trial=trial, status=status, created_at=None, next_change_at=None)


def test_what_is_bought_by_the_seat_is_paid() -> None:
    assert classify(SkuClass.PAID, "User", 25, [purchase()], eur("36.00")) is SkuClass.PAID


def test_a_product_nobody_knows_is_taken_for_bought() -> None:
    assert classify(None, "User", 25, [purchase()]) is SkuClass.PAID
    assert classify(None, "User", 25, None) is SkuClass.PAID


def test_what_applies_to_the_company_is_held_by_nobody() -> None:
    assert classify(SkuClass.PAID, "Company", 25, [purchase()]) is SkuClass.COMPANY


@pytest.mark.parametrize("listed", [SkuClass.FREE, SkuClass.DEVICE, SkuClass.CONSUMPTION, SkuClass.COMPANY])
def test_what_the_catalogue_lists_apart_stays_apart(listed: SkuClass) -> None:
    assert classify(listed, "User", 1_000_000, [purchase()], eur("1.00")) is listed


def test_a_product_of_which_every_running_purchase_is_a_trial_is_one() -> None:
    assert classify(SkuClass.PAID, "User", 25, [purchase(trial=True)]) is SkuClass.TRIAL
    assert classify(SkuClass.PAID, "User", 25, [purchase(trial=True), purchase()]) is SkuClass.PAID
    assert classify(SkuClass.PAID, "User", 25, [purchase(trial=True), purchase(status="Deleted")]) is SkuClass.TRIAL
    assert classify(SkuClass.PAID, "User", 25, [purchase(trial=True, status="Deleted"), purchase()]) is SkuClass.PAID


def test_a_trial_by_name_is_paid_once_it_was_bought() -> None:
    assert classify(SkuClass.TRIAL, "User", 25, []) is SkuClass.TRIAL
    assert classify(SkuClass.TRIAL, "User", 25, None) is SkuClass.TRIAL
    assert classify(SkuClass.TRIAL, "User", 25, [purchase()]) is SkuClass.PAID


@pytest.mark.parametrize(("units", "expected"), [(9_999, SkuClass.PAID), (10_000, SkuClass.FREE)])
def test_a_pool_nobody_bought_is_free(units: int, expected: SkuClass) -> None:
    assert classify(None, "User", units, []) is expected
    assert classify(None, "User", units, [purchase()]) is SkuClass.PAID
    assert classify(None, "User", units, None) is SkuClass.PAID  # purchases were not read: it may have been bought


def test_what_costs_nothing_is_free_and_an_unknown_price_is_not_nothing() -> None:
    assert classify(None, "User", 25, [purchase()], eur("0.00")) is SkuClass.FREE
    assert classify(None, "User", 25, [purchase()], None) is SkuClass.PAID


@pytest.mark.parametrize("listed", list(SkuClass))
@pytest.mark.parametrize("amount", ["0.00", "4.00"])
def test_findings_class_a_product_as_the_list_of_products_does(listed: SkuClass, amount: str) -> None:
    ground = Ground(date(2026, 11, 23), DEFAULT_POLICY, True, frozenset(), {}, {E5: listed})

    found = Market(ground, {E5: eur(amount)}, CATALOGUE).class_of(E5)

    assert found is (SkuClass.FREE if (listed, amount) == (SkuClass.PAID, "0.00") else listed)
