"""What a cell says: an amount, a day, a number of seats, a word. What can be read in two ways is refused."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeVar

from app.domain.errors import Refused
from app.ops.price_files_table import Cell, Spoilt

OPEN_YEAR = 9999
"""Price lists write 9999-12-31 for "without end"."""

_GAPS = " \u00a0\u2009\u202f'\u2019"
"""Signs that only ever group thousands: spaces that do not break, apostrophes."""

_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:[{_GAPS}][0-9]{{3}})+")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")

Word = TypeVar("Word")


class DecimalSign(StrEnum):
    """What stands before the decimal places."""

    COMMA = "comma"
    POINT = "point"

    @property
    def sign(self) -> str:
        return "," if self is DecimalSign.COMMA else "."

    @property
    def other(self) -> str:
        return "." if self is DecimalSign.COMMA else ","


class CellRefused(Refused):
    """A cell does not say what its column needs."""

    code: ClassVar[str] = "CELL_REFUSED"


class CellMissing(CellRefused):
    code: ClassVar[str] = "CELL_MISSING"


class CellSpoilt(CellRefused):
    """An error value, or a formula without a result."""

    code: ClassVar[str] = "CELL_SPOILT"


class AmountUnreadable(CellRefused):
    code: ClassVar[str] = "AMOUNT_UNREADABLE"


class AmountAmbiguous(CellRefused):
    """One sign before three digits: of thousands or of decimals. Say which with --decimal."""

    code: ClassVar[str] = "AMOUNT_AMBIGUOUS"


class DayUnreadable(CellRefused):
    code: ClassVar[str] = "DAY_UNREADABLE"


class NumberUnreadable(CellRefused):
    code: ClassVar[str] = "NUMBER_UNREADABLE"


class WordUnknown(CellRefused):
    code: ClassVar[str] = "WORD_UNKNOWN"


def present(cell: Cell | Spoilt) -> Cell:
    """The cell's value. Raises CellSpoilt where there is none to be had."""
    if isinstance(cell, Spoilt):
        raise CellSpoilt(f"holds {cell.what}")
    return cell


def amount(cell: Cell, decimal: DecimalSign | None = None) -> Decimal:
    """An amount, exactly as written. A spreadsheet's number is taken with the 15 digits a spreadsheet keeps."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise AmountUnreadable(f"{_quoted(cell)} is no amount")
    return _written(cell, decimal) if isinstance(cell, str) else Decimal(f"{cell:.15g}")


def _written(text: str, decimal: DecimalSign | None) -> Decimal:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, places = _parts(text, digits.strip(), decimal)
    if any(gap in whole for gap in _GAPS):
        if not _GROUPED.fullmatch(whole):
            raise AmountUnreadable(f"{_quoted(text)} is no amount")
        whole = "".join(each for each in whole if each not in _GAPS)
    if not re.fullmatch("[0-9]*", whole) or not re.fullmatch("[0-9]*", places) or not whole + places:
        raise AmountUnreadable(f"{_quoted(text)} is no amount")
    return Decimal(f"{sign}{whole or '0'}.{places}" if places else f"{sign}{whole}")


def _parts(text: str, digits: str, decimal: DecimalSign | None) -> tuple[str, str]:
    """What stands before and after the decimal sign; points and commas that group are gone from it."""
    sign = decimal or _decimal_sign(text, digits)
    if sign is None:
        return digits, ""
    whole, _, places = digits.partition(sign.sign)
    if sign.other not in whole:
        return whole, places
    groups = whole.split(sign.other)
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        raise AmountUnreadable(f"{_quoted(text)} is no amount with a decimal {sign.value}")
    return "".join(groups), places


def _decimal_sign(text: str, digits: str) -> DecimalSign | None:
    """What the decimal sign is by the number alone; None: there is neither point nor comma."""
    if "," in digits and "." in digits:
        return max(DecimalSign, key=lambda each: digits.rindex(each.sign))
    found = next((each for each in DecimalSign if each.sign in digits), None)
    if found is None:
        return None
    if digits.count(found.sign) > 1:
        return next(each for each in DecimalSign if each is not found)
    whole, _, places = digits.partition(found.sign)
    if len(places) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole):
        raise AmountAmbiguous(f"{_quoted(text)} may be {whole}{places} or {whole}.{places}; say which with --decimal")
    return found


def day(cell: Cell) -> date | None:
    """A day: a spreadsheet's date, 2026-11-01 or 01.11.2026, at midnight if a time is given. None: without end."""
    found = _day(cell)
    return None if found.year == OPEN_YEAR else found


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        if cell.time() == time() or cell.year == OPEN_YEAR:
            return cell.date()
    elif isinstance(cell, date):
        return cell
    elif isinstance(cell, str) and (found := _day_written(cell)):
        return found
    raise DayUnreadable(f"{_quoted(cell)} is no day; write it as 2026-11-01")


def _day_written(text: str) -> date | None:
    try:
        if iso := _DAY.fullmatch(text):
            on = date.fromisoformat(iso[1])
            at_midnight = not re.search("[1-9]", text[len(iso[1]) :])
            return on if at_midnight or on.year == OPEN_YEAR else None
        if german := _GERMAN_DAY.fullmatch(text):
            return date(int(german[3]), int(german[2]), int(german[1]))
    except ValueError:
        return None
    return None


def seats(cell: Cell) -> int:
    """A whole number, without any sign that groups."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, str) and re.fullmatch("-?[0-9]{1,9}", cell):
        return int(cell)
    raise NumberUnreadable(f"{_quoted(cell)} is no whole number")


def word(cell: Cell, words: Mapping[str, Word]) -> Word:
    """What a word stands for, however it is written. `words` are in small letters without spaces or hyphens."""
    plain = re.sub(r"[\s_-]", "", str(cell)).casefold()
    if plain not in words:
        raise WordUnknown(f"{_quoted(cell)} is none of {', '.join(words)}")
    return words[plain]


def text(cell: Cell) -> str:
    """A name or a code as it stands; numbers as a spreadsheet shows them."""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _quoted(cell: Cell) -> str:
    return repr(str(cell)[:40])
