"""A table as it leaves SUA: what its columns are, its rows as they come, and what a reader has to know beside them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias

from app.domain.money import Money


class Kind(Enum):
    """What the cells of a column are. None in any of them: unknown, or nothing to say; never 0."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    """Rounded to the currency's places before it comes here: a table never rounds."""
    DAY = "day"
    INSTANT = "instant"
    """UTC."""


Cell: TypeAlias = str | int | Money | date | datetime | None
Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: in characters, for programs that show columns."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 16


@dataclass(frozen=True, slots=True)
class Table:
    """`batches`: rows, some at a time, in order; read once. `about`: names and values, for a reader years later."""

    name: str
    columns: Sequence[Column]
    batches: AsyncIterator[Sequence[Row]]
    about: Sequence[tuple[str, str]]
