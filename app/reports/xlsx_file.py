"""A table as an Excel workbook, written row by row to a file, so that memory does not grow with the table."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.domain.money import Money, places
from app.reports.plain_text import is_formula
from app.reports.table import Cell, Kind, Row, Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ROWS_MAX = 1_048_576
"""Of a sheet; a longer table goes on in another one."""
TEXT_MAX = 32_767
"""Characters a cell holds; longer text ends in an ellipsis."""

_CHUNK_BYTES = 65_536
_MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - of the file format, which knows no zones; one for equal bytes


@asynccontextmanager
async def written(table: Table, *, rows_max: int = ROWS_MAX) -> AsyncIterator[Path]:
    """The workbook as a file, which is gone afterwards. Takes all rows of the table."""
    with tempfile.TemporaryDirectory(prefix="sua-export-") as folder:
        path = Path(folder) / "table.xlsx"
        book = _Book(path, table, rows_max)
        try:
            async for batch in table.batches:
                await _in_thread(partial(book.add, batch))
            await _in_thread(book.close)
        finally:
            book.abandon()
        yield path


async def chunks(path: Path) -> AsyncGenerator[bytes, None]:
    """A file in pieces."""
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


async def _in_thread(work: Callable[[], None]) -> None:
    """Run it beside the loop. A cancelled caller waits for its end: nothing may be removed below a thread's hands."""
    doing = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


class _Book:
    def __init__(self, path: Path, table: Table, rows_max: int) -> None:
        self._table = table
        self._rows_max = rows_max
        self._book = Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties({"created": _MADE_AT})
        self._formats: dict[str, Format] = {}
        self._open = True
        self._sheets = 0
        self._sheet = self._next_sheet()
        self._row = 1

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._row == self._rows_max:
                self._sheet, self._row = self._next_sheet(), 1
            for nth, cell in enumerate(row):
                self._write(self._sheet, self._row, nth, cell)
            self._row += 1

    def close(self) -> None:
        about = self._book.add_worksheet("About")
        about.set_column(0, 0, 26)
        about.set_column(1, 1, 90)
        for nth, (name, value) in enumerate(self._table.about):
            about.write_string(nth, 0, name, self._format("bold", {"bold": True}))
            self._write(about, nth, 1, value)
        self._book.close()
        self._open = False

    def abandon(self) -> None:
        """Close the temporary files of a book that was not finished."""
        if self._open:
            self._open = False
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()

    def _next_sheet(self) -> Worksheet:
        self._sheets += 1
        sheet = self._book.add_worksheet(
            self._table.name if self._sheets == 1 else f"{self._table.name} {self._sheets}"
        )
        header = self._format("header", {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 0)
        for nth, column in enumerate(self._table.columns):
            sheet.set_column(nth, nth, column.width)
        for nth, column in enumerate(self._table.columns):
            sheet.write_string(0, nth, column.title + (" (UTC)" if column.kind is Kind.INSTANT else ""), header)
        return sheet

    def _write(self, sheet: Worksheet, row: int, nth: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case str():
                # A cell somebody edits stays text only if it is marked so.
                quoted = self._format("text", {"quote_prefix": True}) if is_formula(cell) else None
                sheet.write_string(row, nth, _fitting(cell), quoted)
            case Money():
                sheet.write_number(row, nth, float(cell.amount), self._money(cell.currency))
            case datetime():
                plain = cell.astimezone(UTC).replace(tzinfo=None)
                sheet.write_datetime(row, nth, plain, self._format("instant", {"num_format": "yyyy-mm-dd hh:mm:ss"}))
            case date():
                sheet.write_datetime(row, nth, cell, self._format("day", {"num_format": "yyyy-mm-dd"}))
            case _:
                sheet.write_number(row, nth, cell, self._format("number", {"num_format": "#,##0"}))

    def _money(self, currency: str) -> Format:
        decimals = places(currency)
        digits = "#,##0" + ("." + "0" * decimals if decimals else "")
        return self._format(f"money {currency}", {"num_format": f'{digits} "{currency}"'})

    def _format(self, name: str, properties: dict[str, object]) -> Format:
        if name not in self._formats:
            self._formats[name] = self._book.add_format(properties)
        return self._formats[name]


def _fitting(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"
