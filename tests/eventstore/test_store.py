"""Append, load and read on, on one tenant's log."""

from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from app.domain.errors import ConcurrentAppend
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.leaf import body_digest, leaf, microseconds
from app.eventstore.store import AppendTooLarge, EventStore, StreamChange
from tests.database import Database
from tests.eventstore.facts import MONDAY, TUESDAY, failed, lapsed


@pytest.mark.both_databases
def test_appended_facts_come_back_in_order_with_their_places(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    first, second, third = lapsed(), lapsed(), lapsed(TUESDAY)

    assert store.append(tenant, "sku/a", [first], expected=0, cause=cause, at=MONDAY) == 1
    assert store.append(tenant, "sku/b", [second, third], expected=0, cause=cause, at=TUESDAY) == 3

    assert store.load(tenant, "sku/b") == ([second, third], 2)
    assert store.load(tenant, "sku/none") == ([], 0)
    assert store.read(tenant, after=1, limit=1) == [
        Recorded(tenant, 2, "sku/b", 1, TUESDAY, cause, second),
    ]
    assert store.read(tenant, after=2, limit=10) == [Recorded(tenant, 3, "sku/b", 2, TUESDAY, cause, third)]
    assert (store.head(tenant), store.heads()[tenant]) == (3, 3)


def test_nothing_to_append_appends_nothing(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    assert store.append(tenant, "sku/a", [], expected=0, cause=cause, at=MONDAY) == 0

    store.append(tenant, "sku/a", [lapsed()], expected=0, cause=cause, at=MONDAY)

    assert store.append(tenant, "sku/a", [], expected=1, cause=cause, at=MONDAY) == 1
    assert store.heads()[tenant] == 1


def test_the_time_of_recording_never_goes_back(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    store.append(tenant, "sku/a", [lapsed()], expected=0, cause=cause, at=TUESDAY)

    store.append(tenant, "sku/a", [lapsed()], expected=1, cause=cause, at=TUESDAY - timedelta(hours=1))

    assert [each.recorded_at for each in store.read(tenant, after=0, limit=10)] == [TUESDAY, TUESDAY]


@pytest.mark.parametrize("expected", [0, 1, 3, 9])
def test_an_append_that_builds_on_another_version_is_refused(
    store: EventStore, tenant: TenantId, cause: UUID, expected: int
) -> None:
    store.append(tenant, "sku/a", [lapsed(), lapsed()], expected=0, cause=cause, at=MONDAY)

    with pytest.raises(ConcurrentAppend):
        store.append(tenant, "sku/a", [lapsed()], expected=expected, cause=uuid4(), at=MONDAY)

    assert store.head(tenant) == 2


def test_the_same_append_again_succeeds_and_adds_nothing(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    facts = [lapsed(), lapsed()]
    store.append(tenant, "sku/a", facts, expected=0, cause=cause, at=MONDAY)
    store.append(tenant, "sku/b", facts, expected=0, cause=cause, at=MONDAY)

    assert store.append(tenant, "sku/a", facts, expected=0, cause=cause, at=TUESDAY) == 4

    assert store.load(tenant, "sku/a") == (facts, 2)


def test_other_facts_of_the_same_cause_are_a_conflict(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    store.append(tenant, "sku/a", [lapsed(MONDAY)], expected=0, cause=cause, at=MONDAY)

    with pytest.raises(ConcurrentAppend):
        store.append(tenant, "sku/a", [lapsed(MONDAY), lapsed(MONDAY)], expected=0, cause=cause, at=MONDAY)
    with pytest.raises(ConcurrentAppend):
        store.append(tenant, "sku/a", [lapsed(TUESDAY)], expected=0, cause=cause, at=MONDAY)

    assert store.head(tenant) == 1


@pytest.mark.parametrize("count", [3, 1_500], ids=["in one statement", "in several"])
def test_a_conflict_amid_many_streams_writes_none_of_them(
    store: EventStore, tenant: TenantId, cause: UUID, count: int
) -> None:
    store.append(tenant, f"sku/{count // 2}", [lapsed()], expected=0, cause=cause, at=MONDAY)
    changes = [StreamChange(f"sku/{nth}", 0, [lapsed()]) for nth in range(count)]

    with pytest.raises(ConcurrentAppend, match=f"One of {count} streams"):
        store.append_many(tenant, changes, cause=uuid4(), at=TUESDAY)

    assert [each.version for each in store.read(tenant, after=0, limit=10)] == [1]
    assert store.append(tenant, "sku/new", [lapsed()], expected=0, cause=cause, at=MONDAY) == 2


@pytest.mark.both_databases
def test_bulk_appends_number_every_fact_and_hash_it_as_small_ones_do(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database
) -> None:
    facts = [failed(f"reason {nth}") for nth in range(20_001)]

    store.append(tenant, "coverage/licences", facts[:1], expected=0, cause=cause, at=MONDAY)
    store.append(tenant, "coverage/licences", facts[1:10_001], expected=1, cause=cause, at=TUESDAY)
    store.append(tenant, "coverage/licences", facts[10_001:], expected=10_001, cause=cause, at=TUESDAY)

    recorded = store.read(tenant, after=0, limit=30_000)
    assert [each.position for each in recorded] == list(range(1, 20_002))
    assert [each.event for each in recorded] == facts
    with psycopg.connect(module_database.owner_dsn) as owner:
        rows = owner.execute(
            "SELECT position, recorded_at, stream, version, name, schema, happened_at, cause, state, leaf "
            "FROM events WHERE tenant_id = %s AND position IN (1, 2, 10001, 20001) ORDER BY position",
            (tenant,),
        ).fetchall()
    assert len(rows) == 4
    for position, recorded_at, stream, version, name, schema, happened_at, of_cause, state, stored_leaf in rows:
        happened = microseconds(happened_at)
        body = body_digest(stream.encode(), version, name.encode(), schema, happened, of_cause.bytes, state)
        assert stored_leaf == leaf(tenant, position, recorded_at, body)


def test_an_append_larger_than_one_transaction_is_refused(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    with pytest.raises(AppendTooLarge, match="10001 facts in one append; at most 10000 are taken"):
        store.append(tenant, "sku/a", [lapsed()] * 10_001, expected=0, cause=cause, at=MONDAY)

    assert store.head(tenant) == 0


def test_seats_are_not_appended_without_their_state(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    with pytest.raises(ValueError, match="append_seats"):
        store.append(tenant, "seat/x", [lapsed()], expected=0, cause=cause, at=MONDAY)


def test_text_that_json_can_say_and_postgresql_text_cannot_is_kept(
    store: EventStore, tenant: TenantId, cause: UUID
) -> None:
    fact = failed("before\0after")

    store.append(tenant, "coverage/licences", [fact], expected=0, cause=cause, at=MONDAY)

    assert store.load(tenant, "coverage/licences") == ([fact], 1)


def test_streams_of_a_kind_are_listed_by_their_prefix(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    for stream in ("sku/b", "sku/a", "skull", "tenant"):
        store.append(tenant, stream, [lapsed(), lapsed()], expected=0, cause=cause, at=MONDAY)

    assert store.streams(tenant, "sku/") == ["sku/a", "sku/b"]
