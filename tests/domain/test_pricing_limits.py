"""Between which limits a price and a rate lie: the last value that is taken and the first that is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain import pricing
from app.domain.errors import Refused
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.price_book import PriceLine, Rate
from tests.domain.given import E3

LINE = PriceLine(E3, PriceSource.LIST, "", Decimal(36), "EUR", Per.MONTH, Term.MONTHLY, date(2026, 1, 1))
RATE = Rate("USD", "EUR", Decimal("0.9"), date(2026, 1, 1), "ECB")
DAY = timedelta(days=1)
TINY = Decimal("0.0000000001")


def taken(checked: PriceLine | Rate, **changed: Any) -> bool:
    try:
        if isinstance(checked, Rate):
            pricing.check_rate(replace(checked, **changed))
        else:
            pricing.check_line(replace(checked, **changed))
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("amount", "is_price", "is_rate"),
    [
        (Decimal(0), True, False),
        (TINY, True, True),
        (TINY * 3, True, True),
        (TINY / 2, False, False),
        (Decimal("1.00000000005"), False, False),
        (Decimal(10) ** 12, True, True),
        (Decimal(10) ** 12 + TINY, False, False),
        (-TINY, False, False),
        (Decimal("NaN"), False, False),
        (Decimal("Infinity"), False, False),
    ],
)
def test_amounts_have_ten_places_and_end_at_a_million_millions(amount: Decimal, is_price: bool, is_rate: bool) -> None:
    assert (taken(LINE, amount=amount), taken(RATE, rate=amount)) == (is_price, is_rate)


@pytest.mark.parametrize(
    ("on", "is_taken"),
    [
        (date(2000, 1, 1), True),
        (date(1999, 12, 31), False),
        (date(2099, 12, 31), True),
        (date(2100, 1, 1), False),
    ],
)
def test_days_are_those_of_this_century(on: date, is_taken: bool) -> None:
    assert (taken(LINE, effective_from=on), taken(RATE, on=on)) == (is_taken, is_taken)


def test_a_price_holds_for_a_day_at_least_and_until_a_day_of_this_century() -> None:
    begin = LINE.effective_from

    assert [taken(LINE, effective_until=begin + more * DAY) for more in (-1, 0, 1)] == [False, False, True]
    assert not taken(LINE, effective_until=date(2100, 1, 1))


@pytest.mark.parametrize("what", ["quantity", "commit_floor"])
def test_seats_are_counted_from_none_to_ten_millions(what: str) -> None:
    found = [taken(LINE, **{what: seats}) for seats in (-1, 0, 10_000_000, 10_000_001, None)]

    assert found == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [("", True), ("x" * 100, True), ("x" * 101, False), ("=1+1", False), ("-1", False), ("a\nb", False), ("a=b", True)],
)
def test_names_are_short_plain_and_no_formula(name: str, is_taken: bool) -> None:
    assert (taken(LINE, lot=name), taken(RATE, source=name)) == (is_taken, is_taken)


def test_currencies_are_those_of_iso_4217_and_a_rate_has_two() -> None:
    assert [taken(LINE, currency=code) for code in ("EUR", "eur", "XYZ")] == [True, False, False]
    assert [taken(RATE, base=code) for code in ("EUR", "XYZ", "CHF")] == [False, False, True]
    assert not taken(RATE, quote="XYZ")
