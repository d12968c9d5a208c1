"""Which column of a file is which, and what is wrong with its rows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from app.domain.errors import Refused
from app.ops.price_files_cells import CellMissing, present
from app.ops.price_files_table import Cell, FileRow, FileTable

T = TypeVar("T")


class ColumnMissing(Refused):
    """The header lacks a column that every row needs."""

    code: ClassVar[str] = "COLUMN_MISSING"


class ColumnTwice(Refused):
    """Two columns of the header mean the same."""

    code: ClassVar[str] = "COLUMN_TWICE"


@dataclass(frozen=True, slots=True)
class RowError:
    """`column`: as SUA calls it; '': the row as a whole. `code` is the contract."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Columns:
    """`places`: where each known column stands. `ignored`: names of the others, as the file has them."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]


def columns(table: FileTable, known: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Columns:
    """Find columns by name: in any order, case and with or without spaces, hyphens or underscores.

    `known`: other names by column, plain as `plain` makes them. Raises ColumnMissing, ColumnTwice.
    """
    meant = {name: column for column, names in known.items() for name in (plain(column), *names)}
    places: dict[str, int] = {}
    ignored = []
    for place, title in enumerate(table.header):
        column = meant.get(plain(title))
        if column is None:
            ignored += [title] if title else []
        elif column in places:
            raise ColumnTwice(f"{table.header[places[column]]!r} and {title!r} are both the column {column!r}.")
        else:
            places[column] = place
    missing = [column for column in needed if column not in places]
    if missing:
        sheet = "" if table.sheet is None else f" of sheet {table.sheet!r}"
        raise ColumnMissing(f"The header{sheet} lacks {', '.join(missing)}; it has {_listed(table.header)}.")
    return Columns(places, tuple(ignored))


def plain(title: str) -> str:
    """A title in small letters and digits alone."""
    return re.sub(r"[^0-9a-z]", "", title.casefold())


def _listed(header: Sequence[str]) -> str:
    return ", ".join(repr(title[:40]) for title in header[:20])


class RowReader:
    """Reads the cells of one row and collects what is wrong with them, so that one run shows all errors."""

    def __init__(self, row: FileRow, places: Columns, errors: list[RowError]) -> None:
        self._row = row
        self._columns = places
        self._errors = errors
        self.good = True

    def needed(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """The cell as `read` understands it. None, with an error noted, if it is empty or means nothing."""
        noted = len(self._errors)
        found = self.optional(column, read)
        if found is None and len(self._errors) == noted:
            self.note(column, CellMissing("is empty"))
        return found

    def optional(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """None: the column or the cell is empty; or, with an error noted, it means nothing."""
        place = self._columns.places.get(column)
        if place is None or place >= len(self._row.cells):
            return None
        try:
            cell = present(self._row.cells[place])
            return None if cell is None else read(cell)
        except Refused as refused:
            self.note(column, refused)
            return None

    def note(self, column: str, refused: Refused) -> None:
        self.good = False
        self._errors.append(RowError(self._row.number, column, refused.code, str(refused)))


def readers(table: FileTable, places: Columns, errors: list[RowError]) -> Iterator[tuple[FileRow, RowReader]]:
    for row in table.rows:
        yield row, RowReader(row, places, errors)
