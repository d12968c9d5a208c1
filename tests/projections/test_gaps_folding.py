"""Gaps are what lies between sightings, in whatever order they were told; which are kept, and which may be moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings

from app.domain.ids import TenantId
from app.projections.facts import OPEN_END, datetime_of, instant
from app.projections.gaps import fold, gap_table
from app.projections.versioned import Book, _versions
from tests.projections.folding import EARLY, column, known
from tests.projections.sheet import Sheet
from tests.projections.story import ANNA, NAMES, day

TABLE = gap_table("activity_gaps", "grade")
KEY = (ANNA.int, "EVIDENCE")
NEVER = datetime(1900, 1, 1, tzinfo=UTC)
FOREVER = datetime_of(OPEN_END)
WEEK = timedelta(days=7)
PROMPT = timedelta()


def folded(*seen: datetime | None, learned_after: timedelta = PROMPT) -> Book:
    """Sightings at positions from 1 on, each learned that long after it was made."""
    book = Book(TABLE)
    told = [
        (position, KEY, None if at is None else instant(at), instant((at or day(1)) + learned_after))
        for position, at in enumerate(seen, 1)
    ]
    fold(told, book)
    return book


def spans(book: Book, position: int | None = None) -> list[tuple[datetime, datetime]]:
    found = known(book) if position is None else known(book, position)
    return column(found, "gap_from", "gap_until")


def stored(seen: Iterable[datetime]) -> tuple[Sheet, Book]:
    """The table after these sightings, and a book of what it holds."""
    sheet = Sheet(TABLE)
    sheet.take(folded(*seen).statements(TenantId(NAMES)))
    return sheet, Book(TABLE, _versions(TABLE, sheet.open_rows()))


@given(days=st.lists(st.integers(1, 60), min_size=1, max_size=10), learned_after=st.integers(0, 20))
@settings(max_examples=200)
def test_in_whatever_order_sightings_come_the_gaps_of_a_week_between_them_are_kept(
    days: list[int], learned_after: int
) -> None:
    book = folded(*map(day, days), learned_after=timedelta(days=learned_after))

    first, last = min(days), max(days)
    between = [pair for pair in pairwise(sorted(set(days))) if pair[1] - pair[0] >= 7]
    ended = [(day(began), day(until)) for began, until in between]
    assert spans(book) == [(NEVER, day(first)), *ended, (day(last), FOREVER)]


def test_who_was_only_discovered_was_never_seen_and_a_second_discovery_says_nothing() -> None:
    book = folded(None, None)

    assert spans(book) == [(NEVER, FOREVER)]
    assert [row[-2] for row in book.rows()] == [1]


def test_the_first_sighting_of_who_was_discovered_ends_what_began_at_no_time() -> None:
    book = folded(None, day(3))

    assert spans(book, 1) == [(NEVER, FOREVER)]
    assert spans(book, 2) == [(NEVER, day(3)), (day(3), FOREVER)]


def test_a_gap_of_seven_days_is_kept_and_one_a_moment_shorter_is_not() -> None:
    kept = folded(day(1), day(1) + WEEK)
    short = folded(day(1), day(1) + WEEK - EARLY)

    assert spans(kept) == [(NEVER, day(1)), (day(1), day(8)), (day(8), FOREVER)]
    assert spans(short) == [(NEVER, day(1)), (day(8) - EARLY, FOREVER)]


def test_an_ended_gap_is_split_by_what_is_learned_late_into_parts_of_seven_days_or_none() -> None:
    parts = [spans(folded(day(1), day(15), at)) for at in (day(8), day(8) - EARLY, day(8) + EARLY)]

    assert [found[1:-1] for found in parts] == [
        [(day(1), day(8)), (day(8), day(15))],
        [(day(8) - EARLY, day(15))],
        [(day(1), day(8) + EARLY)],
    ]


def test_a_sighting_where_a_gap_begins_or_ends_changes_nothing() -> None:
    book = folded(day(1), day(9), day(1), day(9))

    assert spans(book) == spans(book, 2)
    assert {row[-2] for row in book.rows()} == {1, 2}


def test_the_gap_that_may_be_beginning_is_moved_while_nobody_can_have_been_told_of_it() -> None:
    sheet, book = stored([day(1)])

    fold([(2, KEY, instant(day(3)), instant(day(7) - EARLY))], book)
    sheet.take(book.statements(TenantId(NAMES)))

    assert [(row["gap_from"], row["since_position"]) for row in sheet.rows if row["gap_until"] == OPEN_END] == [
        (instant(day(3)), 1)
    ]


def test_six_days_after_it_began_it_is_closed_and_begun_anew() -> None:
    sheet, book = stored([day(1)])

    fold([(2, KEY, instant(day(3)), instant(day(7)))], book)
    sheet.take(book.statements(TenantId(NAMES)))

    found = [row for row in sheet.rows if row["gap_until"] == OPEN_END]
    assert [(row["gap_from"], row["since_position"], row["until_position"] == 2) for row in found] == [
        (instant(day(1)), 1, True),
        (instant(day(3)), 2, False),
    ]


def test_a_gap_moved_and_ended_in_one_batch_is_found_by_where_it_was_stored() -> None:
    sheet, book = stored([day(1)])

    fold([(2, KEY, instant(day(2)), instant(day(2))), (3, KEY, instant(day(12)), instant(day(12)))], book)
    sheet.take(book.statements(TenantId(NAMES)))

    found = [(row["gap_from"], row["gap_until"], row["since_position"], row["until_position"]) for row in sheet.rows]
    assert (instant(day(2)), OPEN_END, 1, 3) in found
    assert [row[2:] for row in found if row[:2] == (instant(day(2)), instant(day(12)))] == [(3, book.rows()[0][-1])]
