"""Which windows are due: whatever outages come, no hour that Graph still keeps misses a pass it should have."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events.coverage import Pass
from app.domain.ids import CallId
from app.domain.reconciliation import (
    HOUR,
    UNLISTED,
    ListedCall,
    Watermarks,
    Window,
    covered,
    due,
    hour_of,
    kept_since,
    per_hour,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def after_first(at: datetime) -> Watermarks:
    (first,) = due(UNLISTED, at)
    return covered(UNLISTED, first, at)


def test_the_first_listing_goes_back_as_far_as_graph_keeps_whole_hours() -> None:
    at = START + timedelta(minutes=20)

    assert due(UNLISTED, START) == [Window(Pass.FIRST, START - 30 * DAY, START)]
    assert due(UNLISTED, at) == [Window(Pass.FIRST, START - 30 * DAY + HOUR, at)]


def test_an_hour_later_the_last_six_hours_and_a_day_before_them_are_listed() -> None:
    at = START + timedelta(minutes=70)

    assert due(after_first(START), at) == [Window(Pass.HOURLY, START - timedelta(hours=29), at)]


def test_after_an_outage_the_listing_reaches_back_to_the_last_moment_listed() -> None:
    marks, at = after_first(START), START + timedelta(hours=20)

    assert due(marks, at) == [Window(Pass.HOURLY, START - DAY, at)]


def test_a_day_later_three_days_are_listed() -> None:
    marks, at = after_first(START), START + DAY

    assert due(marks, at) == [
        Window(Pass.DAILY, START - 2 * DAY, at),
        Window(Pass.CLOSING, START - 27 * DAY, START - 26 * DAY),
    ]


def test_a_day_is_closed_once_when_all_of_it_is_27_days_old() -> None:
    marks = after_first(START)
    closing = due(marks, START + DAY)[1]

    closed = covered(marks, closing, START + DAY)

    assert [each.kind for each in due(closed, START + DAY)] == [Pass.DAILY]
    assert due(closed, START + 2 * DAY)[1].since == closing.until


def test_what_graph_has_forgotten_is_in_no_window() -> None:
    at = START + 60 * DAY + timedelta(minutes=1)

    assert [each.since for each in due(after_first(START), at)] == [kept_since(at)] * 2
    assert kept_since(at) == at - 30 * DAY + timedelta(minutes=59)


def test_a_first_listing_that_broke_off_goes_on_where_it_was() -> None:
    (first,) = due(UNLISTED, START)
    part = Window(first.kind, first.since, first.since + 10 * DAY)

    marks = covered(UNLISTED, part, START)

    assert due(marks, START + HOUR) == [Window(Pass.FIRST, part.until, START + HOUR)]


def test_a_part_that_leaves_a_hole_moves_nothing() -> None:
    marks, at = after_first(START), START + 3 * DAY

    assert covered(marks, Window(Pass.HOURLY, START + DAY, at), at) == marks


def test_calls_are_counted_in_the_hour_they_began() -> None:
    starts = [START, START + HOUR - timedelta(microseconds=1), START + HOUR * 2.4, START - HOUR, START + HOUR * 2.5]
    calls = [ListedCall(CallId(uuid4()), 1, at) for at in starts]

    assert per_hour(calls, START, START + HOUR * 2.5) == (2, 0, 1)


@dataclass
class Life:
    """A tenant watched through outages: which passes covered each hour, and at what age of its end."""

    marks: Watermarks = UNLISTED
    now: datetime = START
    covering: dict[datetime, set[Pass]] = field(default_factory=dict)
    settled: set[datetime] = field(default_factory=set)

    def run(self, breaks_after: int | None) -> None:
        """List what is due in parts of up to two days; after so many parts Graph is gone."""
        parts = 0
        for window in due(self.marks, self.now):
            assert hour_of(window.since) == window.since >= kept_since(self.now)
            since = window.since
            while since < window.until:
                if parts == breaks_after:
                    return
                part = Window(window.kind, since, min(since + 2 * DAY, window.until))
                self.cover(part)
                self.marks = covered(self.marks, part, self.now)
                since, parts = part.until, parts + 1

    def cover(self, part: Window) -> None:
        hour = part.since
        while hour + HOUR <= part.until:
            self.covering.setdefault(hour, set()).add(part.kind)
            if part.kind in (Pass.DAILY, Pass.FIRST) and self.now - hour - HOUR >= 2 * DAY:
                self.settled.add(hour)
            hour += HOUR


pauses = st.one_of(
    st.integers(40, 80).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 60).map(lambda hours: timedelta(hours=hours)),
    st.integers(2, 45).map(lambda days: timedelta(days=days)),
)


@given(st.lists(st.tuples(pauses, st.none() | st.integers(0, 12)), max_size=30))
def test_after_any_outage_every_hour_kept_is_covered_by_every_pass_it_should_have(
    outages: list[tuple[timedelta, int | None]],
) -> None:
    life = Life()
    life.run(None)
    for pause, breaks_after in outages:
        life.now += pause
        life.run(breaks_after)
    life.now += HOUR
    life.run(None)

    hour = kept_since(life.now)
    while hour + HOUR <= life.now:
        age = life.now - hour - HOUR
        passes = life.covering.get(hour, set())
        assert passes, "never listed"
        if age >= 3 * DAY:
            assert hour in life.settled, "not listed again after two days"
        if age >= 28 * DAY and hour >= START:
            assert Pass.CLOSING in passes
        hour += HOUR


@given(st.lists(pauses, min_size=1, max_size=20))
def test_watermarks_only_rise(rests: list[timedelta]) -> None:
    life = Life()
    for rest in rests:
        before = life.marks
        life.run(None)
        for name in ("listed_until", "settled_until", "closed_until"):
            was, now = getattr(before, name), getattr(life.marks, name)
            assert was is None or was <= now
        life.now += rest


@pytest.mark.parametrize("minutes", [0, 1, 59])
def test_repeating_a_listing_at_once_moves_no_mark(minutes: int) -> None:
    at = START + timedelta(minutes=minutes)
    marks = after_first(at)

    assert covered(marks, due(marks, at)[0], at) == marks
