"""Amounts, days and numbers as people write them; what could be read in two ways is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.ops.price_files_cells import AmountAmbiguous, AmountUnreadable, CellRefused, DecimalSign, amount, day, seats

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - a spreadsheet's dates have no zone
POINT, COMMA = DecimalSign.POINT, DecimalSign.COMMA


@pytest.mark.parametrize(
    ("written", "decimal", "expected"),
    [
        ("36", None, "36"),
        ("36.5", None, "36.5"),
        ("36,50", None, "36.50"),
        ("1.234,56", None, "1234.56"),
        ("1,234.56", None, "1234.56"),
        ("1'234.56", None, "1234.56"),
        ("1\u2019234,5", None, "1234.5"),
        ("1\u00a0234,56", None, "1234.56"),
        ("1\u202f234\u202f567,89", None, "1234567.89"),
        ("1.234.567", None, "1234567"),
        ("0.123", None, "0.123"),
        ("1234,567", None, "1234.567"),
        ("1'234.567", None, "1234.567"),
        ("1,234", COMMA, "1.234"),
        ("1,234", POINT, "1234"),
        ("1.234", COMMA, "1234"),
        ("1.234", POINT, "1.234"),
        ("-5", None, "-5"),
        (".5", None, "0.5"),
    ],
)
def test_amounts_are_read_as_people_write_them(written: str, decimal: DecimalSign | None, expected: str) -> None:
    assert amount(written, decimal) == Decimal(expected)


@pytest.mark.parametrize("written", ["1,234", "1.234", "999,000", "12.345"])
def test_an_amount_that_can_be_read_in_two_ways_is_refused(written: str) -> None:
    with pytest.raises(AmountAmbiguous):
        amount(written)


@pytest.mark.parametrize(
    ("written", "decimal"),
    [
        ("=36*2", None),
        ("+36", None),
        ("36 EUR", None),
        ("1e5", None),
        ("NaN", None),
        (".", None),
        ("--5", None),
        ("1.23.456", None),
        ("1,234.567,8", None),
        ("12 34", None),
        ("1,23", POINT),
        ("\u0663\u0666", None),
        (True, None),
    ],
)
def test_what_is_no_amount_is_refused(written: str | bool, decimal: DecimalSign | None) -> None:
    with pytest.raises(AmountUnreadable):
        amount(written, decimal)


@given(
    st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u00a0", ",")])
)
def test_whoever_wrote_an_amount_with_cents_means_the_same(whole: int, cents: int, signs: tuple[str, str]) -> None:
    group, decimal = signs

    assert amount(f"{whole:,}".replace(",", group) + f"{decimal}{cents:02}") == Decimal(f"{whole}.{cents:02}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("2026-11-01T00:00:00.0000000Z", date(2026, 11, 1)),
        ("1.11.2026", date(2026, 11, 1)),
        (NEW_YEAR, date(2026, 1, 1)),
        (date(2026, 11, 1), date(2026, 11, 1)),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_days_are_read(written: Any, expected: date | None) -> None:
    assert day(written) == expected


@pytest.mark.parametrize("written", ["11/01/2026", "2026-02-30", "2026-11-01 12:00", "31.02.2026", 46000, "soon"])
def test_what_is_no_day_or_could_be_another_is_refused(written: Any) -> None:
    with pytest.raises(CellRefused):
        day(written)


@pytest.mark.parametrize("written", ["1.000", "1,000", "ten", 1.5, True, "99999999999"])
def test_what_is_no_whole_number_is_refused(written: Any) -> None:
    with pytest.raises(CellRefused):
        seats(written)
