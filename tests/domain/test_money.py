"""Amounts dealt out in whole cents: the parts sum to the whole, and each is off by less than a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import shares

CENT = Decimal("0.01")


def dealt(*parts: str, total: str | None = None) -> list[str]:
    whole = None if total is None else Decimal(total)
    return [str(each) for each in shares([Decimal(part) for part in parts], "EUR", whole)]


def test_the_cent_left_over_goes_to_the_largest_remainder_and_of_equals_to_the_first() -> None:
    assert dealt("3.333", "3.334", "3.333") == ["3.33", "3.34", "3.33"]
    assert dealt("1.005", "1.005", "1.005", "1.005") == ["1.01", "1.01", "1.00", "1.00"]


def test_a_credit_is_rounded_among_the_others() -> None:
    assert dealt("-0.003", "1.006", "0.007") == ["0.00", "1.00", "0.01"]
    assert dealt("-1.00", "2.00") == ["-1.00", "2.00"]


def test_a_total_told_before_is_met_to_the_cent() -> None:
    assert dealt("1.00", "1.00", "1.00", total="3.01") == ["1.01", "1.00", "1.00"]
    assert dealt("1.00", "1.00", total="2.03") == ["1.02", "1.01"]


def test_nothing_is_dealt_out_to_nobody() -> None:
    assert shares([], "EUR") == []


def test_yen_have_no_cents() -> None:
    assert shares([Decimal("10.4"), Decimal("10.6")], "JPY") == [Decimal(10), Decimal(11)]


@pytest.mark.parametrize("sign", [1, -1])
@given(mills=st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_parts_sum_to_their_rounded_sum_and_none_is_a_cent_off(sign: int, mills: list[int]) -> None:
    parts = [sign * Decimal(each) / 1000 for each in mills]

    found = shares(parts, "EUR")

    assert abs(sum(found, Decimal(0)) - sum(parts, Decimal(0))) <= CENT / 2
    assert all(abs(told - part) < CENT for told, part in zip(found, parts, strict=True))
