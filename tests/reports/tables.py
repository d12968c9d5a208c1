"""Tables by hand, and files read back."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from app.reports import csv_file, xlsx_file
from app.reports.table import Column, Row, Table


def table(columns: Sequence[Column], *batches: Sequence[Row], about: Iterable[tuple[str, str]] = ()) -> Table:
    async def rows() -> AsyncIterator[Sequence[Row]]:
        for batch in batches:
            yield batch

    return Table("Seats", columns, rows(), tuple(about))


async def csv_bytes(made: Table) -> bytes:
    return b"".join([chunk async for chunk in csv_file.chunks(made)])


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def xlsx_bytes(made: Table, rows_max: int = xlsx_file.ROWS_MAX) -> bytes:
    async with xlsx_file.written(made, rows_max=rows_max) as path:
        return b"".join([chunk async for chunk in xlsx_file.chunks(path)])


def sheets(content: bytes | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Values of each sheet by its name."""
    book = load_workbook(io.BytesIO(content) if isinstance(content, bytes) else content)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
