"""What an audit found, on the terminal or as a file: a table, JSON, or CSV that no spreadsheet takes for formulas."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.table import Table as Drawn
from rich.text import Text

from app.audit.said import Said
from app.audit.sections import Line, Section
from app.domain.events.access import ExportFormat
from app.ops.console import out
from app.ops.reporting import replaced
from app.reports import csv_file
from app.reports.table import Cell, Column, Row, Table

_BATCH = 1_000
_SAID = ("positions", "happened", "recorded", "cause")


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"

    @property
    def recorded(self) -> ExportFormat:
        return {Format.TABLE: ExportFormat.TEXT, Format.JSON: ExportFormat.JSON, Format.CSV: ExportFormat.CSV}[self]


def written(about: Mapping[str, Any], sections: Sequence[Section], how: Format, output: Path | None) -> None:
    """To the file, which appears when it is whole, or to the terminal. CSV takes one section. Raises FileRefused."""
    with _target(output) as target:
        match how:
            case Format.JSON:
                for text in _json(about, sections):
                    target.write(text.encode())
            case Format.CSV:
                asyncio.run(_csv(sections[0], target))
            case Format.TABLE:
                _tables(about, sections, target, width=None if output is not None else out.width)


@contextmanager
def _target(output: Path | None) -> Iterator[BinaryIO]:
    if output is not None:
        with replaced(output) as target:
            yield target
        return
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def _json(about: Mapping[str, Any], sections: Sequence[Section]) -> Iterator[str]:
    """One object, put together piece by piece: a company's holdings need not be in memory a second time."""
    yield json.dumps(about, default=_plain)[:-1]
    for section in sections:
        yield f',\n"{section.name}": ['
        for nth, line in enumerate(section.lines):
            facts = {"said": [fact._asdict() for fact in line["said"]]} if "said" in line else {}
            ordered = {column: line.get(column) for column in section.columns}
            yield ("," if nth else "") + "\n" + json.dumps({**ordered, **facts}, default=_plain)
        yield "]"
    yield "}\n"


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case set() | frozenset():
            return sorted(map(str, value))
        case _:
            return str(value)


async def _csv(section: Section, target: BinaryIO) -> None:
    said = _SAID if section.name not in _PLAIN else ()
    columns = [Column(name) for name in (*section.columns, *said)]
    table = Table(section.name, columns, _batches(section, bool(said)), ())
    async for chunk in csv_file.chunks(table):
        target.write(chunk)


_PLAIN = ("history",)
"""Sections each line of which is one fact itself."""


async def _batches(section: Section, said: bool) -> AsyncIterator[Sequence[Row]]:
    batch: list[Row] = []
    for line in section.lines:
        batch.append(_row(section, line, said=said))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _row(section: Section, line: Line, *, said: bool) -> Row:
    values = [_cell(line.get(column)) for column in section.columns]
    return [*values, *_facts(line["said"])] if said else values


def _facts(said: Sequence[Said]) -> Iterator[Cell]:
    """All positions; of the newest fact when it happened, when it was learned and what led to it."""
    yield " ".join(str(fact.position) for fact in said) or None
    newest = max(said, default=None)
    yield from (None,) * 3 if newest is None else (newest.happened_at, newest.recorded_at, str(newest.cause))


def _cell(value: object) -> Cell:
    match value:
        case None | int() | datetime() | date() if not isinstance(value, bool):
            return value
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(_text(part) for part in value) or None
        case _:
            return _text(value)


def _text(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _tables(about: Mapping[str, Any], sections: Iterable[Section], target: BinaryIO, width: int | None) -> None:
    text = io.StringIO()
    console = Console(file=text, width=width or 240)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()), highlight=False, markup=False)
    for section in sections:
        said = _SAID[:1] if section.name not in _PLAIN else ()
        drawn = Drawn(*section.columns, *said, title=section.name, title_justify="left")
        for line in section.lines:
            cells = _row(section, line, said=bool(said))[: len(section.columns) + len(said)]
            drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))
        console.print(drawn)
    target.write(text.getvalue().encode())
