"""The verbs that take in reads of all users of a customer."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.commands import seat_reading
from app.commands.record_seats import CompleteRead, RecordSeats, record_seats
from app.commands.record_sign_ins import RecordSignIns, record_sign_ins
from app.commands.record_workloads import RecordWorkloads, record_workloads
from app.commands.seat_reading import ReadOutcome
from app.domain.coverage import TooManyRemovals
from app.domain.errors import ConcurrentAppend
from app.domain.events.licensing import (
    LicenceAssigned,
    LicenceRemoved,
    UserDeleted,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.ids import RunId, UserId
from app.domain.sightings import SeatSighting, SignInSighting, WorkloadSighting
from tests.commands.conftest import Office
from tests.domain.given import ANNA, BERT, E3, E5, MONDAY, TUESDAY, WEDNESDAY, licence, seen

RUN = RunId(UUID(int=11))
NEXT_RUN = RunId(UUID(int=12))


def people(count: int) -> list[UserId]:
    return [UserId(UUID(int=1000 + number)) for number in range(count)]


def at_work(users: list[UserId], at: datetime = MONDAY) -> list[SeatSighting]:
    return [seen(licence(E5), at=at, user=user) for user in users]


def complete(sightings: list[SeatSighting], at: datetime = MONDAY, *, confirmed: bool = False) -> CompleteRead:
    return CompleteRead(iter(sightings), {sighting.user for sighting in sightings}, at, confirmed)


def read(office: Office, *sightings: SeatSighting, at: datetime = MONDAY, run: RunId = RUN) -> ReadOutcome:
    return record_seats(RecordSeats(office.tenant, run, complete(list(sightings), at)), office.desk)


def test_a_first_read_discovers_everybody_and_rings_once(customer: Office) -> None:
    outcome = read(customer, *at_work([ANNA, BERT]))

    assert outcome == ReadOutcome(users=2, facts=4)
    assert [fact.name for fact in customer.facts()[1:]] == ["UserDiscovered", "LicenceAssigned"] * 2
    assert [recorded.stream for recorded in customer.log()[1:]] == [f"seat/{ANNA}"] * 2 + [f"seat/{BERT}"] * 2
    assert {recorded.cause for recorded in customer.log()[1:]} == {RUN}
    assert customer.rings == [(customer.tenant, 5)]


def test_the_same_read_again_adds_nothing_and_does_not_ring(customer: Office) -> None:
    read(customer, *at_work([ANNA, BERT]))

    again = read(customer, *at_work([ANNA, BERT], TUESDAY), at=TUESDAY, run=NEXT_RUN)

    assert again == ReadOutcome(users=2, facts=0)
    assert len(customer.rings) == 1


def test_who_is_missing_from_a_complete_read_is_gone_with_their_licences(customer: Office) -> None:
    read(customer, *at_work([ANNA, BERT]))

    outcome = read(customer, *at_work([ANNA], TUESDAY), at=TUESDAY)

    assert outcome == ReadOutcome(users=1, facts=2, gone=1)
    assert customer.facts()[5:] == [
        LicenceRemoved(happened_at=TUESDAY, user=BERT, sku=E5, via=None),
        UserDeleted(happened_at=TUESDAY, user=BERT),
    ]


def test_who_is_gone_already_is_not_missed_again_and_may_come_back(customer: Office) -> None:
    read(customer, *at_work([ANNA, BERT]))
    read(customer, *at_work([ANNA], TUESDAY), at=TUESDAY)

    still_gone = read(customer, *at_work([ANNA], WEDNESDAY), at=WEDNESDAY)
    back = read(customer, *at_work([ANNA, BERT], WEDNESDAY), at=WEDNESDAY)

    assert still_gone == ReadOutcome(users=1, facts=0)
    assert back == ReadOutcome(users=2, facts=2)


def test_a_read_that_lacks_too_many_is_refused_before_anything_is_written(customer: Office) -> None:
    everybody = people(50)
    read(customer, *at_work(everybody))
    before = len(customer.log())

    with pytest.raises(TooManyRemovals) as refused:
        read(customer, *at_work([*everybody[11:], ANNA], TUESDAY), at=TUESDAY)

    assert (refused.value.gone, refused.value.known) == (11, 50)
    assert len(customer.log()) == before


def test_a_mass_leaving_is_believed_once_a_person_confirmed_it(customer: Office) -> None:
    everybody = people(50)
    read(customer, *at_work(everybody))

    remaining = complete(at_work(everybody[40:], TUESDAY), TUESDAY, confirmed=True)
    outcome = record_seats(RecordSeats(customer.tenant, RUN, remaining), customer.desk)

    assert outcome == ReadOutcome(users=10, facts=80, gone=40)


def test_a_user_repeated_on_another_page_counts_once(customer: Office) -> None:
    outcome = read(customer, *at_work([ANNA]), *at_work([BERT]), *at_work([ANNA]))

    assert outcome == ReadOutcome(users=2, facts=4)


def test_a_large_read_is_appended_in_transactions_of_bounded_size(
    customer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_reading, "SEATS_PER_CHUNK", 7)
    monkeypatch.setattr(seat_reading, "FACTS_PER_APPEND", 9)
    heads: list[int] = []
    watched = customer.racing(*[lambda: heads.append(customer.desk.store.head(customer.tenant))] * 9)

    outcome = record_seats(RecordSeats(customer.tenant, RUN, complete(at_work(people(20)))), watched)

    assert outcome == ReadOutcome(users=20, facts=40)
    assert heads == [1, 9, 17, 25, 33]
    assert customer.rings == [(customer.tenant, 41)]


def test_a_batch_overtaken_by_another_writer_is_decided_again(customer: Office) -> None:
    read(customer, *at_work([ANNA, BERT]))
    both = at_work([ANNA, BERT], TUESDAY)
    changed = [seen(licence(E5), licence(E3), at=TUESDAY, user=one.user) for one in both]

    def someone_else() -> None:
        read(customer, changed[0], both[1], at=TUESDAY, run=NEXT_RUN)

    command = RecordSeats(customer.tenant, RUN, complete(changed, TUESDAY))
    outcome = record_seats(command, customer.racing(someone_else))

    assert outcome == ReadOutcome(users=2, facts=1)
    assert [fact.user for fact in customer.facts()[5:] if isinstance(fact, LicenceAssigned)] == [ANNA, BERT]


def test_a_batch_overtaken_four_times_is_reported(customer: Office) -> None:
    minutes = itertools.count(1)

    def someone_else() -> None:
        stamp = MONDAY + timedelta(minutes=next(minutes))
        record_sign_ins(
            RecordSignIns(customer.tenant, NEXT_RUN, [SignInSighting(ANNA, stamp, None, None)]), customer.desk
        )

    read(customer, *at_work([ANNA]))
    changed = [seen(licence(E3), at=TUESDAY)]
    thrice, four_times = ([someone_else] * times for times in (3, 4))

    with pytest.raises(ConcurrentAppend):
        _recorded(customer, changed, four_times)
    outcome = _recorded(customer, changed, thrice)

    assert outcome == ReadOutcome(users=1, facts=2)


def _recorded(customer: Office, sightings: list[SeatSighting], others: list[Callable[[], None]]) -> ReadOutcome:
    return record_seats(RecordSeats(customer.tenant, RUN, complete(sightings, TUESDAY)), customer.racing(*others))


def test_sign_ins_are_taken_in_for_users_the_log_knows(customer: Office) -> None:
    read(customer, *at_work([ANNA]))
    listing = [SignInSighting(ANNA, TUESDAY, MONDAY, MONDAY), SignInSighting(BERT, TUESDAY, None, None)]

    outcomes = [record_sign_ins(RecordSignIns(customer.tenant, RUN, iter(listing)), customer.desk) for _ in range(2)]

    assert outcomes == [ReadOutcome(users=1, facts=1, unknown=1), ReadOutcome(users=1, facts=0, unknown=1)]
    assert customer.facts()[3:] == [
        UserSignedIn(happened_at=TUESDAY, user=ANNA, interactive=TUESDAY, non_interactive=MONDAY, successful=MONDAY)
    ]


def test_usage_reports_are_taken_in_for_users_the_log_knows(customer: Office) -> None:
    read(customer, *at_work([ANNA]))
    on = date(2026, 11, 14)
    report = [WorkloadSighting(user, {Workload.TEAMS: on}) for user in (ANNA, BERT)]

    outcomes = [record_workloads(RecordWorkloads(customer.tenant, RUN, iter(report)), customer.desk) for _ in range(2)]

    assert outcomes == [ReadOutcome(users=1, facts=1, unknown=1), ReadOutcome(users=1, facts=0, unknown=1)]
    assert customer.facts()[3:] == [
        WorkloadUsed(
            happened_at=datetime(2026, 11, 14, 12, tzinfo=UTC), user=ANNA, workload=Workload.TEAMS, last_activity_on=on
        )
    ]


def test_a_read_that_breaks_off_is_completed_by_its_repetition(
    customer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_reading, "SEATS_PER_CHUNK", 2)
    monkeypatch.setattr(seat_reading, "FACTS_PER_APPEND", 4)
    everybody = at_work(people(6))

    def breaking_off() -> Iterator[SeatSighting]:
        yield from everybody[:5]
        raise OSError("the spool is gone")

    ids = {sighting.user for sighting in everybody}
    with pytest.raises(OSError, match="spool"):
        record_seats(RecordSeats(customer.tenant, RUN, CompleteRead(breaking_off(), ids, MONDAY)), customer.desk)
    partly = len(customer.facts()) - 1
    outcome = read(customer, *everybody)

    assert 0 < partly < 12
    assert outcome == ReadOutcome(users=6, facts=12 - partly)
