"""What a table's fold makes of facts, without a database: rows by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.events import Event
from app.projections.bearings import Bearings
from app.projections.facts import Fact, datetime_of, fact_of
from app.projections.projection import Versioned
from app.projections.reading import OPEN
from app.projections.versioned import Book, Table
from tests.projections.story import HOME, recorded

EARLY, HOUR = timedelta(microseconds=1), timedelta(hours=1)

Said = dict[str, Any]


def at_home() -> Bearings:
    """Of a tenant that had consented before the first fact."""
    return Bearings(homes=((0, HOME),))


def facts_of(*events: Event, at: datetime | None = None) -> list[Fact]:
    """As the engine hands them out: positions from 1 on, recorded when they happened or at `at`."""
    return [fact_of(each) for each in recorded(*events, at=at)]


def told(projection: Versioned, *events: Event, bearings: Bearings | None = None) -> Book:
    """The book of a table that was told these facts in one batch."""
    book = Book(projection.table)
    projection.project(facts_of(*events), book, bearings or at_home())
    return book


def known(book: Book, position: int = OPEN - 1) -> list[Said]:
    """What is known at a position, by key and place: times as datetimes, ids as UUIDs."""
    rows = [row for row in book.rows() if row[-2] <= position < row[-1]]
    return [_said(book.table, row) for row in sorted(rows, key=lambda row: row[: _width(book.table)])]


def column(said: Iterable[Said], *names: str) -> list[Any]:
    """These columns of the rows."""
    return [row[names[0]] if len(names) == 1 else tuple(row[name] for name in names) for row in said]


def now(projection: Versioned, *events: Event, bearings: Bearings | None = None) -> list[Said]:
    """What is known after these facts."""
    return known(told(projection, *events, bearings=bearings))


def _width(table: Table) -> int:
    return len(table.key) + len(table.place)


def _said(table: Table, row: Sequence[Any]) -> Said:
    return {each.name: _value(each.type, value) for each, value in zip(table.columns[:-2], row, strict=False)}


def _value(type_name: str, value: Any) -> Any:
    if value is None:
        return None
    if type_name == "timestamptz":
        return datetime_of(value)
    if type_name == "uuid" and isinstance(value, int):
        return UUID(int=value)
    return tuple(UUID(int=each) for each in value) if type_name == "uuid[]" else value
