"""A table as CSV (RFC 4180): UTF-8 with a byte order mark, without which Excel takes it for the machine's code page."""

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime

from app.domain.money import Money
from app.reports.plain_text import defused
from app.reports.table import Cell, Column, Kind, Table

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

_CHUNK_CHARACTERS = 65_536


async def chunks(table: Table) -> AsyncGenerator[bytes, None]:
    """The file in pieces, as rows come. Amounts are plain decimals with their currency in the column after."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, dialect="excel", lineterminator="\r\n")
    held.write("\ufeff")
    writer.writerow(_titles(table.columns))
    async for batch in table.batches:
        for row in batch:
            writer.writerow(_fields(table.columns, row))
            if held.tell() >= _CHUNK_CHARACTERS:
                yield _emptied(held)
    yield _emptied(held)


def _titles(columns: Sequence[Column]) -> list[str]:
    titles = []
    for column in columns:
        titles.append(column.title)
        if column.kind is Kind.MONEY:
            titles.append(f"{column.title}, currency")
    return titles


def _fields(columns: Sequence[Column], row: Sequence[Cell]) -> list[str]:
    fields = []
    for column, cell in zip(columns, row, strict=True):
        fields += _money(cell) if column.kind is Kind.MONEY else [_field(cell)]
    return fields


def _money(cell: Cell) -> list[str]:
    return [format(cell.amount, "f"), cell.currency] if isinstance(cell, Money) else ["", ""]


def _field(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return defused(cell)
        case datetime():
            return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _emptied(held: io.StringIO) -> bytes:
    content = held.getvalue().encode()
    held.seek(0)
    held.truncate()
    return content
