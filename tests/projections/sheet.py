"""A table kept in memory: it takes statements as PostgreSQL would, reading their columns byte by byte."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.projections.columns import Packed
from app.projections.reading import OPEN
from app.projections.statements import Statement
from app.projections.versioned import Table

_UUID, _TEXT, _BOOLEAN = 2950, 25, 16
_BEGIN = date(2000, 1, 1)
_NUMBERS = {20: ">q", 23: ">i", 1184: ">q", 1082: ">i"}


class Sheet:
    def __init__(self, table: Table) -> None:
        self._table = table
        self.rows: list[dict[str, Any]] = []

    def take(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            columns = {
                name: unpacked(value.packed)
                for name, value in statement.parameters.items()
                if isinstance(value, Packed)
            }
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            if statement.query.startswith("INSERT"):
                self.rows += rows
            else:
                self._update(statement.query, rows)

    def open_rows(self) -> list[tuple[Any, ...]]:
        """Those known now, as a query of `load` finds them: arrays as lists, without the last position."""
        table = self._table
        found = [row for row in self.rows if row["until_position"] == OPEN]
        return [tuple(_read(each.type, row[each.name]) for each in table.columns[:-1]) for row in found]

    def _update(self, query: str, rows: Iterable[dict[str, Any]]) -> None:
        setting, _, finding = query.partition(" FROM ")
        changes = re.findall(r"(\w+) = new\.(\w+)", setting)
        same = re.findall(r"old\.(\w+) = new\.(\w+)", finding)
        for row in rows:
            (old,) = [each for each in self.rows if all(each[name] == row[source] for name, source in same)]
            old |= {name: row[source] for name, source in changes}


def unpacked(array: bytes) -> list[Any]:
    """PostgreSQL's binary form of an array of one dimension: the dimension, whether there are nulls, the type, how
    many, from which index on; then each with its length, -1 for null."""
    dimensions, _, oid, many, first = struct.unpack_from(">iiIii", array)
    assert (dimensions, first) == (1, 1)
    values, at = [], 20
    for _ in range(many):
        (length,) = struct.unpack_from(">i", array, at)
        at += 4
        values.append(None if length == -1 else _unpacked(oid, array[at : at + length]))
        at += max(length, 0)
    assert at == len(array)
    return values


def _unpacked(oid: int, value: bytes) -> Any:
    if oid == _UUID:
        return UUID(bytes=value)
    if oid == _TEXT:
        return value.decode()
    if oid == _BOOLEAN:
        return {b"\0": False, b"\1": True}[value]
    return struct.unpack(_NUMBERS[oid], value)[0]


def _read(type_name: str, value: Any) -> Any:
    if value is None:
        return None
    if type_name == "date":
        return _BEGIN + timedelta(days=value)
    if type_name == "numeric":
        return Decimal(value)
    if not type_name.endswith("[]"):
        return value
    elements = [each for each in value[1:-1].split(",") if each]
    return [UUID(each) for each in elements] if type_name == "uuid[]" else [each.strip('"') for each in elements]
