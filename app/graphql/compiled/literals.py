"""Values as PostgreSQL reads them in a statement's text."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from psycopg import sql

WRITTEN_MAX: Final = 10_000
"""Days, times and ids in lists remembered as they are written: most are asked for again and again."""

_IDS: Final = {UUID}
"""Ids of every kind are of this very type."""


def literals(values: Iterable[object]) -> str:
    """Several, between commas. Raises as `literal`."""
    return ",".join([_WRITTEN.get(type(each), literal)(each) for each in values])


def literal(value: object) -> str:
    """Raises TypeError for a value of a type no question of the read side has."""
    written = _WRITTEN.get(type(value))
    if written is not None:
        return written(value)
    for kind, written in _WRITTEN.items():
        if isinstance(value, kind):
            return written(value)
    if not isinstance(value, list):
        raise TypeError(f"no literal for {type(value).__name__}")
    if set(map(type, value)) <= _IDS:
        return f"'{{{','.join(map(in_a_list, value))}}}'"
    return f"ARRAY[{literals(value)}]"


def _as_said(value: object) -> str:
    return f"'{value}'"


_said_before = lru_cache(WRITTEN_MAX)(_as_said)


@lru_cache(WRITTEN_MAX)
def in_a_list(value: UUID) -> str:
    """An id as it stands in an array, or between commas."""
    return str(value)


def _text(value: str) -> str:
    if "\\" in value or "\0" in value:
        return sql.Literal(str(value)).as_string(None)
    return "'" + value.replace("'", "''") + "'"


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: "true" if value else "false",
    UUID: "'{}'".format,
    datetime: _said_before,
    date: _said_before,
    int: int.__repr__,
    str: _text,
}
"""How values of exactly these types are written, and those of types made of them by the first that is theirs.

Of times that are equal either is written: all are in UTC or of a fixed offset, where equal is the same instant.
"""
