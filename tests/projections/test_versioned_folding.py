"""Versions of rows: what is so from when on, and what a batch writes about rows that are stored already."""

from __future__ import annotations

from app.domain.ids import TenantId
from app.projections.columns import Column
from app.projections.facts import OPEN_END
from app.projections.reading import OPEN
from app.projections.versioned import VALID, Book, Placed, Table, Value, Version, _versions, changed_from, merged
from tests.projections.sheet import Sheet
from tests.projections.story import ANNA, BERT, NAMES

TENANT = TenantId(NAMES)
SPANS = Table("spans", key=(Column("user_id", "uuid"),), place=VALID, values=(Column("said", "text"),))
SINGLE = Table("single", key=(Column("user_id", "uuid"),), place=(), values=(Column("said", "text"),))
PARTS = Table("parts", key=(), place=(Column("part", "text"),), values=(Column("many", "integer"),))
KEY = (ANNA.int,)


def so(value: str | None) -> Value | None:
    return None if value is None else (value,)


def rows(sheet: Sheet) -> list[tuple[object, ...]]:
    return sorted((tuple(row.values())[1:] for row in sheet.rows), key=repr)


def written(sheet: Sheet, book: Book) -> list[tuple[object, ...]]:
    sheet.take(book.statements(TENANT))
    return rows(sheet)


def again(sheet: Sheet, table: Table) -> Book:
    """A book begun with what is stored."""
    return Book(table, _versions(table, sheet.open_rows()))


def test_a_row_said_again_keeps_its_version_and_another_one_closes_it() -> None:
    sheet, book = Sheet(SINGLE), Book(SINGLE)

    book.put(KEY, [((), ("a",))], 1)
    book.put(KEY, [((), ("a",))], 2)
    book.put(KEY, [((), ("b",))], 3)

    assert written(sheet, book) == [("a", 1, 3), ("b", 3, OPEN)]


def test_a_stored_row_is_closed_where_it_stands_and_one_that_stays_equal_is_not_written() -> None:
    sheet, book = Sheet(SINGLE), Book(SINGLE)
    book.put(KEY, [((), ("a",))], 1)
    sheet.take(book.statements(TENANT))

    same, other = again(sheet, SINGLE), again(sheet, SINGLE)
    same.put(KEY, [((), ("a",))], 2)
    other.put(KEY, [], 2)

    assert list(same.statements(TENANT)) == []
    assert written(sheet, other) == [("a", 1, 2)]


def test_what_one_fact_says_and_unsays_was_never_known() -> None:
    book = Book(SINGLE)

    book.put(KEY, [((), ("a",))], 1)
    book.put(KEY, [((), ("b",))], 1)

    assert book.rows() == [(ANNA.int, "b", 1, OPEN)]


def test_rows_of_one_key_are_told_apart_by_their_place_and_come_in_its_order() -> None:
    book = Book(PARTS)

    book.put((), [(("b",), (2,)), (("a",), (1,))], 1)
    book.put((), [(("a",), (1,)), (("b",), (3,))], 2)

    assert [(each.place, each.value, each.since) for each in book.of(())] == [(("a",), (1,), 1), (("b",), (3,), 2)]
    assert sorted(book.rows()) == [("a", 1, 1, OPEN), ("b", 2, 1, 2), ("b", 3, 2, OPEN)]


def test_the_keys_of_a_book_are_those_looked_up_and_those_told_of() -> None:
    book = Book(SINGLE, {(BERT.int,): [Version((), ("a",), 1, is_stored=True)]})

    book.put(KEY, [((), ("b",))], 2)

    assert sorted(book.keys()) == sorted([KEY, (BERT.int,)])
    assert list(book.of((1,))) == []


