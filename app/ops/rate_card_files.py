"""Rate cards as files: from a table to cards, with everything that is wrong, row by row. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import ClassVar

from app.domain.errors import Refused
from app.domain.events.charging import CallWay, RateRow
from app.domain.phone_costs import RateCard, overlapping
from app.domain.rate_cards import MINUTES_A_DAY, RateRowsOverlap, carrier_named, check_card, check_row
from app.ops.price_files_cells import CellRefused, DecimalSign, amount, day, seats, text, word
from app.ops.price_files_columns import RowError, RowReader, columns, readers
from app.ops.price_files_table import Cell, FileTable

_COLUMNS = {
    "carrier": ("trunk", "operator"),
    "currency": ("currencycode",),
    "effective from": ("validfrom", "from"),
    "prefix": ("destinationprefix", "digits"),
    "direction": ("way",),
    "weekdays": ("days",),
    "time from": ("begins",),
    "time until": ("ends",),
    "setup fee": ("connectionfee",),
    "per minute": ("price", "rate"),
    "minimum seconds": ("minimum",),
    "increment": ("increments", "rounding"),
    "fee on attempt": (),
}
_NEEDED = ("carrier", "currency", "effective from", "prefix", "per minute", "increment")
_WAYS = {"out": CallWay.OUT, "outbound": CallWay.OUT, "in": CallWay.IN, "inbound": CallWay.IN}
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL = {"*", "all", "default", "any"}


class TimeUnreadable(CellRefused):
    code: ClassVar[str] = "TIME_UNREADABLE"


class WeekdaysUnreadable(CellRefused):
    code: ClassVar[str] = "WEEKDAYS_UNREADABLE"


class IncrementUnreadable(CellRefused):
    code: ClassVar[str] = "INCREMENT_UNREADABLE"


class CardInTwoCurrencies(Refused):
    """Rows of one carrier and day name different currencies."""

    code: ClassVar[str] = "CARD_IN_TWO_CURRENCIES"


@dataclass(frozen=True, slots=True)
class CardRows:
    """`cards`: of the rows without error, by carrier and day."""

    cards: Sequence[RateCard]
    errors: Sequence[RowError]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    carrier: str
    currency: str
    since: date
    row: RateRow


def read_cards(table: FileTable, decimal: DecimalSign | None = None) -> CardRows:
    """The cards of a table: rows of one carrier and first day are one. Raises ColumnMissing or ColumnTwice.

    All else is an error of a row.
    """
    found = columns(table, _COLUMNS, _NEEDED)
    errors: list[RowError] = []
    cards: dict[tuple[str, date], list[_Line]] = {}
    placed: dict[tuple[str, date, str], list[RateRow]] = {}
    for _, cells in readers(table, found, errors):
        line = _line(cells, decimal)
        if line is None:
            continue
        of_card = cards.setdefault((line.carrier, line.since), [])
        beside = placed.setdefault((line.carrier, line.since, line.row.prefix), [])
        if of_card and of_card[0].currency != line.currency:
            cells.note("currency", CardInTwoCurrencies(f"another row of the card is in {of_card[0].currency}"))
        elif line.row not in beside and any(overlapping(line.row, other) for other in beside):
            cells.note("", RateRowsOverlap("another row prices the same calls"))
        if cells.good and line.row not in beside:
            of_card.append(line)
            beside.append(line.row)
    return CardRows([_card(lines) for lines in cards.values() if lines], errors, found.ignored)


def _card(lines: Sequence[_Line]) -> RateCard:
    first = lines[0]
    return RateCard(first.carrier, first.currency, first.since, tuple(line.row for line in lines))


def _line(cells: RowReader, decimal: DecimalSign | None) -> _Line | None:
    carrier = cells.needed("carrier", lambda cell: carrier_named(text(cell)))
    currency = cells.needed("currency", lambda cell: text(cell).upper())
    since = cells.needed("effective from", day)
    prefix = cells.needed("prefix", _prefix)
    price = cells.needed("per minute", partial(amount, decimal=decimal))
    increment = cells.needed("increment", _increment)
    way = cells.optional("direction", lambda cell: word(cell, _WAYS)) or CallWay.OUT
    days = cells.optional("weekdays", _weekdays) or ()
    begins, ends = cells.optional("time from", _minute), cells.optional("time until", _minute)
    fee = cells.optional("setup fee", partial(amount, decimal=decimal))
    minimum = cells.optional("minimum seconds", seats)
    attempts = cells.optional("fee on attempt", lambda cell: word(cell, _YES_OR_NO))
    if not cells.good or carrier is None or currency is None or since is None:
        return None
    if prefix is None or price is None or increment is None:
        return None
    row = RateRow(
        prefix=prefix,
        way=way,
        weekdays=days,
        begins=begins or 0,
        ends=MINUTES_A_DAY if ends is None else ends,
        setup_fee=fee or price * 0,
        per_minute=price,
        minimum_seconds=minimum or 0,
        first_seconds=increment[0],
        next_seconds=increment[1],
        fee_on_attempt=bool(attempts),
    )
    try:
        check_row(row)
        check_card(RateCard(carrier, currency, since, (row,)))
    except Refused as refused:
        cells.note("", refused)
        return None
    return _Line(carrier, currency, since, row)


def _prefix(cell: Cell) -> str:
    """Digits, with or without the plus; '*' for all numbers."""
    found = re.sub(r"[\s().-]", "", text(cell)).removeprefix("+")
    return "" if found.casefold() in _ALL else found


def _increment(cell: Cell) -> tuple[int, int]:
    """60/1, or 60 for 60/60."""
    found = re.fullmatch(r"([0-9]{1,4})(?:\s*[/+]\s*([0-9]{1,4}))?", text(cell).strip())
    if not found:
        raise IncrementUnreadable(f"{text(cell)[:40]!r} is no increment in seconds, for instance 60/1")
    return int(found[1]), int(found[2] or found[1])


def _minute(cell: Cell) -> int:
    """A time of day, in whole minutes; 24:00 is the day's end."""
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.hour * 60 + cell.minute
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::00)?", text(cell).strip())
    if not found or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > MINUTES_A_DAY:
        raise TimeUnreadable(f"{text(cell)[:40]!r} is no time of day, for instance 08:00")
    return int(found[1]) * 60 + int(found[2])


def _weekdays(cell: Cell) -> tuple[int, ...]:
    """mon-fri, sat+sun, 1-5; 1 is Monday."""
    days: set[int] = set()
    for part in re.split(r"[,+;\s]+", text(cell).strip().casefold()):
        first, _, last = part.partition("-")
        since, until = _weekday(first), _weekday(last or first)
        if since is None or until is None or since > until:
            raise WeekdaysUnreadable(f"{text(cell)[:40]!r} names no weekdays, for instance mon-fri")
        days |= set(range(since, until + 1))
    return tuple(sorted(days))


def _weekday(name: str) -> int | None:
    if name in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(name)
    return next((nth for nth, day in enumerate(_DAYS, 1) if name[:3] == day and len(name) >= 3), None)
