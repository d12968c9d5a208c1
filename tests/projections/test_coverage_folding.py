"""The coverage ledger: per hour what was notified, fetched, listed and is missing; and the gaps that follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled, MissingCall, Pass
from app.domain.events.telephony import Call
from app.domain.ids import CallId
from app.projections import coverage
from app.projections.coverage import HOURS, MISSING, WATCH, Known, Ledger
from app.projections.coverage_gaps import Gap, GapReason, HourRow, gaps_of, hour_of
from app.projections.facts import instant
from app.projections.versioned import Book
from tests.projections.folding import EARLY, HOUR, column, facts_of, known
from tests.projections.story import ANNA, ONE_CALL, RUN, assigned, call, completed, day, leg, named, party, revised

NINE, TEN, ELEVEN = day(2, 9), day(2, 10), day(2, 11)
QUARTER = timedelta(minutes=15)
SECOND = CallId(named("second"))


def a_call(at: datetime, of: CallId = ONE_CALL, revision: int = 1) -> Call:
    return call(leg(party(ANNA), at, 5), call=of, revision=revision)


def missing(*calls: tuple[datetime, CallId, int], at: datetime = ELEVEN) -> CallsMissing:
    told = tuple(MissingCall(call=of, revision=revision, started_at=since) for since, of, revision in calls)
    return CallsMissing(happened_at=at, run=RUN, calls=told)


def listing(
    since: datetime, until: datetime, *listed: int, kind: Pass = Pass.HOURLY, at: datetime = ELEVEN
) -> CallsReconciled:
    return CallsReconciled(happened_at=at, run=RUN, kind=kind, since=since, until=until, listed=listed, missing=0)


def ledger_of(*facts: Event) -> Ledger:
    ledger = Ledger(Book(HOURS), Book(MISSING), Book(WATCH))
    coverage.project(facts_of(*facts), ledger)
    return ledger


def hours(*facts: Event) -> dict[datetime, tuple[Any, ...]]:
    """Notified, fetched, listed, missing and best pass by hour."""
    rows = known(ledger_of(*facts).hours)
    return {row["hour"]: column([row], "notified", "fetched", "listed", "missing", "pass")[0] for row in rows}


def test_a_call_no_listing_had_missed_was_notified() -> None:
    assert hours(completed(a_call(NINE + QUARTER))) == {NINE: (1, 1, None, 0, None)}


def test_an_hour_begins_with_its_first_moment() -> None:
    assert set(hours(completed(a_call(TEN)), completed(a_call(TEN - EARLY, SECOND)))) == {NINE, TEN}


def test_a_call_a_listing_had_missed_is_found_but_was_not_notified() -> None:
    before = missing((NINE, ONE_CALL, 1))

    assert hours(before) == {NINE: (0, 0, None, 1, None)}
    assert hours(before, completed(a_call(NINE))) == {NINE: (0, 1, None, 0, None)}


def test_a_missing_revision_is_found_by_itself_or_a_higher_one_and_not_by_a_lower() -> None:
    facts = [completed(a_call(NINE, revision=1)), missing((NINE, ONE_CALL, 3))]

    still, found, passed = (ledger_of(*facts, revised(a_call(NINE, revision=revision))) for revision in (2, 3, 4))

    assert [len(known(ledger.missing)) for ledger in (still, found, passed)] == [1, 0, 0]
    assert column(known(still.hours), "fetched", "missing") == [(1, 1)]
    assert column(known(found.hours), "fetched", "missing") == [(1, 0)]


def test_what_is_missing_counts_where_it_was_listed_even_if_the_record_says_another_hour() -> None:
    assert hours(missing((NINE, ONE_CALL, 1)), completed(a_call(TEN))) == {TEN: (0, 1, None, 0, None)}


def test_a_revision_moves_its_call_to_the_hour_it_says() -> None:
    assert hours(completed(a_call(NINE)), revised(a_call(TEN, revision=2))) == {TEN: (1, 1, None, 0, None)}


def test_the_highest_revision_counts_when_it_comes_to_what_is_missing() -> None:
    ledger = ledger_of(completed(a_call(NINE, revision=5)), revised(a_call(NINE, revision=2)))

    assert ledger.calls == {ONE_CALL.int: Known(instant(NINE), 5, notified=True)}
    assert ledger.moved == {ONE_CALL.int}


def test_a_call_that_arrived_while_it_was_being_listed_is_not_missing() -> None:
    arrived = completed(a_call(NINE, revision=2))

    assert hours(arrived, missing((NINE, ONE_CALL, 2)))[NINE][3] == 0
    assert hours(arrived, missing((NINE, ONE_CALL, 1)))[NINE][3] == 0
    assert hours(arrived, missing((NINE, ONE_CALL, 3)))[NINE][3] == 1


def test_a_call_missed_again_is_missing_once_and_since_the_first_time() -> None:
    ledger = ledger_of(missing((NINE, ONE_CALL, 1), at=ELEVEN), missing((NINE, ONE_CALL, 1), at=day(3)))

    assert column(known(ledger.missing), "revision", "missing_since") == [(1, ELEVEN)]
    assert column(known(ledger.hours), "missing") == [1]
    assert [row[-2] for book in (ledger.missing, ledger.hours) for row in book.rows()] == [1, 1]


def test_a_higher_revision_missed_takes_the_place_of_the_lower_one() -> None:
    ledger = ledger_of(missing((NINE, ONE_CALL, 1)), missing((TEN, ONE_CALL, 2), at=day(3)))

    assert column(known(ledger.missing), "revision", "started_at", "missing_since") == [(2, TEN, ELEVEN)]
    assert column(known(ledger.hours), "hour", "missing") == [(TEN, 1)]


def test_one_call_known_does_not_hide_that_the_next_is_missing() -> None:
    twice = missing((NINE, ONE_CALL, 1), (NINE, SECOND, 1))

    assert hours(completed(a_call(NINE)), twice)[NINE] == (1, 1, None, 1, None)
    assert hours(missing((NINE, ONE_CALL, 1)), twice)[NINE][3] == 2


def test_a_listing_counts_its_hours_from_the_first_on() -> None:
    found = hours(listing(NINE, ELEVEN, 4, 0))

    assert found == {NINE: (0, 0, 4, 0, "HOURLY"), TEN: (0, 0, 0, 0, "HOURLY")}


def test_the_newest_listing_counts_and_the_best_pass_stays() -> None:
    found = hours(
        listing(NINE, TEN, 4, kind=Pass.FIRST), listing(NINE, TEN, 5, kind=Pass.CLOSING), listing(NINE, TEN, 6)
    )

    assert found == {NINE: (0, 0, 6, 0, "CLOSING")}


def test_a_part_of_an_hour_covers_nothing_and_counts_only_where_the_whole_was_never_listed() -> None:
    assert hours(listing(NINE, NINE + QUARTER, 3)) == {NINE: (0, 0, 3, 0, None)}
    assert hours(listing(NINE, TEN, 5), listing(NINE, TEN - EARLY, 3)) == {NINE: (0, 0, 5, 0, "HOURLY")}
    assert hours(listing(NINE + EARLY, TEN, 3)) == {NINE: (0, 0, 3, 0, None)}


def test_calls_are_watched_since_the_first_hour_listed_and_were_listed_last_at_the_newest_reading() -> None:
    ledger = ledger_of(listing(TEN, ELEVEN, 1), listing(NINE + QUARTER, TEN, 1, at=day(9)), listing(TEN, ELEVEN, 1))

    assert column(known(ledger.watch), "covered_since", "listed_at") == [(NINE, day(9))]
    assert column(known(ledger_of(listing(TEN, ELEVEN, 1), assigned(TEN)).watch), "listed_at") == [ELEVEN]


def test_the_hours_facts_bear_upon_are_looked_up() -> None:
    facts = [completed(a_call(NINE + QUARTER)), missing((TEN, SECOND, 1)), listing(NINE, day(2, 12), 1, 2, 3)]

    found = list(coverage._hours_of([*facts, assigned(NINE)]))

    assert found == [instant(each) for each in (NINE, TEN, NINE, TEN, ELEVEN)]


def row(hour: datetime, best: Pass | None = Pass.HOURLY, lacking: int = 0) -> HourRow:
    return HourRow(hour, 1, 1, 1, lacking, best)


NOT_LISTED, LACKING = GapReason.NOT_LISTED, GapReason.CALLS_MISSING


def test_an_hour_nothing_was_heard_of_or_that_none_covered_whole_is_a_gap() -> None:
    assert gaps_of([row(TEN)], NINE, ELEVEN) == [Gap(NINE, TEN, NOT_LISTED)]
    assert gaps_of([row(NINE, None), row(TEN)], NINE, ELEVEN) == [Gap(NINE, TEN, NOT_LISTED)]


def test_hours_covered_whole_are_none() -> None:
    assert gaps_of([row(NINE), row(TEN)], NINE, ELEVEN) == []
    assert gaps_of([], NINE, NINE) == []


def test_neighbours_of_one_reason_are_one_gap_and_others_are_apart() -> None:
    twelve, one, two = (day(2, hour) for hour in (12, 13, 14))
    found = gaps_of([row(ELEVEN, lacking=2), row(twelve), row(two)], NINE, two + HOUR)

    assert found == [Gap(NINE, ELEVEN, NOT_LISTED), Gap(ELEVEN, twelve, LACKING), Gap(one, two, NOT_LISTED)]


def test_gaps_of_one_reason_with_a_covered_hour_between_are_two() -> None:
    assert gaps_of([row(TEN)], NINE, day(2, 12)) == [Gap(NINE, TEN, NOT_LISTED), Gap(ELEVEN, day(2, 12), NOT_LISTED)]


def test_an_hour_is_named_by_its_first_moment_in_utc() -> None:
    at = datetime.fromisoformat("2026-01-02T11:42:07.000009+01:30")

    assert hour_of(at) == NINE + HOUR
    assert hour_of(at).tzinfo is NINE.tzinfo


def test_an_hour_as_read_has_a_word_for_its_best_pass() -> None:
    assert HourRow.of((NINE, 1, 2, None, 3, "DAILY")) == HourRow(NINE, 1, 2, None, 3, Pass.DAILY)
    assert HourRow.of((NINE, 1, 2, 4, 3, None)).best is None
