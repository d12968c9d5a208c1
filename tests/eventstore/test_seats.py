"""Seats: facts and folded state, moved on together."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from app.domain.errors import ConcurrentAppend
from app.domain.events import Event
from app.domain.events.licensing import AccountDisabled, LicenceAssigned
from app.domain.ids import GroupId, PlanId, SkuId, TenantId, UserId
from app.domain.seat import NOBODY, replay
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore, SeatChange
from tests.eventstore.facts import ANNA, BERT, MONDAY, TUESDAY, discovered, renamed


def change(user: UserId, known: Sequence[Event], facts: Sequence[Event]) -> SeatChange:
    return SeatChange(user, len(known), facts, replay([*known, *facts]))


def test_a_seat_is_kept_as_its_facts_leave_it(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    licence = LicenceAssigned(
        happened_at=MONDAY,
        user=ANNA,
        sku=SkuId(uuid4()),
        via=GroupId(uuid4()),
        disabled_plans=(PlanId(uuid4()), PlanId(uuid4())),
    )
    first = [discovered(ANNA, "Anna"), licence]
    second = [renamed(ANNA, "Anna B."), AccountDisabled(happened_at=TUESDAY, user=ANNA)]

    store.append_seats(tenant, [change(ANNA, [], first)], cause=cause, at=MONDAY)
    store.append_seats(tenant, [change(ANNA, first, second)], cause=cause, at=TUESDAY)

    seat, version = store.load_seat(tenant, ANNA)
    assert (seat, version) == (replay([*first, *second]), 4)
    assert store.load(tenant, f"seat/{ANNA}") == ([*first, *second], 4)


def test_an_unknown_user_has_an_empty_seat(store: EventStore, tenant: TenantId) -> None:
    assert store.load_seat(tenant, ANNA) == (NOBODY, 0)
    assert list(store.seat_states(tenant)) == []


def test_a_seat_without_new_facts_is_left_alone(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    facts = [discovered(ANNA, "Anna")]

    position = store.append_seats(tenant, [change(ANNA, [], facts), change(BERT, [], [])], cause=cause, at=MONDAY)

    assert position == 1
    assert [seat.user for seat in store.seat_states(tenant)] == [ANNA]


def test_one_seat_that_moved_on_keeps_all_of_the_append_out(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    known = [discovered(BERT, "Bert")]
    store.append_seats(tenant, [change(BERT, [], known)], cause=cause, at=MONDAY)

    with pytest.raises(ConcurrentAppend):
        store.append_seats(
            tenant,
            [change(ANNA, [], [discovered(ANNA, "Anna")]), change(BERT, [], [renamed(BERT, "Berta")])],
            cause=uuid4(),
            at=TUESDAY,
        )

    assert store.head(tenant) == 1
    assert store.load_seat(tenant, ANNA) == (NOBODY, 0)
    assert store.load_seat(tenant, BERT) == (replay(known), 1)


@pytest.mark.both_databases
def test_thousands_of_seats_are_appended_and_streamed(
    store: EventStore, pool: Pool, tenant: TenantId, cause: UUID
) -> None:
    users = [UserId(uuid4()) for _ in range(5_000)]
    facts = {user: [discovered(user, str(user)), AccountDisabled(happened_at=TUESDAY, user=user)] for user in users}

    position = store.append_seats(tenant, [change(user, [], facts[user]) for user in users], cause=cause, at=TUESDAY)

    assert position == 10_000
    stored = list(store.seat_states(tenant))
    assert [seat.user for seat in stored] == sorted(users)
    assert {seat.version for seat in stored} == {2}
    assert store.open_seats(tenant, stored[:100]) == [replay(facts[seat.user]) for seat in stored[:100]]


def test_a_stream_of_seats_left_early_gives_its_connection_back(
    store: EventStore, pool: Pool, tenant: TenantId, cause: UUID
) -> None:
    store.append_seats(tenant, [change(ANNA, [], [discovered(ANNA, "Anna")])], cause=cause, at=MONDAY)

    for _ in range(pool.max_size + 1):
        seats = store.seat_states(tenant)
        assert next(seats).user == ANNA
        seats.close()

    assert store.head(tenant) == 1
