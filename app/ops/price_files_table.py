"""A CSV or XLSX file as a table: a header and rows with the numbers a spreadsheet shows. Nothing is evaluated."""

import csv
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any, ClassVar
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.domain.errors import Refused

MOST_BYTES = 32 * 1024 * 1024
MOST_BYTES_UNPACKED = 256 * 1024 * 1024
"""Of an XLSX file, which is a ZIP archive: a few bytes can unpack to any number."""
MOST_ROWS = 10_000
"""As many facts as one append takes, so that a file goes in whole or not at all."""
MOST_COLUMNS = 256
_LONGEST_CELL = 1_000
_DELIMITERS = (",", ";", "\t")
_ZIP = b"PK\x03\x04"

Cell = str | int | float | bool | datetime | date | time | timedelta | None
"""Of a CSV file always text, stripped; None: empty."""


class FileUnreadable(Refused):
    """Neither a CSV file in UTF-8 or UTF-16 nor an XLSX file, or a damaged one."""

    code: ClassVar[str] = "FILE_UNREADABLE"


class FileTooLarge(Refused):
    """More bytes, rows or columns than one import takes. Split the file."""

    code: ClassVar[str] = "FILE_TOO_LARGE"


class FileEmpty(Refused):
    """There is no row below the header, or no header."""

    code: ClassVar[str] = "FILE_EMPTY"


class SheetUnknown(Refused):
    """The workbook has no sheet of that name."""

    code: ClassVar[str] = "SHEET_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A cell that cannot be used. `what` says why: an error value, or a formula nobody has calculated."""

    what: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """`number`: as a spreadsheet shows it, the first row is 1."""

    number: int
    cells: Sequence[Cell | Spoilt]


@dataclass(frozen=True, slots=True)
class FileTable:
    """`sheet`: which one was read; None: the file has none. Rows that are empty are left out."""

    sheet: str | None
    header: tuple[str, ...]
    rows: Sequence[FileRow]


def read_table(data: bytes, sheet: str | None = None, *, most: int = MOST_ROWS) -> FileTable:
    """The table of a file, of at most `most` rows; of a workbook the sheet named, or its first.

    Raises one of the Refused above.
    """
    if len(data) > MOST_BYTES:
        raise FileTooLarge(f"A file has at most {MOST_BYTES // 1024 // 1024} MiB.")
    if data.startswith(_ZIP):
        return _of_workbook(data, sheet, most)
    if sheet is not None:
        raise SheetUnknown("A CSV file has no sheets.")
    return _table(None, _csv_rows(_text(data)), most)


def _table(sheet: str | None, rows: Iterator[FileRow], most: int) -> FileTable:
    header: tuple[str, ...] | None = None
    found: list[FileRow] = []
    for row in rows:
        if all(cell is None for cell in row.cells):
            continue
        if len(row.cells) > MOST_COLUMNS:
            raise FileTooLarge(f"Row {row.number} has more than {MOST_COLUMNS} columns.")
        if header is None:
            header = tuple("" if cell is None or isinstance(cell, Spoilt) else str(cell) for cell in row.cells)
            continue
        found.append(row)
        if len(found) > most:
            raise FileTooLarge(f"The file has more than {most} rows; split it.")
    if header is None or not found:
        raise FileEmpty("The file holds no row." if header is None else "There is nothing below the header.")
    return FileTable(sheet, header, found)


def _text(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileUnreadable("The file is neither XLSX nor text in UTF-8 or UTF-16; save it as 'CSV UTF-8'.") from error
    if "\0" in text:
        raise FileUnreadable("The file is no text: it holds a NUL character.")
    return text


def _csv_rows(text: str) -> Iterator[FileRow]:
    delimiter = _delimiter(text)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1 and "".join(cells).strip().lower() in ("sep=", f"sep={delimiter}"):
                continue  # Excel's own line that names the delimiter
            yield FileRow(number, [_trimmed(cell) for cell in cells])
    except csv.Error as error:
        raise FileUnreadable(f"Line {reader.line_num} is no CSV: {error}.") from error


def _delimiter(text: str) -> str:
    """The one that splits the first line that is not blank most often, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and first[4:5] in _DELIMITERS:
        return first[4]
    bare = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _trimmed(text: str) -> str | None:
    return text.strip()[: _LONGEST_CELL + 1] or None


_BROKEN = (
    BadZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What openpyxl raises over damaged workbooks."""


def _of_workbook(data: bytes, sheet: str | None, most: int) -> FileTable:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            unpacked = sum(entry.file_size for entry in ZipFile(BytesIO(data)).infolist())
            if unpacked > MOST_BYTES_UNPACKED:
                raise FileTooLarge("The workbook unpacks to more than an import takes.")
            return _of_sheet(data, sheet, most)
    except _BROKEN as error:
        raise FileUnreadable(f"The workbook is damaged: {type(error).__name__}.") from error


def _of_sheet(data: bytes, sheet: str | None, most: int) -> FileTable:
    shown = load_workbook(BytesIO(data), read_only=True, data_only=True)
    written = load_workbook(BytesIO(data), read_only=True)
    names = [each.title for each in shown.worksheets]
    wanted = names[0] if sheet is None and names else sheet
    if wanted not in names:
        raise SheetUnknown(f"There is no sheet {wanted!r}; the workbook has {', '.join(map(repr, names)) or 'none'}.")
    try:
        return _table(wanted, _sheet_rows(shown[wanted], written[wanted]), most)
    finally:
        shown.close()
        written.close()


def _sheet_rows(shown: Any, written: Any) -> Iterator[FileRow]:
    """`shown` has what formulas came to when the file was saved, `written` the formulas themselves."""
    for each in (shown, written):
        each.reset_dimensions()  # what a file claims about its size may be anything
    rows = zip(shown.iter_rows(), written.iter_rows(), strict=True)
    for number, (values, formulas) in enumerate(rows, 1):
        cells = [_cell(value, formula) for value, formula in zip(values, formulas, strict=True)]
        while cells and cells[-1] is None:
            cells.pop()
        yield FileRow(number, cells)


def _cell(shown: Any, written: Any) -> Cell | Spoilt:
    value: Cell = shown.value
    if shown.data_type == "e":
        return Spoilt(f"the error {value}")
    if value is None and written.data_type == "f":
        return Spoilt("a formula nobody has calculated; save the file in a spreadsheet program first")
    return _trimmed(value) if isinstance(value, str) else value
