"""Who a user was on any day, by what was known when."""

from __future__ import annotations

from datetime import datetime

from app.domain.events import Event
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    Confidence,
    KindSource,
    Profile,
    ProfileChanged,
    UserDeleted,
    UserKind,
)
from app.domain.personal import Personal
from app.projections import user_listing, users
from tests.projections.folding import column, facts_of, known, now, told
from tests.projections.story import ANNA, BERT, assigned, day, discovered, profile


def moved(at: datetime, department: str = "Ops") -> Event:
    return ProfileChanged(happened_at=at, user=ANNA, profile=profile("Anna", department))


def disabled(at: datetime) -> Event:
    return AccountDisabled(happened_at=at, user=ANNA)


def enabled(at: datetime) -> Event:
    return AccountEnabled(happened_at=at, user=ANNA)


def test_everything_the_directory_said_of_a_user_stands_in_its_column() -> None:
    whole = Profile(
        display_name=Personal("user/x", "Room 1"),
        user_principal_name=Personal("user/x", "room1@contoso.example"),
        kind=UserKind.ROOM,
        department="Sales",
        company="Contoso AG",
        cost_centre="4711",
        country="DE",
        usage_location="AT",
        kind_source=KindSource.PRODUCT,
        kind_confidence=Confidence.LOW,
    )

    (row,) = now(users.PROJECTION, discovered(day(2), created_at=day(1)).model_copy(update={"profile": whole}))

    assert {name: value for name, value in row.items() if not name.startswith("valid_")} == {
        "user_id": ANNA,
        "display_name": "Room 1",
        "user_principal_name": "room1@contoso.example",
        "kind": "ROOM",
        "enabled": True,
        "department": "Sales",
        "company": "Contoso AG",
        "cost_centre": "4711",
        "country": "DE",
        "usage_location": "AT",
        "created_at": day(1),
        "deleted": False,
        "kind_source": "PRODUCT",
        "kind_confidence": "LOW",
        "disabled_since": None,
    }


def test_what_was_not_said_is_none() -> None:
    (row,) = now(users.PROJECTION, discovered(day(2), name=None, department=None, created_at=None))

    names = ("display_name", "department", "created_at", "kind_source", "kind_confidence")
    assert [row[name] for name in names] == [None] * len(names)


def test_a_change_of_profile_keeps_when_the_account_was_created_disabled_and_deleted() -> None:
    gone = UserDeleted(happened_at=day(6), user=ANNA)

    rows = now(users.PROJECTION, discovered(day(2)), disabled(day(4)), gone, moved(day(8)))

    names = ("valid_from", "department", "enabled", "disabled_since", "deleted", "created_at")
    assert column(rows, *names) == [
        (day(2), "Sales", True, None, False, day(-900)),
        (day(4), "Sales", False, day(4), False, day(-900)),
        (day(6), "Sales", False, day(4), True, day(-900)),
        (day(8), "Ops", False, day(4), True, day(-900)),
    ]


def test_before_their_discovery_nothing_is_known_of_a_user() -> None:
    assert now(users.PROJECTION, moved(day(2)), disabled(day(3)), enabled(day(3)), assigned(day(3))) == []


def test_an_account_disabled_is_so_since_the_first_time_and_one_enabled_no_more() -> None:
    again = now(users.PROJECTION, discovered(day(2)), disabled(day(4)), disabled(day(6)))
    over = now(users.PROJECTION, discovered(day(2)), disabled(day(4)), enabled(day(6)))

    assert column(again, "valid_from", "enabled", "disabled_since") == [
        (day(2), True, None),
        (day(4), False, day(4)),
    ]
    assert column(over, "valid_from", "enabled", "disabled_since")[2:] == [(day(6), True, None)]


def test_that_an_account_was_disabled_earlier_still_may_be_learned_last() -> None:
    rows = now(users.PROJECTION, discovered(day(2)), disabled(day(6)), disabled(day(4)))

    assert column(rows, "valid_from", "disabled_since") == [(day(2), None), (day(4), day(4))]


def test_who_is_discovered_disabled_has_been_so_since_then_or_since_it_was_known_before() -> None:
    once = now(users.PROJECTION, discovered(day(2), enabled=False))
    twice = now(users.PROJECTION, discovered(day(2), enabled=False), discovered(day(8), enabled=False, name="Ann"))

    assert column(once, "enabled", "disabled_since") == [(False, day(2))]
    assert column(twice, "display_name", "disabled_since") == [("Anna", day(2)), ("Ann", day(2))]


def test_a_user_deleted_and_there_again_is_no_longer_deleted() -> None:
    rows = now(users.PROJECTION, discovered(day(2)), UserDeleted(happened_at=day(4), user=ANNA), discovered(day(6)))

    assert column(rows, "valid_from", "deleted") == [(day(2), False), (day(4), True), (day(6), False)]


def test_each_user_has_rows_of_their_own_and_the_past_stays_known_as_it_was() -> None:
    book = told(users.PROJECTION, discovered(day(2)), discovered(day(2), BERT), moved(day(8)))

    assert column(known(book, 2), "user_id", "department") == sorted([(ANNA, "Sales"), (BERT, "Sales")])
    assert len(known(book)) == 3


def test_a_row_without_ground_for_the_kind_has_the_usual_one_of_that_kind() -> None:
    row = (ANNA, "Anna", None, "ROOM", True, *[None] * 6, False)

    usual, told_so = users.row_of((*row, None, None, None)), users.row_of((*row, "ASSUMED", "LOW", None))

    assert (usual.kind, usual.kind_source, usual.kind_confidence) == (
        UserKind.ROOM,
        KindSource.PRODUCT,
        Confidence.HIGH,
    )
    assert (told_so.kind_source, told_so.kind_confidence) == (KindSource.ASSUMED, Confidence.LOW)


def test_a_text_searched_for_is_taken_as_it_is_written() -> None:
    assert user_listing._containing("50%_\\") == "%50\\%\\_\\\\%"


def test_all_users_of_a_batch_are_looked_up() -> None:
    looked_up = users.PROJECTION.looked_up(facts_of(discovered(day(1)), discovered(day(1), BERT)))

    assert looked_up == {"user_id": {ANNA.int, BERT.int}}
