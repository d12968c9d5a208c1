"""Calls, who took part in them, what they add to their users' days, and for how long their details are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.events import Event
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.events.telephony import CallCompleted, CallRevised, PartyKind
from app.domain.ids import CallId
from app.domain.retention import DEFAULT_DAYS
from app.domain.stand_ins import stand_in
from app.domain.telephony import Direction
from app.projections import call_participants, call_retention, calls
from app.projections.bearings import Bearings
from app.projections.call_usage import DAYS, USAGE, Usage, project, usage_of
from app.projections.call_usage_shares import Share, share_of
from app.projections.reading import OPEN
from app.projections.versioned import Book
from tests.projections.folding import at_home, column, facts_of, known, now, told
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    ELSEWHERE,
    HOME,
    ONE_CALL,
    assigned,
    call,
    completed,
    day,
    leg,
    named,
    party,
    revised,
)

NOON = day(2, 12)
TODAY = NOON.date()
SECOND = CallId(named("second"))
PHONE = party(None, number="+49 1")


def test_a_call_is_one_row_and_everything_told_of_it_stands_in_its_column() -> None:
    content = call(leg(party(ANNA), NOON, 30), leg(PHONE, NOON, 10), leg(party(ANNA), NOON, 5), revision=4)

    (row,) = now(calls.PROJECTION, completed(content))

    assert row == {
        "call_id": ONE_CALL,
        "revision": 4,
        "kind": "groupCall",
        "modalities": ("audio",),
        "started_at": NOON,
        "ended_at": day(2, 12) + timedelta(minutes=30),
        "direction": "pstn",
        "organiser_id": ANNA,
        "participants": 2,
        "test": False,
        "failed": False,
    }


def test_a_revision_replaces_the_call_and_what_was_known_before_stays() -> None:
    first = call(leg(party(ANNA), NOON, 30))
    book = told(calls.PROJECTION, completed(first), revised(first.model_copy(update={"revision": 2})), assigned(NOON))

    assert column(known(book, 1), "revision") == [1]
    assert column(known(book), "revision") == [2]


def test_a_call_nobody_organised_has_no_organiser() -> None:
    content = call(leg(party(ANNA), NOON, 30), test=True).model_copy(update={"organiser": None})
    by_phone = content.model_copy(update={"organiser": PHONE})

    assert [now(calls.PROJECTION, completed(each))[0]["organiser_id"] for each in (content, by_phone)] == [None, None]


def test_a_test_call_and_a_failed_one_are_marked() -> None:
    tried = call(leg(party(ANNA), NOON, 30, failed=True), test=True)

    assert column(now(calls.PROJECTION, completed(tried)), "test", "failed") == [(True, True)]


def test_a_call_among_others_is_external_as_seen_from_home() -> None:
    content = call(leg(party(CARL, ELSEWHERE), NOON, 30))

    assert column(now(calls.PROJECTION, completed(content)), "direction") == ["external"]
    at_theirs = Bearings(homes=((0, ELSEWHERE),))
    assert column(now(calls.PROJECTION, completed(content), bearings=at_theirs), "direction") == ["internal"]


def test_calls_as_read_have_words_for_what_is_stored_as_text() -> None:
    read = calls._row((ONE_CALL, 1, "groupCall", ["audio", "video"], NOON, NOON, "pstn", None, 2, False, True))

    assert (read.modalities, read.direction, read.participants, read.failed) == (
        ("audio", "video"),
        Direction.PSTN,
        2,
        True,
    )


def test_calls_are_looked_up_by_their_ids() -> None:
    content = call(leg(party(ANNA), NOON, 30))
    other = completed(call(leg(party(ANNA), NOON, 30), call=SECOND))

    looked_up = calls.PROJECTION.looked_up(facts_of(completed(content), revised(content), other, assigned(NOON)))

    assert looked_up == {"call_id": {ONE_CALL, SECOND}}


def test_each_party_of_a_call_is_a_row_with_the_union_of_its_legs() -> None:
    content = call(
        leg(party(ANNA), NOON, 10), leg(party(ANNA), NOON, 15), leg(PHONE, NOON + timedelta(minutes=1), 2, failed=True)
    )

    rows = now(call_participants.PROJECTION, completed(content), assigned(NOON))

    names = ("user_id", "party_kind", "label", "directory_id", "joined_at", "left_at", "seconds", "failed")
    minute = timedelta(minutes=1)
    assert {tuple(row[name] for name in names) for row in rows} == {
        (ANNA, "user", None, HOME, NOON, NOON + 15 * minute, 900, False),
        (None, "phone", "+49 1", None, NOON + minute, NOON + 3 * minute, 120, True),
    }


def test_a_revision_replaces_the_parties_that_changed_and_keeps_the_others() -> None:
    book = told(
        call_participants.PROJECTION,
        completed(call(leg(party(ANNA), NOON, 10), leg(party(BERT), NOON, 10))),
        revised(call(leg(party(ANNA), NOON, 10), leg(party(BERT), NOON, 20), revision=2)),
    )

    since = {(row[2], row[-2]) for row in book.rows() if row[-1] > 2}
    assert since == {(ANNA, 1), (BERT, 2)}


def test_parties_as_read_have_a_word_for_their_kind() -> None:
    read = call_participants._row((ONE_CALL, "phone/1", None, "phone", "+49 1", None, NOON, NOON, 120, False))

    assert (read.kind, read.label, read.seconds) == (PartyKind.PHONE, "+49 1", 120)


def test_a_call_adds_to_the_day_of_each_of_the_tenants_users() -> None:
    content = call(leg(party(ANNA), NOON, 10), leg(party(CARL, ELSEWHERE), NOON, 10), leg(party(BERT), NOON, 1))

    share = share_of(content, 1, at_home())

    assert (share.day, share.direction) == (TODAY, "external")
    assert dict(zip(share.users, share.seconds, strict=True)) == {ANNA.int: 600, BERT.int: 60}


def test_a_test_call_adds_to_nobodys_day() -> None:
    share = share_of(call(leg(party(ANNA), NOON, 10), test=True), 1, at_home())

    assert (share.users, share.seconds, share.failed) == ((), (), ())


def test_a_call_counts_on_the_customers_own_day() -> None:
    berlin = Bearings(homes=((0, HOME),), zones=((0, ZoneInfo("Europe/Berlin")),))
    late = call(leg(party(ANNA), datetime(2026, 1, 2, 23, 30, tzinfo=UTC), 10))

    assert share_of(late, 1, berlin).day == date(2026, 1, 3)
    assert share_of(late, 1, at_home()).day == date(2026, 1, 2)


def added_up(*facts: CallCompleted | CallRevised) -> tuple[Book, Book]:
    usage, days = Book(USAGE), Book(DAYS)
    shares: dict[CallId, Share] = {}
    added = [
        (position, fact.call.call, share_of(fact.call, position, at_home())) for position, fact in enumerate(facts, 1)
    ]
    project(added, shares, usage, days)
    assert shares == {call: share for _, call, share in added}
    return usage, days


def used(*facts: CallCompleted | CallRevised) -> Book:
    return added_up(*facts)[0]


COUNTED = ("user_id", "day", "direction", "calls", "seconds", "failed_calls")


def test_usage_is_summed_by_user_day_and_direction() -> None:
    book = used(
        completed(call(leg(party(ANNA), NOON, 10), leg(party(BERT), NOON, 2, failed=True))),
        completed(call(leg(party(ANNA), NOON, 5), call=SECOND)),
    )

    assert set(column(known(book), *COUNTED)) == {
        (ANNA, TODAY, "internal", 2, 900, 0),
        (BERT, TODAY, "internal", 1, 120, 1),
    }


def test_a_revision_takes_back_what_the_call_added_before() -> None:
    first = call(leg(party(ANNA), NOON, 10, failed=True), leg(party(BERT), NOON, 2))

    book = used(completed(first), revised(call(leg(party(ANNA), NOON, 5), revision=2)))

    assert column(known(book), *COUNTED) == [(ANNA, TODAY, "internal", 1, 300, 0)]
    assert set(column(known(book, 1), *COUNTED)) == {
        (ANNA, TODAY, "internal", 1, 600, 1),
        (BERT, TODAY, "internal", 1, 120, 0),
    }


def test_a_call_that_turns_out_to_be_of_another_day_leaves_the_first_one() -> None:
    book = used(completed(call(leg(party(ANNA), NOON, 10))), revised(call(leg(party(ANNA), day(3, 12), 10))))

    assert column(known(book), "day", "calls") == [(day(3).date(), 1)]


def days(*facts: CallCompleted | CallRevised, at: int | None = None) -> list[tuple[object, ...]]:
    _, book = added_up(*facts)
    return column(
        known(book) if at is None else known(book, at), "day", "span", "calls", "seconds", "failed_calls", "users"
    )


def test_a_day_has_the_sums_of_its_users_and_counts_each_once() -> None:
    both = call(leg(party(ANNA), NOON, 10), leg(party(BERT), NOON, 2, failed=True))
    by_phone = call(leg(party(ANNA), NOON, 5), leg(PHONE, NOON, 5), call=SECOND)
    told = (completed(both), completed(by_phone), revised(call(leg(party(BERT), NOON, 2), revision=2)))

    assert days(*told, at=1) == [(TODAY, "", 2, 720, 1, 2)]
    assert days(*told, at=2) == [(TODAY, "", 3, 1020, 1, 2)]
    assert days(*told) == [(TODAY, "", 2, 420, 0, 2)]


def test_a_day_whose_last_call_goes_is_gone_and_another_one_begins() -> None:
    told = (completed(call(leg(party(ANNA), NOON, 10))), revised(call(leg(party(ANNA), day(3, 12), 10))))

    assert days(*told, at=1) == [(TODAY, "", 1, 600, 0, 1)]
    assert days(*told) == [(day(3).date(), "", 1, 600, 0, 1)]


def test_a_user_whose_call_changes_its_direction_stays_the_one_user_of_the_day() -> None:
    inside = call(leg(party(ANNA), NOON, 10))
    by_phone = call(leg(party(ANNA), NOON, 10), leg(PHONE, NOON, 5), revision=2)
    _, book = added_up(completed(inside), revised(by_phone))

    assert book.rows() == [(TODAY, "", 1, 600, 0, 1, 1, OPEN)]


def test_people_whose_details_are_gone_are_counted_apart_by_their_month() -> None:
    january, february = (stand_in(month, bytes(12)) for month in ("2026-01", "2026-02"))
    everybody = call(*(leg(party(each), NOON, 1) for each in (ANNA, january, february)))

    assert days(completed(everybody)) == [(TODAY, span, 1, 60, 0, 1) for span in ("", "ca110138", "ca110139")]


def test_sums_as_read_are_whole_numbers() -> None:
    assert usage_of(("Sales", "3", "60", 2, "1")) == Usage("Sales", 3, 60, 2, 1)


def rule(*facts: Event) -> list[tuple[object, ...]]:
    return column(now(call_retention.PROJECTION, *facts), "days", "dropped")


def dropped(month: str) -> CallDetailDropped:
    return CallDetailDropped(happened_at=NOON, month=month, calls=3, days=90)


def kept_for(days: int) -> CallRetentionSet:
    return CallRetentionSet(happened_at=NOON, days=days, by=None)


def test_the_rule_and_the_months_that_are_gone_are_one_row() -> None:
    assert rule(kept_for(90), dropped("2026-03"), dropped("2026-01"), dropped("2026-03")) == [
        (90, ("2026-01", "2026-03"))
    ]


def test_a_month_dropped_under_the_usual_rule_and_another_rule_keep_each_other() -> None:
    assert rule(dropped("2026-01")) == [(DEFAULT_DAYS, ("2026-01",))]
    assert rule(dropped("2026-01"), kept_for(30)) == [(30, ("2026-01",))]
    assert rule(assigned(NOON)) == []
    assert call_retention.PROJECTION.looked_up(facts_of(kept_for(3))) == {}
