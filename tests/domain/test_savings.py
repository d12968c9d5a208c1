"""What freed seats are worth: worked example 7, terms, floors and tiers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events.deciding import Tier
from app.domain.events.pricing import Term
from app.domain.money import Money
from app.domain.savings import Commitment, FreedSeats, Reclaimable, reclaimable, reducible_on, year_later
from tests.domain.seats import ON, eur

RENEWAL = date(2027, 3, 1)
TEN = FreedSeats(Tier.LIKELY, 10, eur("36.00"))


def test_ten_seats_freed_three_months_before_the_renewal() -> None:
    """Worked example 7: 8 months of 360.00 and 22 days of 12.00, to 22 November 2027."""
    assert reclaimable([TEN], Commitment(100, None, RENEWAL), ON) == (
        Reclaimable(Tier.LIKELY, 10, 10, eur("3144.00"), eur("4320.00")),
    )


def test_only_seats_above_the_commit_floor_are_cashable() -> None:
    """Worked example 7: a floor of 95 of 100 paid."""
    assert reclaimable([TEN], Commitment(100, 95, RENEWAL), ON) == (
        Reclaimable(Tier.LIKELY, 10, 5, eur("1572.00"), eur("4320.00")),
    )
    assert reclaimable([TEN], Commitment(90, 95, RENEWAL), ON)[0].cashable == eur("0")


def test_the_surest_seats_are_cashed_first_and_none_twice() -> None:
    review, sure = FreedSeats(Tier.REVIEW, 3, eur("36.00")), FreedSeats(Tier.GUARANTEED, 4, eur("36.00"))

    found = reclaimable([review, sure], Commitment(100, 95, RENEWAL), ON)

    assert [(each.tier, each.reassignable, each.cashable_seats) for each in found] == [
        (Tier.GUARANTEED, 4, 4),
        (Tier.REVIEW, 3, 1),
    ]


def test_a_renewal_more_than_a_year_away_is_cashed_later() -> None:
    assert reclaimable([TEN], Commitment(100, None, date(2027, 11, 23)), ON)[0].cashable == eur("0")
    assert reclaimable([TEN], Commitment(100, None, date(2027, 11, 22)), ON)[0].cashable == eur("12.00")


def test_unknown_prices_and_renewals_are_unknown_amounts() -> None:
    unpriced = FreedSeats(Tier.LIKELY, 10, None)

    assert reclaimable([unpriced], Commitment(100, None, RENEWAL), ON) == (
        Reclaimable(Tier.LIKELY, 10, 10, None, None, undated=0),
    )
    assert reclaimable([TEN], Commitment(100, None, None), ON) == (
        Reclaimable(Tier.LIKELY, 10, 10, None, eur("4320.00"), undated=10),
    )


def test_of_a_purchase_no_more_seats_are_cashed_than_it_has() -> None:
    """Two seats bought this week can be given back today; the others wait for their renewal, or have none known."""
    new, old = (2, ON), (5, RENEWAL)

    (renewed,) = reclaimable([FreedSeats(Tier.LIKELY, 7, eur("36.00"))], Commitment(7, None, None, (old, new)), ON)
    (some,) = reclaimable([TEN], Commitment(10, None, None, (old, new)), ON)

    assert (renewed.cashable, renewed.undated) == (eur("2436.00"), 0)  # 2 seats for 12 months, 5 for 8 and 22 days
    assert (some.cashable_seats, some.cashable, some.undated) == (10, eur("2436.00"), 3)


def test_surer_seats_take_the_purchases_that_can_be_lowered_sooner_and_the_floor_those_that_come_last() -> None:
    review, sure = FreedSeats(Tier.REVIEW, 3, eur("36.00")), FreedSeats(Tier.GUARANTEED, 1, eur("36.00"))

    found = reclaimable([review, sure], Commitment(7, 5, None, ((5, RENEWAL), (1, ON))), ON)

    assert [(each.tier, each.cashable_seats, each.cashable) for each in found] == [
        (Tier.GUARANTEED, 1, eur("432.00")),
        (Tier.REVIEW, 1, eur("314.40")),
    ]


@pytest.mark.parametrize("term", [Term.YEARLY, Term.THREE_YEARS])
def test_a_yearly_term_can_be_lowered_at_its_renewal(term: Term) -> None:
    assert reducible_on(ON, term, RENEWAL) == RENEWAL
    assert reducible_on(ON, term, None) is None
    assert reducible_on(ON, term, date(2026, 11, 22)) is None  # out of date: nobody knows the next one


def test_a_monthly_term_can_be_lowered_next_month() -> None:
    assert reducible_on(ON, Term.MONTHLY, None) == date(2026, 12, 1)
    assert reducible_on(date(2026, 12, 31), Term.MONTHLY, RENEWAL) == date(2027, 1, 1)


@pytest.mark.parametrize(("bought_on", "expected"), [(date(2026, 11, 17), ON), (date(2026, 11, 16), RENEWAL)])
def test_a_new_purchase_can_be_given_back_within_seven_days(bought_on: date, expected: date) -> None:
    assert reducible_on(ON, Term.YEARLY, RENEWAL, bought_on) == expected


def test_a_year_from_a_leap_day_ends_in_february() -> None:
    assert year_later(date(2028, 2, 29)) == date(2029, 2, 28)
    assert year_later(ON) == date(2027, 11, 23)


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.decimals("0.01", 100, places=2),
    st.integers(0, 50),
    st.integers(0, 100),
)
def test_what_can_be_lowered_today_saves_about_twelve_months_and_later_less(
    on: date, price: Decimal, seats: int, floor: int
) -> None:
    freed = FreedSeats(Tier.LIKELY, seats, Money(price, "EUR"))

    (now,) = reclaimable([freed], Commitment(100, floor, on), on)
    (later,) = reclaimable([freed], Commitment(100, floor, reducible_on(on, Term.MONTHLY, None)), on)

    assert now.cashable is not None
    assert later.cashable is not None
    year = price * 12 * now.cashable_seats
    # A first and a last part of the same month are shares of months of different length only around 29 February.
    assert abs(now.cashable.amount - year) <= price * now.cashable_seats / 20
    assert 0 <= later.cashable.amount <= now.cashable.amount


def test_seats_of_no_purchase_are_those_beyond_what_was_bought_and_go_on_their_own_day() -> None:
    early, late = date(2027, 1, 1), date(2027, 6, 1)

    dated = Commitment(10, None, early, bought=((6, late),)).dated()

    assert list(dated) == [(4, early), (6, late)]
