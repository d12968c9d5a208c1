"""Revisions of a call record, and what a call counts for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.domain import call as calls
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Leg, Party, PartyKind
from app.domain.ids import CallId, DirectoryId, UserId
from app.domain.personal import Personal
from app.domain.sightings import CallSighting
from app.domain.telephony import Direction, direction_of, has_failed, local_day, participants_of
from tests.domain.given import ANNA, BERT, CONTOSO, FABRIKAM

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def user(user: UserId = ANNA, directory: DirectoryId | None = CONTOSO) -> Party:
    return Party(kind=PartyKind.USER, user=user, directory=directory, label=None)


def other(kind: PartyKind, label: str | None = None) -> Party:
    return Party(kind=kind, user=None, directory=None, label=None if label is None else Personal.alone(label))


def leg(party: Party, since: int = 0, until: int = 30, *, failed: bool = False) -> Leg:
    """Minutes after ten."""
    begin, end = TEN + timedelta(minutes=since), TEN + timedelta(minutes=until)
    return Leg(party=party, started_at=begin, ended_at=end, failed=failed)


def a_call(*legs: Leg, **changed: Any) -> Call:
    whole: dict[str, Any] = {
        "call": CallId(UUID(int=1)),
        "revision": 1,
        "kind": "groupCall",
        "modalities": ("audio",),
        "started_at": TEN,
        "ended_at": TEN + timedelta(hours=1),
        "organiser": None,
        "legs": legs,
        "test": False,
    }
    return Call(**(whole | changed))


def sighting(call: Call) -> CallSighting:
    return CallSighting(call, TEN + timedelta(hours=2))


def test_a_call_is_completed_at_its_start_when_first_seen() -> None:
    call = a_call(leg(user()))

    facts = calls.sight(calls.NO_CALL, sighting(call))

    assert facts == [CallCompleted(happened_at=TEN, call=call)]


def test_the_same_revision_again_adds_nothing_and_neither_does_a_lower_one() -> None:
    known = calls.replay([CallCompleted(happened_at=TEN, call=a_call(revision=2))])

    assert calls.sight(known, sighting(a_call(revision=2))) == []
    assert calls.sight(known, sighting(a_call(revision=1))) == []


def test_a_higher_revision_replaces_the_call_whole() -> None:
    known = calls.replay([CallCompleted(happened_at=TEN, call=a_call(leg(user()), leg(user(BERT))))])
    fewer = a_call(leg(user()), revision=3)

    facts = calls.sight(known, sighting(fewer))

    assert facts == [CallRevised(happened_at=TEN, call=fewer)]
    assert calls.replay([CallCompleted(happened_at=TEN, call=a_call()), *facts]).revision == 3


@pytest.mark.parametrize(
    ("parties", "direction"),
    [
        ([user(), user(BERT)], Direction.INTERNAL),
        ([user(), user(BERT, None)], Direction.INTERNAL),
        ([user(), other(PartyKind.RESOURCE_ACCOUNT, "Main queue")], Direction.INTERNAL),
        ([user(), other(PartyKind.APPLICATION)], Direction.INTERNAL),
        ([user(), other(PartyKind.ON_PREMISES)], Direction.INTERNAL),
        ([user(), user(BERT, FABRIKAM)], Direction.EXTERNAL),
        ([user(), other(PartyKind.GUEST, "Visitor")], Direction.EXTERNAL),
        ([user(), other(PartyKind.COMMUNICATION_SERVICES)], Direction.EXTERNAL),
        ([user(), other(PartyKind.UNKNOWN)], Direction.EXTERNAL),
        ([user(), other(PartyKind.PHONE, "+491234567")], Direction.PSTN),
        ([user(BERT, FABRIKAM), other(PartyKind.PHONE, "+491234567")], Direction.PSTN),
        ([], Direction.INTERNAL),
    ],
)
def test_the_direction_of_a_call_follows_from_who_took_part(parties: list[Party], direction: Direction) -> None:
    assert direction_of(a_call(*(leg(party) for party in parties)), CONTOSO) is direction


def test_a_telephone_that_only_organised_makes_the_call_pstn() -> None:
    call = a_call(leg(user()), organiser=other(PartyKind.PHONE, "+491234567"))

    assert direction_of(call, CONTOSO) is Direction.PSTN


def test_overlapping_legs_of_one_user_count_once() -> None:
    call = a_call(leg(user(), 0, 20), leg(user(), 15, 30), leg(user(), 40, 45))

    (participant,) = participants_of(call)

    assert participant.seconds == 35 * 60
    assert (participant.joined_at, participant.left_at) == (TEN, TEN + timedelta(minutes=45))
    assert participant.key == str(ANNA)


def test_those_who_are_no_users_are_keyed_by_kind_and_order_of_joining() -> None:
    call = a_call(
        leg(other(PartyKind.PHONE, "+49222"), 5, 6),
        leg(other(PartyKind.GUEST, "Visitor"), 2, 30),
        leg(other(PartyKind.PHONE, "+49111"), 1, 4),
        leg(user(), 0, 30),
        leg(other(PartyKind.PHONE, "+49111"), 8, 9),
    )

    participants = participants_of(call)

    assert [(each.key, each.seconds) for each in participants] == [
        (str(ANNA), 1800),
        ("phone/1", 240),
        ("guest/1", 1680),
        ("phone/2", 60),
    ]


def test_the_leg_that_tells_most_describes_the_user() -> None:
    call = a_call(leg(user(BERT, None), 0, 5), leg(user(BERT, FABRIKAM), 5, 10))

    (participant,) = participants_of(call)

    assert participant.directory == FABRIKAM


def test_a_participant_failed_if_each_of_their_legs_did() -> None:
    call = a_call(
        leg(user(), 0, 1, failed=True),
        leg(user(), 1, 30),
        leg(user(BERT), 0, 1, failed=True),
        leg(other(PartyKind.UNKNOWN), 0, 0),
    )

    assert [each.failed for each in participants_of(call)] == [True, True, False]
    assert [each.kind for each in participants_of(call)] == [PartyKind.UNKNOWN, PartyKind.USER, PartyKind.USER]


@pytest.mark.parametrize(
    ("legs", "failed"),
    [
        ([leg(user()), leg(user(BERT), failed=True)], False),
        ([leg(user(), failed=True), leg(user(BERT), failed=True)], True),
        ([leg(user(), 0, 0), leg(user(BERT), failed=True)], True),
        ([], True),
    ],
)
def test_a_call_failed_if_no_leg_carried_anything(legs: list[Leg], failed: bool) -> None:
    assert has_failed(a_call(*legs)) is failed


def test_a_call_counts_on_the_tenants_day_of_its_start() -> None:
    call = a_call(started_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))

    assert local_day(call, ZoneInfo("UTC")) == date(2026, 11, 22)
    assert local_day(call, ZoneInfo("Europe/Berlin")) == date(2026, 11, 23)
