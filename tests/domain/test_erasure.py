"""Whose a number is, how names are spelt, what of a number may stay, and a seat that goes on without a name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain import erasure
from app.domain.events.charging import PstnCall, PstnCallCharged
from app.domain.events.licensing import ProfileChanged, UserDiscovered
from app.domain.events.persons import ErasureGround, UserErased
from app.domain.ids import LogRowId, UserId
from app.domain.personal import Personal
from app.domain.seat import replay, sight
from tests.domain.given import ANNA, MONDAY, TUESDAY, profile, seen

BERT = UserId(UUID(int=0xBE))
OWN, MAIN, OTHER = (Personal(f"x/{number}", number) for number in ("+49301234567", "+49300", "+4340998"))


def row(user: UserId | None, kind: str, caller: Personal, callee: Personal) -> PstnCallCharged:
    values: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    values |= {"row": LogRowId(UUID(int=1)), "user": user, "kind": kind, "began_at": MONDAY}
    return PstnCallCharged(happened_at=MONDAY, call=PstnCall(**values | {"caller": caller, "callee": callee}))


def erased() -> UserErased:
    found = UserDiscovered(happened_at=MONDAY, user=ANNA, created_at=None, enabled=True, profile=profile())
    (fact,) = erasure.erase(replay([found]), ANNA, ["b", "a"], ground=ErasureGround.OBJECTED, by=None, at=TUESDAY)
    assert isinstance(fact, UserErased)
    return fact


def test_a_number_is_a_persons_own_where_nobody_else_calls_or_is_called_by_it() -> None:
    facts = [
        row(ANNA, "user_out", OWN, OTHER),
        row(ANNA, "user_out", MAIN, OTHER),
        row(BERT, "user_out", MAIN, OTHER),
        row(BERT, "user_out", MAIN, OWN),
        row(ANNA, "of no known way", OTHER, OTHER),
    ]

    assert erasure.own_numbers(facts, ANNA) == {OWN.subject: OWN.value}
    assert erasure.own_numbers(facts, BERT) == {}


def test_who_is_called_is_known_by_the_number_that_was_called() -> None:
    assert erasure.own_numbers([row(ANNA, "ByotIn", OTHER, OWN)], ANNA) == {OWN.subject: OWN.value}


def test_of_a_number_stays_what_prices_tell_apart_and_never_enough_to_guess_the_rest() -> None:
    assert erasure.told_of("+49301234567", 4) == "+4930***"
    assert erasure.told_of("+49301234567", 7) == "+4930123***"
    assert erasure.told_of("+49301234567", 8) is None
    assert erasure.told_of("+49301234567", 0) is None
    assert erasure.told_of("anonymous", 4) is None


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_a_name_is_looked_for_as_it_is_and_in_small_letters(name: str) -> None:
    assert {name, name.lower()} <= erasure.spellings(name)


def test_a_number_is_looked_for_as_programs_write_it() -> None:
    assert {"+49301", "tel:+49301", "0049301"} <= erasure.spellings("+49301")


def test_a_person_is_erased_once() -> None:
    fact = erased()
    again = erasure.erase(replay([fact]), ANNA, ["c"], ground=ErasureGround.REQUESTED, by=None, at=TUESDAY)

    assert (fact.subjects, fact.ground, again) == (("a", "b"), ErasureGround.OBJECTED, [])


def test_a_seat_goes_on_without_a_name_and_other_changes_are_still_facts() -> None:
    found = UserDiscovered(happened_at=MONDAY, user=ANNA, created_at=None, enabled=True, profile=profile())
    seat = replay([found, erased()])

    same = sight(seat, seen(at=TUESDAY + timedelta(days=1)))
    moved = sight(seat, seen(at=TUESDAY + timedelta(days=1), department="Ops"))

    assert same == []
    (changed,) = moved
    assert isinstance(changed, ProfileChanged)
    assert (changed.profile.display_name, changed.profile.department) == (None, "Ops")
