"""An export as a file that is about to leave: its table, its name, its bytes."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.commands.record_export import RecordExport
from app.domain.events.access import ExportFormat, ExportKind
from app.reports import csv_file, xlsx_file
from app.reports.asking import Wanted
from app.reports.costs import costs_table
from app.reports.findings import findings_table
from app.reports.licence_history import licence_history
from app.reports.table import Table
from app.reports.view import View


@dataclass(frozen=True, slots=True)
class File:
    """`size_bytes` None: not known before the end. `chunks` may be read once, while the context it came from lasts."""

    name: str
    media_type: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


async def table_of(view: View, wanted: Wanted) -> Table:
    match wanted.kind:
        case ExportKind.FINDINGS:
            return await findings_table(view, wanted)
        case ExportKind.COSTS:
            return await costs_table(view, wanted)
        case _:
            return await licence_history(view, wanted)


@asynccontextmanager
async def exported(view: View, wanted: Wanted, ending: ExportFormat) -> AsyncIterator[File]:
    """The file, with its first rows read: what can be refused was. A workbook is whole by then."""
    table = await table_of(view, wanted)
    name = view.file_name(wanted, ending)
    if ending is ExportFormat.XLSX:
        async with xlsx_file.written(table) as path, aclosing(xlsx_file.chunks(path)) as chunks:
            yield File(name, xlsx_file.MEDIA_TYPE, path.stat().st_size, chunks)
    else:
        async with aclosing(csv_file.chunks(table)) as chunks:
            first = await anext(chunks)
            async with aclosing(_again(first, chunks)) as whole:
                yield File(name, csv_file.MEDIA_TYPE, None, whole)


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in rest:
        yield chunk


def fact_of(view: View, kind: ExportKind, ending: ExportFormat, by: UUID | None) -> RecordExport:
    """What is to be recorded before the first byte leaves."""
    return RecordExport(view.tenant, kind, ending, view.at.on, view.at.position, view.persons, by, cause=uuid4())
