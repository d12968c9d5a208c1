"""Packed columns are what PostgreSQL reads: every value, nulls among them, read back byte by byte."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.projections.columns import TYPES, Column, pack
from tests.projections.sheet import unpacked
from tests.projections.story import ANNA, BERT

BEGIN = date(2000, 1, 1)


@pytest.mark.parametrize(
    ("type_name", "values", "read"),
    [
        ("uuid", [ANNA, None, BERT], [ANNA, None, BERT]),
        ("uuid", [ANNA.int, BERT.int], [ANNA, BERT]),
        ("text", ["é", None, "", "é"], ["é", None, "", "é"]),
        ("bigint", [1 << 40, -1], [1 << 40, -1]),
        ("bigint", [1 << 40, None], [1 << 40, None]),
        ("integer", [3, -3], [3, -3]),
        ("integer", [None, 0, 1], [None, 0, 1]),
        ("boolean", [True, False], [True, False]),
        ("boolean", [None, False], [None, False]),
        ("timestamptz", [5, None], [5, None]),
        ("date", [BEGIN, date(2000, 1, 3)], [0, 2]),
        ("date", [None, date(1999, 12, 31)], [None, -1]),
        ("numeric", [Decimal("1.50"), None], ["1.50", None]),
        ("uuid[]", [(ANNA.int, BERT.int), ()], [f"{{{ANNA.hex},{BERT.hex}}}", "{}"]),
        ("uuid[]", [(7,)], ["{" + "0" * 31 + "7}"]),
        ("integer[]", [(1, 2), ()], ["{1,2}", "{}"]),
        ("boolean[]", [(True, False)], ["{True,False}"]),
        ("text[]", [("a", 'b"c', "d\\e"), ()], ['{"a","b\\"c","d\\\\e"}', "{}"]),
    ],
)
def test_a_column_is_read_as_it_was_packed(type_name: str, values: list[Any], read: list[Any]) -> None:
    assert unpacked(pack(type_name, values).packed) == read


@pytest.mark.parametrize("type_name", TYPES)
def test_no_values_are_an_empty_column(type_name: str) -> None:
    assert unpacked(pack(type_name, []).packed) == []


def test_a_column_says_that_nulls_may_be_in_it_and_of_which_type_it_is() -> None:
    oids = {name: int.from_bytes(pack(name, []).packed[8:12], "big") for name in TYPES}

    assert {name: oid for name, oid in oids.items() if not Column("x", name).is_text_on_the_way} == {
        "uuid": 2950,
        "text": 25,
        "bigint": 20,
        "integer": 23,
        "boolean": 16,
        "timestamptz": 1184,
        "date": 1082,
    }
    assert {oids[name] for name in TYPES if Column("x", name).is_text_on_the_way} == {25}


def test_decimals_and_arrays_go_as_text_and_are_cast_on_arrival() -> None:
    plain, decimal, array = Column("a", "date"), Column("b", "numeric"), Column("c", "text[]")

    assert [each.transport for each in (plain, decimal, array)] == ["date", "text", "text"]
    assert [each.taken for each in (plain, decimal, array)] == ["new.a", "new.b::numeric", "new.c::text[]"]
