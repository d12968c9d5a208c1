"""What facts are seen from: directory and time zone as they stood at each position."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from app.projections.bearings import NOWHERE, Bearings
from tests.projections.story import ANNA, ELSEWHERE, HOME, call, day, leg, party

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
MOVED = Bearings(homes=((3, HOME), (7, ELSEWHERE)), zones=((2, BERLIN), (5, TOKYO)))


def test_a_directory_is_home_from_the_position_that_told_it() -> None:
    assert [MOVED.home_at(position) for position in (2, 3, 6, 7)] == [NOWHERE, HOME, HOME, ELSEWHERE]


def test_a_zone_holds_from_the_position_that_told_it_and_before_it_is_utc() -> None:
    assert [MOVED.zone_at(position).key for position in (1, 2, 4, 5)] == ["UTC", BERLIN.key, BERLIN.key, TOKYO.key]


def test_without_consent_no_user_of_a_named_directory_is_the_tenants_own() -> None:
    assert not MOVED.is_own(party(ANNA), 2)


def test_a_user_is_own_who_is_of_the_home_directory_or_of_none_named() -> None:
    assert MOVED.is_own(party(ANNA), 3)
    assert not MOVED.is_own(party(ANNA), 7)
    assert MOVED.is_own(party(ANNA, ELSEWHERE), 7)
    assert MOVED.is_own(party(ANNA, None), 3)
    assert not MOVED.is_own(party(None), 3)


def test_the_parties_of_a_call_are_those_of_its_position() -> None:
    bearings = Bearings()
    one, two = call(leg(party(ANNA), day(1), 5)), call(leg(party(None), day(1), 5))

    found = [bearings.parties(1, one), bearings.parties(2, two), bearings.parties(1, one)]

    assert [[each.user for each in parties] for parties in found] == [[ANNA], [None], [ANNA]]
    assert found[2] is found[0]
