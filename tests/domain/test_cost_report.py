"""Reports as people see them: rounded, and whatever is shown still sums to the total."""

from __future__ import annotations

from decimal import Decimal

from app.domain.cost_report import parts_of, shown_parts
from app.domain.money import Money
from app.domain.price_book import Total


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def total(*amounts: Money, whole: Money | None = None) -> Total:
    return Total(amounts, whole)


def test_parts_are_rounded_in_each_currency_apart_and_the_first_of_equals_gets_the_cent() -> None:
    parts = [total(money("1.005"), money("2.004", "USD")), total(money("1.005")), None]

    assert shown_parts(parts) == [total(money("1.01"), money("2.00", "USD")), total(money("1.00")), None]


def test_converted_totals_are_rounded_together_too() -> None:
    parts = [
        total(money("1.005"), whole=money("2.005", "CHF")),
        total(money("3.00")),
        total(money("1.005"), whole=money("2.005", "CHF")),
    ]

    found = shown_parts(parts)

    assert [each and each.total for each in found] == [money("2.01", "CHF"), None, money("2.00", "CHF")]


def test_a_part_of_nothing_is_a_part_and_an_unknown_one_is_none() -> None:
    assert shown_parts([total(money("0")), None]) == [total(money("0.00")), None]


def test_parts_meet_a_whole_that_was_rounded_before() -> None:
    whole = total(money("3.01"), money("1.00", "USD"), whole=money("4.01"))
    parts = [total(money("1.50"), whole=money("2.00")), None, total(money("1.50"), money("1.00", "USD"))]

    assert parts_of(whole, parts) == [
        total(money("1.51"), money("0.00", "USD"), whole=money("3.01")),
        None,
        total(money("1.50"), money("1.00", "USD"), whole=money("1.00")),
    ]


def test_parts_of_a_whole_without_a_total_have_none() -> None:
    assert parts_of(total(money("1.00")), [total(money("1.004"))]) == [total(money("1.00"))]


def test_parts_of_an_unknown_whole_are_unknown() -> None:
    assert parts_of(None, [total(money("1.00")), None]) == [None, None]
