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
from app.domain.events.telephony import Call, CallCompleted, Leg, Party, PartyKind
from app.domain.ids import CallId, LogRowId, UserId
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

    assert erasure.own_numbers(facts, ANNA) == {OWN.value: OWN.subject}
    assert erasure.own_numbers(facts, BERT) == {}


def test_who_is_called_is_known_by_the_number_that_was_called() -> None:
    assert erasure.own_numbers([row(ANNA, "ByotIn", OTHER, OWN)], ANNA) == {OWN.value: OWN.subject}


def test_two_numbers_that_are_a_persons_own_values_are_both_found() -> None:
    both = [Personal.of_user(ANNA, number) for number in ("+49301", "+49302")]
    facts = [row(ANNA, "user_out", number, OTHER) for number in both]

    assert erasure.own_numbers(facts, ANNA) == {"+49301": f"user/{ANNA}", "+49302": f"user/{ANNA}"}


def test_a_number_given_on_is_bound_to_who_has_it_now_whether_they_call_or_are_called() -> None:
    own, other = (Personal.alone(number) for number in ("+49301", "+4340998"))
    out, called, nobodys = (
        row(user, kind, *sides).call
        for user, kind, sides in (
            (ANNA, "user_out", (own, other)),
            (ANNA, "ByotIn", (other, own)),
            (None, "user_out", (own, other)),
        )
    )
    hers = Personal.of_user(ANNA, "+49301")

    assert [erasure.own_number(call) for call in (out, called, nobodys)] == ["+49301", "+49301", None]
    assert erasure.bound_to_user(out) == out.model_copy(update={"caller": hers})
    assert erasure.bound_to_user(called) == called.model_copy(update={"callee": hers})
    assert erasure.bound_to_user(nobodys) == nobodys
    assert erasure.bound_to_user(erasure.bound_to_user(out)) == erasure.bound_to_user(out)


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


def test_all_names_the_log_ever_had_of_a_user_are_found_also_as_organiser_of_a_call() -> None:
    def a_party(label: str | None, user: UserId = ANNA) -> Party:
        personal = None if label is None else Personal("x", label)
        return Party(kind=PartyKind.USER, user=user, directory=None, label=personal)

    def a_call(*parties: Party, organiser: Party | None) -> CallCompleted:
        legs = tuple(Leg(party=each, started_at=MONDAY, ended_at=TUESDAY, failed=False) for each in parties)
        content = Call(
            call=CallId(UUID(int=2)),
            revision=1,
            kind="groupCall",
            modalities=(),
            started_at=MONDAY,
            ended_at=TUESDAY,
            organiser=organiser,
            legs=legs,
            test=False,
        )
        return CallCompleted(happened_at=MONDAY, call=content)

    named = profile().model_copy(
        update={"display_name": Personal("x", "Anna"), "user_principal_name": Personal("x", "anna@contoso.example")}
    )
    others = UserDiscovered(happened_at=MONDAY, user=BERT, created_at=None, enabled=True, profile=named)
    facts = [
        ProfileChanged(happened_at=MONDAY, user=ANNA, profile=named),
        others.model_copy(update={"profile": named.model_copy(update={"display_name": Personal("x", "Bert")})}),
        a_call(a_party("Anna at home"), a_party("Bert", BERT), organiser=a_party("Anna the host")),
        a_call(a_party(None), organiser=None),
        a_call(organiser=Party(kind=PartyKind.USER, user=ANNA, directory=None, label=Personal.gone("x", "gone"))),
    ]

    assert erasure.names_of(facts, ANNA) == {"Anna", "anna@contoso.example", "Anna at home", "Anna the host"}
