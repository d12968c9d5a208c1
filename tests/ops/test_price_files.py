"""Price lists and rates as people send them: what is understood, and what is refused rather than guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook

from app.domain.errors import Refused
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.price_book import PriceLine, Rate
from app.ops import price_files_table
from app.ops.price_files import PriceRows, read_prices, read_rates
from app.ops.price_files_cells import DecimalSign
from app.ops.price_files_columns import ColumnMissing, ColumnTwice
from app.ops.price_files_skus import KnownProducts
from app.ops.price_files_table import FileEmpty, FileTooLarge, FileUnreadable, SheetUnknown, read_table
from tests.domain.given import E3, E5

PRODUCTS = KnownProducts([(E3, "SPE_E3")], [(E5, "SPE\u00a0E5 "), (E3, "TWO"), (E5, "TWO")])
HEADER = "sku,price,currency,source,effective from"
ROW = "SPE_E3,36.00,EUR,contract,2026-01-01"
LINE = PriceLine(E3, PriceSource.CONTRACT, "", Decimal("36.00"), "EUR", Per.MONTH, Term.MONTHLY, date(2026, 1, 1))
TITLES = HEADER.split(",")
NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - a spreadsheet's dates have no zone


def read(text: str, decimal: DecimalSign | None = None) -> PriceRows:
    return read_prices(read_table(text.encode()), PRODUCTS, decimal)


def lines(rows: PriceRows) -> list[PriceLine]:
    assert rows.errors == []
    return [each.line for each in rows.lines]


def codes(rows: PriceRows) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in rows.errors]


def xlsx(*rows: Sequence[Any], change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    change(book)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_whatever_it_was_saved_as(delimiter: str, encoding: str, end: str) -> None:
    text = f"{HEADER}{end}{ROW}{end}".replace(",", delimiter)

    assert lines(read_prices(read_table(text.encode(encoding)), PRODUCTS)) == [LINE]


def test_columns_stand_in_any_order_and_case_and_unknown_ones_are_named() -> None:
    found = read(f"Effective_From;SOURCE;Currency;Remarks;Price;Sku Id\n2026-01-01;Contract;eur;=1+1;36,00;{E3}\n")

    assert (lines(found), found.ignored) == ([LINE], ("Remarks",))


def test_every_column_is_read() -> None:
    header = f"{HEADER},per,term,effective until,quantity,lot,commit floor,tax included"

    found = read(f'{header}\nspe e5,"1.234,50",usd,LIST,01.02.2026,Year,P3Y,2027-02-01,120,blue,95,yes\n')

    assert lines(found) == [
        PriceLine(
            E5,
            PriceSource.LIST,
            "blue",
            Decimal("1234.50"),
            "USD",
            Per.YEAR,
            Term.THREE_YEARS,
            date(2026, 2, 1),
            date(2027, 2, 1),
            120,
            95,
            True,
        )
    ]


@pytest.mark.parametrize(
    ("per", "term", "expected"),
    [
        ("", "", (Per.MONTH, Term.MONTHLY)),
        ("", "yearly", (Per.YEAR, Term.YEARLY)),
        ("year", "", (Per.YEAR, Term.YEARLY)),
        ("month", "annual", (Per.MONTH, Term.YEARLY)),
        ("month", "three years", (Per.MONTH, Term.THREE_YEARS)),
    ],
)
def test_a_yearly_term_is_priced_by_the_year_unless_it_says_otherwise(
    per: str, term: str, expected: tuple[Per, Term]
) -> None:
    (line,) = lines(read(f"{HEADER},per,term\n{ROW},{per},{term}\n"))

    assert (line.per, line.term) == expected


def test_every_row_says_what_is_wrong_with_it() -> None:
    bad = [
        "NOPE,36.00,EUR,contract,2026-01-01",
        f"{E3.hex[:-1]}0,36.00,EUR,contract,2026-01-01",
        'SPE_E3,"1,234",EUR,contract,2026-01-01',
        "SPE_E3,36.00,EURO,contract,2026-01-01",
        "SPE_E3,,EUR,gift,tomorrow",
        "SPE_E3,-1,EUR,contract,2026-01-01",
        "TWO,1,EUR,list,2026-01-01",
    ]

    found = read("\n".join([HEADER, *bad, "", ROW]))

    assert codes(found) == [
        (2, "sku", "SKU_UNKNOWN"),
        (3, "sku", "SKU_UNKNOWN"),
        (4, "price", "AMOUNT_AMBIGUOUS"),
        (5, "", "CURRENCY_UNKNOWN"),
        (6, "price", "CELL_MISSING"),
        (6, "source", "WORD_UNKNOWN"),
        (6, "effective from", "DAY_UNREADABLE"),
        (7, "", "PRICE_AMOUNT_REFUSED"),
        (8, "sku", "SKU_AMBIGUOUS"),
    ]
    assert [(each.row, each.line) for each in found.lines] == [(10, LINE)]


def test_a_lot_that_looks_like_a_formula_is_refused_and_never_evaluated() -> None:
    found = read(f'{HEADER},lot\n{ROW},"=HYPERLINK(""http://x"")"\n{ROW},@SUM(A1)\n{ROW},-b\n')

    assert codes(found) == [(row, "", "PRICE_NAME_REFUSED") for row in (2, 3, 4)]


def test_a_row_repeated_is_taken_once_and_one_that_contradicts_is_refused() -> None:
    found = read(f"{HEADER}\n{ROW}\n{ROW}\n{ROW.replace('36.00', '37.00')}\n")

    assert [each.row for each in found.lines] == [2]
    assert codes(found) == [(4, "", "STATED_TWICE")]


def test_three_years_do_not_say_what_time_the_amount_is_for() -> None:
    assert codes(read(f"{HEADER},term\n{ROW},P3Y\n")) == [(2, "per", "CELL_MISSING")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FileEmpty),
        (b"\n\n", FileEmpty),
        (HEADER.encode(), FileEmpty),
        (b"\xef\xbb\xbf", FileEmpty),
        ("sku,pr\u00e9is\nx,1\n".encode("latin-1"), FileUnreadable),
        (b"sku\0,price\n1,2\n", FileUnreadable),
        (b'sku,price\n"a"b,2\n', FileUnreadable),
        (b'sku,price\n"never closed,2\n', FileUnreadable),
        (b"PK\x03\x04 but no workbook", FileUnreadable),
        (b"a,b\n" + b"," * 300 + b"x\n", FileTooLarge),
        (b"a,b\n" + b"1,2\n" * 10_001, FileTooLarge),
    ],
)
def test_what_is_no_table_is_refused_whole(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_table(data)


@pytest.mark.parametrize(
    ("header", "error"),
    [("sku,price", ColumnMissing), (f"{HEADER},amount", ColumnTwice), (f"{HEADER},Price", ColumnTwice)],
)
def test_a_header_that_lacks_or_repeats_a_column_is_refused(header: str, error: type[Refused]) -> None:
    with pytest.raises(error):
        read(f"{header}\n{ROW},1\n")


def test_a_workbook_is_read_with_its_own_numbers_and_dates() -> None:
    data = xlsx(
        TITLES,
        ["SPE_E3", 36, "EUR", "contract", NEW_YEAR],
        [str(E5), 0.1 + 0.2, "EUR", "list", "2026-01-01"],
    )

    assert [each.amount for each in lines(read_prices(read_table(data), PRODUCTS))] == [36, Decimal("0.3")]


def test_a_formula_nobody_calculated_and_an_error_are_errors_of_their_rows() -> None:
    def spoil(book: Workbook) -> None:
        sheet = book.worksheets[0]
        sheet["B2"] = "=30+6"
        sheet["B3"] = "#N/A"
        sheet["B3"].data_type = "e"

    data = xlsx(TITLES, *[["SPE_E3", 36, "EUR", "contract", f"2026-01-0{nth}"] for nth in (1, 2)], change=spoil)

    assert codes(read_prices(read_table(data), PRODUCTS)) == [
        (2, "price", "CELL_SPOILT"),
        (3, "price", "CELL_SPOILT"),
    ]


def test_the_sheet_asked_for_is_read_and_a_wrong_one_refused() -> None:
    def second(book: Workbook) -> None:
        sheet = book.create_sheet("Prices 2026")
        sheet.append(TITLES)
        sheet.append(["SPE_E3", "36.00", "EUR", "contract", "2026-01-01"])

    data = xlsx(["Read me"], ["first"], change=second)

    assert read_table(data, "Prices 2026").sheet == "Prices 2026"
    assert lines(read_prices(read_table(data, "Prices 2026"), PRODUCTS)) == [LINE]
    with pytest.raises(SheetUnknown):
        read_table(data, "Prices 2025")
    with pytest.raises(SheetUnknown):
        read_table(f"{HEADER}\n{ROW}".encode(), "Prices 2026")
    with pytest.raises(ColumnMissing):
        read_prices(read_table(data), PRODUCTS)


def test_a_workbook_that_would_unpack_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(price_files_table, "MOST_BYTES_UNPACKED", 1_000_000)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)

    with pytest.raises(FileTooLarge):
        read_table(packed.getvalue())


def test_ten_thousand_rows_are_read() -> None:
    rows = [f"SPE_E3,{nth}.00,EUR,list,2026-01-01,lot {nth}" for nth in range(10_000)]

    found = lines(read("\n".join([f"{HEADER},lot", *rows])))

    assert (len(found), str(found[-1].amount), found[-1].lot) == (10_000, "9999.00", "lot 9999")


def test_rates_are_read_and_their_rows_refused_alike() -> None:
    table = read_table(
        b"date;base;quote;rate;source\n2026-11-20;eur;USD;1,0835;ECB\n"
        b"2026-11-20;EUR;USD;1,0835;ECB\n2026-11-20;EUR;USD;1,10;ECB\n2026-11-20;EUR;EUR;1,00;ECB\n;EUR;CHF;1,00;\n"
    )

    found = read_rates(table)

    assert [each.rate for each in found.rates] == [Rate("EUR", "USD", Decimal("1.0835"), date(2026, 11, 20), "ECB")]
    assert [(error.row, error.code) for error in found.errors] == [
        (4, "STATED_TWICE"),
        (5, "RATE_REFUSED"),
        (6, "CELL_MISSING"),
        (6, "CELL_MISSING"),
    ]


def survives(data: bytes) -> None:
    """Anything is understood, or refused with a code; nothing else is raised."""
    try:
        found = read_prices(read_table(data), PRODUCTS)
    except Refused:
        return
    assert all(error.code for error in found.errors)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{HEADER}\n{text}".encode(errors="replace")))
def test_anything_is_read_or_refused(data: bytes) -> None:
    survives(data)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=20))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_workbook_is_read_or_refused(damage: list[tuple[int, int]]) -> None:
    whole = bytearray(xlsx(TITLES, ["SPE_E3", 36, "EUR", "contract", "2026-01-01"]))
    for place, value in damage:
        whole[place % len(whole)] = value

    survives(bytes(whole))
