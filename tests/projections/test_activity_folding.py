"""What facts prove of who was active when: by source, by day, in gaps, and the newest of each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged
from app.domain.events.licensing import UserSignedIn, Workload, WorkloadUsed
from app.domain.events.telephony import Call, Party, PartyKind
from app.domain.ids import UserId
from app.domain.kept_signs import EVIDENCE, KeptSign
from app.domain.stand_ins import stand_in
from app.domain.standing import Source
from app.projections import activity_gaps, adoption, last_activity, workload_gaps
from app.projections.bearings import Bearings
from app.projections.facts import datetime_of, instant
from app.projections.signs import signs_of
from tests.projections.folding import at_home, facts_of
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    ELSEWHERE,
    HOME,
    assigned,
    call,
    completed,
    day,
    discovered,
    leg,
    party,
    revised,
)
from tests.projections.test_phone_log_tables import charged, logged

HUMAN, TELEPHONE, CONFERENCE = Source.HUMAN, Source.TELEPHONE, Source.CONFERENCE
PHONE = party(None, number="+49 1")
NOON = day(2, 12)


def signs(fact: Event, bearings: Bearings | None = None) -> list[tuple[UserId, Source, datetime]]:
    (told,) = facts_of(fact)
    return list(signs_of(told, bearings or at_home()))


def shown(fact: Event) -> set[tuple[UserId, Source]]:
    return {(user, source) for user, source, _ in signs(fact)}


def of_kind(content: Call, kind: str, *modalities: str, organiser: Party | None = None) -> Event:
    changed = {"kind": kind, "modalities": modalities or ("audio",), "organiser": organiser}
    return completed(content.model_copy(update=changed))


def used(workload: Workload = Workload.TEAMS, user: UserId = ANNA) -> WorkloadUsed:
    return WorkloadUsed(happened_at=NOON, user=user, workload=workload, last_activity_on=NOON.date())


@pytest.mark.parametrize("workload", Workload)
def test_a_workload_used_is_a_sign_of_its_own_and_of_the_person(workload: Workload) -> None:
    assert signs(used(workload)) == [(ANNA, Source(workload.value), NOON), (ANNA, HUMAN, NOON)]


def test_whoever_took_part_in_a_call_was_there_when_they_joined() -> None:
    found = signs(completed(call(leg(party(ANNA), day(2, 9), 5), leg(party(BERT), day(2, 10), 5))))

    assert found == [(ANNA, HUMAN, day(2, 9)), (BERT, HUMAN, day(2, 10))]


def test_failed_legs_test_calls_and_people_of_other_directories_prove_nothing() -> None:
    own, failed, other = (
        leg(party(ANNA), NOON, 5),
        leg(party(BERT), NOON, 5, failed=True),
        leg(party(CARL, ELSEWHERE), NOON, 5),
    )

    assert shown(completed(call(own, failed, other))) == {(ANNA, HUMAN)}
    assert shown(completed(call(failed, other, own))) == {(ANNA, HUMAN)}
    assert shown(revised(call(own))) == {(ANNA, HUMAN)}
    assert shown(completed(call(own, test=True))) == set()


def test_a_telephone_call_takes_a_telephone_licence() -> None:
    found = shown(of_kind(call(leg(party(ANNA), NOON, 5), leg(PHONE, NOON, 5)), "peerToPeer", organiser=party(ANNA)))

    assert found == {(ANNA, HUMAN), (ANNA, TELEPHONE)}


def test_a_queues_call_nobody_organised_takes_a_telephone_licence() -> None:
    assert shown(of_kind(call(leg(party(ANNA), NOON, 5), leg(PHONE, NOON, 5)), "groupCall")) == {
        (ANNA, HUMAN),
        (ANNA, TELEPHONE),
    }


def test_a_meeting_joined_by_telephone_takes_its_organisers_conference_and_nobodys_telephone() -> None:
    meeting = call(leg(party(ANNA), NOON, 5), leg(PHONE, day(2, 13), 5))

    assert signs(of_kind(meeting, "groupCall", organiser=party(BERT))) == [
        (ANNA, HUMAN, NOON),
        (BERT, CONFERENCE, day(2, 13)),
    ]


def test_who_hosts_a_meeting_elsewhere_is_nobodys_conference() -> None:
    meeting = call(leg(party(ANNA), NOON, 5), leg(PHONE, NOON, 5))

    assert shown(of_kind(meeting, "groupCall", organiser=party(BERT, ELSEWHERE))) == {(ANNA, HUMAN)}


def test_a_guest_in_a_meeting_is_no_telephone() -> None:
    guest = Party(kind=PartyKind.GUEST, user=None, directory=None, label=None)
    meeting = call(leg(party(ANNA), NOON, 5), leg(guest, NOON, 5))

    assert shown(of_kind(meeting, "groupCall", organiser=party(ANNA))) == {(ANNA, HUMAN)}


def test_a_telephone_in_a_call_of_two_is_no_conference() -> None:
    pair = call(leg(party(ANNA), NOON, 5), leg(PHONE, NOON, 5))

    assert (ANNA, CONFERENCE) not in shown(of_kind(pair, "peerToPeer", organiser=party(ANNA)))


def test_a_call_with_another_company_takes_a_telephone_if_two_spoke() -> None:
    content = call(leg(party(ANNA), NOON, 5), leg(party(CARL, ELSEWHERE), NOON, 5))

    assert (ANNA, TELEPHONE) in shown(of_kind(content, "peerToPeer", "audio"))
    assert (ANNA, TELEPHONE) not in shown(of_kind(content, "peerToPeer", "video"))
    assert (ANNA, TELEPHONE) not in shown(of_kind(content, "groupCall", "audio"))


def test_a_call_among_colleagues_takes_no_telephone() -> None:
    content = call(leg(party(ANNA), NOON, 5), leg(party(BERT), NOON, 5))

    assert shown(of_kind(content, "peerToPeer", "audio")) == {(ANNA, HUMAN), (BERT, HUMAN)}


def test_a_charged_call_shows_its_user_on_the_telephone() -> None:
    assert signs(charged(NOON)) == [(ANNA, TELEPHONE, NOON), (ANNA, HUMAN, NOON)]


def test_calls_without_length_or_user_show_nothing() -> None:
    assert signs(charged(NOON, seconds=0)) == []
    assert signs(charged(NOON, user=None)) == []
    assert shown(charged(NOON, seconds=None)) == {(ANNA, TELEPHONE), (ANNA, HUMAN)}


def test_a_forwarded_call_takes_the_licence_and_shows_nobody() -> None:
    assert shown(charged(NOON, kind="user_out_forwarding")) == {(ANNA, TELEPHONE)}


@pytest.mark.parametrize("kind", ["conf_in", "user_out_conf"])
def test_a_conferences_row_names_its_organiser_who_need_not_have_been_there(kind: str) -> None:
    assert shown(charged(NOON, kind=kind)) == {(ANNA, CONFERENCE)}
    assert shown(charged(NOON, kind=kind, seconds=0)) == set()
    assert shown(charged(NOON, kind=kind, user=None)) == set()


def test_a_call_over_a_trunk_counts_unless_it_is_said_to_have_failed() -> None:
    def attempt(**changed: Any) -> Event:
        fact = logged(NOON)
        return DirectRoutingCallLogged(happened_at=NOON, call=fact.call.model_copy(update=changed))

    assert shown(attempt(successful=None)) == {(ANNA, TELEPHONE), (ANNA, HUMAN)}
    assert shown(attempt(successful=True)) == {(ANNA, TELEPHONE), (ANNA, HUMAN)}
    assert shown(attempt(successful=False)) == set()


def test_other_facts_show_nothing() -> None:
    assert signs(assigned(NOON)) == []


def kept(source: str) -> KeptSign:
    return KeptSign(happened_at=NOON, user=ANNA, source=source, on=date(2026, 1, 2))


def test_of_a_call_whose_details_are_gone_the_day_is_left() -> None:
    berlin = Bearings(homes=((0, HOME),), zones=((1, ZoneInfo("Europe/Berlin")),))

    assert signs(kept("human"), berlin) == [(ANNA, HUMAN, datetime(2026, 1, 1, 23, tzinfo=UTC))]
    assert signs(kept(EVIDENCE)) == []


STAND_IN = stand_in("2026-01", bytes(12))
"""In place of somebody in a month whose call details are gone."""


def test_who_stands_in_for_somebody_shows_no_sign_of_life() -> None:
    assert signs(completed(call(leg(party(STAND_IN), NOON, 5), leg(party(BERT), NOON, 5)))) == [(BERT, HUMAN, NOON)]
    assert signs(charged(NOON, user=STAND_IN)) == []
    assert gap_sightings(completed(call(leg(party(STAND_IN), NOON, 5)))) == []


def test_what_is_left_of_a_call_is_evidence_of_its_day_and_no_other_source_is() -> None:
    assert gap_sightings(kept(EVIDENCE), kept("human")) == [(1, "EVIDENCE", day(2))]
    assert newest(kept(EVIDENCE), kept("telephone")) == {"call": (day(2), 1)}


def sign_in(**stamps: datetime) -> UserSignedIn:
    given = dict.fromkeys(("interactive", "non_interactive", "successful")) | stamps
    return UserSignedIn(happened_at=max(stamps.values()), user=ANNA, **given)


def gap_sightings(*facts: Event, learned_at: datetime = NOON) -> list[tuple[int, str, datetime | None]]:
    found = list(activity_gaps.project(facts_of(*facts, at=learned_at), at_home()))
    assert {(key[0], learned) for _, key, _, learned in found} <= {(ANNA.int, instant(learned_at))}
    return [(position, key[1], None if at is None else datetime_of(at)) for position, key, at, _ in found]


def test_only_a_successful_sign_in_is_evidence_the_others_are_attempts() -> None:
    found = gap_sightings(sign_in(interactive=day(1), non_interactive=day(2)), sign_in(successful=day(3)))

    assert found == [(1, "WEAK", day(1)), (1, "WEAK", day(2)), (2, "EVIDENCE", day(3))]


def test_a_workload_and_a_call_are_evidence_and_a_discovery_begins_both_gaps() -> None:
    found = gap_sightings(used(), completed(call(leg(party(ANNA), day(2, 9), 5))), discovered(day(3)))

    assert found == [(1, "EVIDENCE", NOON), (2, "EVIDENCE", day(2, 9)), (3, "EVIDENCE", None), (3, "WEAK", None)]


def test_a_call_that_failed_or_was_a_test_is_no_evidence() -> None:
    failed = completed(call(leg(party(ANNA), NOON, 5, failed=True)))
    tried = completed(call(leg(party(ANNA), NOON, 5), test=True))
    foreign = completed(call(leg(party(ANNA, ELSEWHERE), NOON, 5)))

    assert gap_sightings(failed, tried, foreign) == []


def test_gaps_by_source_begin_with_the_person_and_follow_the_signs() -> None:
    found = list(workload_gaps.project(facts_of(discovered(day(1)), used(), at=day(5)), at_home()))

    assert found == [
        (1, (ANNA.int, "human"), None, instant(day(5))),
        (2, (ANNA.int, "teams"), instant(NOON), instant(day(5))),
        (2, (ANNA.int, "human"), instant(NOON), instant(day(5))),
    ]


def newest(*facts: Event) -> dict[str, tuple[datetime, int]]:
    found = last_activity.project(facts_of(*facts), at_home())
    assert {user for user, _ in found} <= {ANNA.int}
    return {source: (datetime_of(at), position) for (_, source), (at, position) in found.items()}


def test_each_source_keeps_its_newest_and_the_position_that_first_told_it() -> None:
    found = newest(
        sign_in(interactive=day(3), non_interactive=day(2)),
        sign_in(interactive=day(3)),
        sign_in(interactive=day(1), successful=day(5)),
    )

    assert found == {"interactive": (day(3), 1), "non_interactive": (day(2), 1), "successful": (day(5), 3)}


def test_workloads_go_by_their_names_and_calls_by_theirs() -> None:
    found = newest(used(Workload.COPILOT), completed(call(leg(party(ANNA), day(2, 9), 5))), used(Workload.COPILOT))

    assert found == {"copilot": (NOON, 1), "call": (day(2, 9), 2)}


LATE_EVENING = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)


def test_a_day_of_use_is_the_reports_or_the_customers_own_and_counts_once() -> None:
    berlin = Bearings(homes=((0, HOME),), zones=((0, ZoneInfo("Europe/Berlin")),))
    telephoned = charged(LATE_EVENING)
    facts = facts_of(used(), telephoned, charged(LATE_EVENING + timedelta(minutes=1)), used())

    assert adoption.project(facts, berlin) == {
        ("teams", date(2026, 1, 2), ANNA.int): 1,
        ("telephone", date(2026, 1, 3), ANNA.int): 2,
    }


def test_no_days_are_kept_of_the_person_as_such() -> None:
    assert adoption.project(facts_of(completed(call(leg(party(ANNA), NOON, 5)))), at_home()) == {}