def test_a_span_ended_and_begun_again_leaves_the_time_between_empty() -> None:
    sheet, book = Sheet(SPANS), Book(SPANS)

    book.set_from(KEY, 10, 1, so("a"))
    book.set_from(KEY, 20, 2, None)
    book.set_from(KEY, 30, 3, so("a"))

    assert written(sheet, book) == [(10, 20, "a", 2, OPEN), (10, OPEN_END, "a", 1, 2), (30, OPEN_END, "a", 3, OPEN)]


def test_what_is_said_of_an_earlier_time_changes_all_that_follows() -> None:
    book = Book(SPANS)
    book.set_from(KEY, 10, 1, so("a"))
    book.set_from(KEY, 20, 2, so("b"))

    book.set_from(KEY, 15, 3, so("c"))

    assert [(each.place, each.value) for each in book.of(KEY)] == [((10, 15), ("a",)), ((15, OPEN_END), ("c",))]


def test_a_change_that_changes_nothing_makes_no_version() -> None:
    book = Book(SPANS)
    book.set_from(KEY, 10, 1, so("a"))

    book.set_from(KEY, 20, 2, so("a"))
    book.set_from(KEY, 10, 3, so("a"))

    assert book.rows() == [(ANNA.int, 10, OPEN_END, "a", 1, OPEN)]


def test_a_change_where_the_open_span_begins_replaces_it_whole() -> None:
    book = Book(SPANS)
    book.set_from(KEY, 10, 1, so("a"))

    book.set_from(KEY, 10, 2, so("b"))

    assert [(each.place, each.value, each.since) for each in book.of(KEY)] == [((10, OPEN_END), ("b",), 2)]


def test_only_where_something_was_so_can_it_be_changed() -> None:
    def renamed(before: Value | None) -> Value | None:
        return None if before is None else ("b",)

    book = Book(SPANS)
    book.change_from(KEY, 5, 1, renamed)
    book.set_from(KEY, 10, 2, so("a"))
    book.set_from(KEY, 20, 3, None)
    book.set_from(KEY, 30, 4, so("a"))
    book.change_from(KEY, 15, 5, renamed)

    spans = [(each.place, each.value) for each in book.of(KEY)]
    assert spans == [((10, 15), ("a",)), ((15, 20), ("b",)), ((30, OPEN_END), ("b",))]


def test_spans_that_touch_and_say_the_same_are_one() -> None:
    spans: list[Placed] = [((1, 2), ("a",)), ((2, 3), ("a",)), ((3, 4), ("b",)), ((5, 6), ("b",)), ((6, 7), ("b",))]

    assert merged(spans) == [((1, 3), ("a",)), ((3, 4), ("b",)), ((5, 7), ("b",))]


def test_from_an_instant_on_holes_are_filled_too_and_what_lies_before_stays() -> None:
    spans: list[Placed] = [((1, 3), ("a",)), ((5, 8), ("b",)), ((9, 12), ("c",))]

    found = changed_from(spans, 6, lambda before: ("x",) if before is None else before)

    assert found == [((1, 3), ("a",)), ((5, 8), ("b",)), ((8, 9), ("x",)), ((9, 12), ("c",)), ((12, OPEN_END), ("x",))]


def test_an_instant_at_a_border_belongs_to_what_begins_there() -> None:
    spans: list[Placed] = [((1, 3), ("a",)), ((3, OPEN_END), ("b",))]

    found = changed_from(spans, 3, lambda _: ("c",))

    assert found == [((1, 3), ("a",)), ((3, OPEN_END), ("c",))]


def test_stored_ids_are_compared_as_the_facts_have_them() -> None:
    table = Table("held", key=(Column("user_id", "uuid"),), place=VALID, values=(Column("paths", "uuid[]"),))
    found = [(ANNA, 20, OPEN_END, [BERT], 7), (ANNA, 10, 20, [], 5)]

    versions = _versions(table, found)

    assert list(versions) == [KEY]
    assert [(each.place, each.value, each.since, each.is_stored) for each in versions[KEY]] == [
        ((10, 20), ((),), 5, True),
        ((20, OPEN_END), ((BERT.int,),), 7, True),
    ]
