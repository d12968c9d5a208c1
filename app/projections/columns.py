"""Whole columns of rows as binary PostgreSQL arrays, nulls included: what set-based statements take.

psycopg packs an array element by element; a batch of 50,000 facts makes a million elements. Arrays inside a row go as
text ('{a,b}') and are cast by the statement, since unnest() flattens what is nested; so do decimals. COPY is no way in:
PostgreSQL refuses it on tables with row-level security.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)
_DAYS_BEGIN = date(2000, 1, 1).toordinal()
_TEXT_OID = 25


class Column(NamedTuple):
    """A column of a read table. `type` is one of TYPES."""

    name: str
    type: str

    @property
    def transport(self) -> str:
        """The type it travels as."""
        return "text" if self.is_text_on_the_way else self.type

    @property
    def taken(self) -> str:
        """How a statement takes it from its transport."""
        return f"new.{self.name}::{self.type}" if self.is_text_on_the_way else f"new.{self.name}"

    @property
    def is_text_on_the_way(self) -> bool:
        return self.type == "numeric" or self.type.endswith("[]")


class Packed:
    """One argument: an array in PostgreSQL's binary form. The statement casts it to its type."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed


class _PackedDumper(Dumper):
    format = Format.BINARY
    oid = 0

    def dump(self, obj: Packed) -> bytes:
        return obj.packed


psycopg.adapters.register_dumper(Packed, _PackedDumper)


def pack(type_name: str, values: Sequence[Any]) -> Packed:
    """A column of values, None for null."""
    oid, encode = TYPES[type_name]
    return Packed(_HEADER.pack(1, 0, oid, len(values), 1) + (encode(values) if values else b""))


def _fixed(
    code: str, width: int, numbers: Callable[[Sequence[Any]], Sequence[int]] = lambda values: values
) -> Callable[[Sequence[Any]], bytes]:
    one = struct.Struct(f">i{code}")

    def encode(values: Sequence[Any]) -> bytes:
        if None in values:
            return b"".join([_NULL if value is None else one.pack(width, *numbers((value,))) for value in values])
        parts = [width] * (2 * len(values))
        parts[1::2] = numbers(values)
        return struct.pack(">" + f"i{code}" * len(values), *parts)

    return encode


def _uuids(values: Sequence[Any]) -> bytes:
    """UUIDs, or their integers in columns of keys."""
    length = _LENGTH.pack(16)
    if isinstance(values[0], int):
        return b"".join([length + value.to_bytes(16, "big") for value in values])
    return b"".join([_NULL if value is None else length + value.bytes for value in values])


def _texts(values: Sequence[Any]) -> bytes:
    distinct: dict[str | None, bytes] = {}
    for value in set(values):
        encoded = b"" if value is None else value.encode()
        distinct[value] = _NULL if value is None else _LENGTH.pack(len(encoded)) + encoded
    return b"".join([distinct[value] for value in values])


def _plain_arrays(values: Sequence[Any]) -> bytes:
    """Elements whose text needs no quotes: numbers, booleans."""
    return _texts(["{" + ",".join(map(str, value)) + "}" if value else "{}" for value in values])


def _uuid_arrays(values: Sequence[Any]) -> bytes:
    """Arrays of the integers of UUIDs."""
    texts = {value: "{" + ",".join([f"{number:032x}" for number in value]) + "}" for value in set(values)}
    return _texts([texts[value] for value in values])


def _numerics(values: Sequence[Any]) -> bytes:
    """Decimals, as they stand: 1.50 keeps its scale."""
    return _texts([None if value is None else str(value) for value in values])


def _text_arrays(values: Sequence[Any]) -> bytes:
    return _texts(["{" + ",".join(map(_quoted, value)) + "}" for value in values])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _days(values: Sequence[date]) -> Sequence[int]:
    return [value.toordinal() - _DAYS_BEGIN for value in values]


TYPES: dict[str, tuple[int, Callable[[Sequence[Any]], bytes]]] = {
    "uuid": (2950, _uuids),
    "text": (_TEXT_OID, _texts),
    "bigint": (20, _fixed("q", 8)),
    "integer": (23, _fixed("i", 4)),
    "boolean": (16, _fixed("?", 1)),
    "timestamptz": (1184, _fixed("q", 8)),
    "date": (1082, _fixed("i", 4, _days)),
    "numeric": (_TEXT_OID, _numerics),
    "uuid[]": (_TEXT_OID, _uuid_arrays),
    "integer[]": (_TEXT_OID, _plain_arrays),
    "boolean[]": (_TEXT_OID, _plain_arrays),
    "text[]": (_TEXT_OID, _text_arrays),
}
"""Types of columns: the element's oid in transport, and how a column of them is packed. Instants are integers."""
