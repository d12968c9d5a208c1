"""What holds for every history and every read."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import call, coverage, sku, tenant
from app.domain.events import REGISTER, Event
from app.domain.events.licensing import AccountEnabled
from app.domain.events.telephony import Call
from app.domain.seat import evolve, missed, replay, sight, sight_sign_in, sight_workloads
from app.domain.seat_state import nameless
from app.domain.sightings import CallSighting, LicenceSighting, SeatSighting, SignInSighting, WorkloadSighting
from app.domain.telephony import participants_of
from tests.domain.given import ANNA
from tests.domain.strategies import (
    AFTERWARDS,
    calls,
    histories,
    seat_sightings,
    sign_in_sightings,
    workload_sightings,
)


@pytest.mark.parametrize("name", REGISTER)
def test_every_registered_fact_can_be_made_by_the_strategies(name: str) -> None:
    st.builds(REGISTER[name]).validate()


@given(histories)
def test_every_fold_takes_every_history(history: list[Event]) -> None:
    for replayed in (replay, sku.replay, tenant.replay, call.replay, coverage.replay):
        replayed(history)


@given(histories, seat_sightings(AFTERWARDS))
def test_a_repeated_read_of_a_seat_adds_nothing(history: list[Event], seen: SeatSighting) -> None:
    facts = sight(replay(history), seen)

    again = sight(replay([*history, *facts]), seen)

    assert again == []


@given(histories, seat_sightings(AFTERWARDS))
def test_after_a_read_the_seat_is_what_the_read_showed(history: list[Event], seen: SeatSighting) -> None:
    before = replay(history)

    after = before
    for fact in sight(before, seen):
        after = evolve(after, fact)

    held = {_path(licence) for licence in seen.licences if licence.error is None}
    failing = {_path(licence) for licence in seen.licences} - held
    assert (after.user, after.present, after.enabled, after.profile) == (
        before.user if before.present else ANNA,
        True,
        seen.enabled,
        nameless(seen.profile) if before.erased else seen.profile,
    )
    assert {(holding.sku, holding.via) for holding in after.holdings} == held
    assert failing <= {(failure.sku, failure.via) for failure in after.failures}


@given(histories, seat_sightings(AFTERWARDS))
def test_no_fact_of_a_read_is_later_than_the_read(history: list[Event], seen: SeatSighting) -> None:
    facts = sight(replay(history), seen)

    assert all(fact.happened_at <= seen.seen_at for fact in facts)


@given(histories, seat_sightings(AFTERWARDS))
def test_a_read_that_comes_too_late_adds_nothing(history: list[Event], older: SeatSighting) -> None:
    later = AccountEnabled(happened_at=AFTERWARDS + timedelta(seconds=1), user=ANNA)

    facts = sight(replay([*history, later]), older)

    assert facts == []


@given(histories)
def test_a_seat_missed_once_is_not_missed_again(history: list[Event]) -> None:
    facts = missed(replay(history), AFTERWARDS)

    after = replay([*history, *facts])

    assert missed(after, AFTERWARDS) == []
    assert not after.present or after.user is None


@given(histories, sign_in_sightings)
def test_a_repeated_sign_in_adds_nothing(history: list[Event], seen: SignInSighting) -> None:
    facts = sight_sign_in(replay(history), seen)

    assert len(facts) <= 1
    assert sight_sign_in(replay([*history, *facts]), seen) == []


@given(histories, workload_sightings)
def test_a_repeated_usage_report_adds_nothing(history: list[Event], seen: WorkloadSighting) -> None:
    facts = sight_workloads(replay(history), seen)

    assert sight_workloads(replay([*history, *facts]), seen) == []


@given(st.lists(calls, max_size=5))
def test_in_whatever_order_revisions_come_the_highest_is_known_at_the_end(revisions: list[Call]) -> None:
    history: list[Event] = []
    for seen in (*revisions, *revisions):
        history += call.sight(call.replay(history), CallSighting(seen, AFTERWARDS))

    assert call.replay(history).revision == max((each.revision for each in revisions), default=None)
    assert len(history) <= len({each.revision for each in revisions})


@given(calls)
def test_nobody_takes_part_for_longer_than_the_call(seen: Call) -> None:
    span = (seen.ended_at - seen.started_at).total_seconds()

    assert all(0 <= participant.seconds <= span for participant in participants_of(seen))


@given(calls, st.randoms(use_true_random=False))
def test_participants_do_not_depend_on_the_order_of_legs(seen: Call, chance: Random) -> None:
    shuffled = list(seen.legs)
    chance.shuffle(shuffled)

    assert participants_of(seen.model_copy(update={"legs": tuple(shuffled)})) == participants_of(seen)


def _path(licence: LicenceSighting) -> tuple[object, object]:
    return licence.sku, licence.via
