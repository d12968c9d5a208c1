"""What must be true of a log and its tables however its processes ended: nothing lost, nothing twice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import psycopg

from app.domain.events.coverage import SnapshotTaken
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId, UserId
from app.domain.seat import NOBODY, evolve
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore
from app.eventstore.streams import SEATS
from app.projections.catalogue import ALL
from app.projections.rebuild import compare
from app.projections.status import standings
from app.projections.sweeper import behind


def newest_revisions(facts: Sequence[Recorded]) -> dict[UUID, int]:
    """Each call of the log and its newest revision."""
    calls = [fact.event.call for fact in facts if isinstance(fact.event, CallCompleted | CallRevised)]
    return {call.call: call.revision for call in calls}


def seats_held(store: EventStore, tenant: TenantId) -> set[tuple[UUID, UUID]]:
    """Users and the SKUs they hold now, folded from the log."""
    seats = [store.load_seat(tenant, user)[0] for user in _users(store, tenant)]
    return {(seat.user, holding.sku) for seat in seats if seat.user is not None for holding in seat.holdings}


def assert_nothing_twice(facts: Sequence[Recorded]) -> None:
    """Positions without gaps, versions that rise one by one, calls completed once, each read closed once."""
    assert [fact.position for fact in facts] == list(range(1, len(facts) + 1))
    streams = defaultdict(list)
    for fact in facts:
        streams[fact.stream].append(fact)
    for recorded in streams.values():
        assert [fact.version for fact in recorded] == list(range(1, len(recorded) + 1))
    for name, recorded in streams.items():
        if name.startswith("call/"):
            _assert_rises(recorded)
        if name.startswith(SEATS):
            _assert_each_fact_changes_something(recorded)
    closed = [(fact.event.feed, fact.event.run) for fact in facts if isinstance(fact.event, SnapshotTaken)]
    assert len(closed) == len(set(closed))


def assert_tables_follow_from_the_log(pool: Pool, store: EventStore, tenant: TenantId) -> None:
    """No projection has stopped or is behind, and each table and seat state equals one made anew."""
    assert behind(pool) == []
    assert [each for each in standings(pool, tenant) if each.stopped_at is not None] == []
    assert [difference for each in ALL for difference in compare(pool, store, each.name, tenant)] == []
    for user in _users(store, tenant):
        events, version = store.load(tenant, f"{SEATS}{user}")
        seat = NOBODY
        for event in events:
            seat = evolve(seat, event)
        assert store.load_seat(tenant, user) == (seat, version)


def is_settled(db: psycopg.Connection, tenant: TenantId) -> bool:
    """Every notification is fetched (none given up), nothing is due any more, every table is up to date."""
    row = db.execute(
        """
        SELECT NOT EXISTS (SELECT FROM inbox WHERE tenant_id = %(tenant)s AND state <> 'DONE')
            AND (SELECT bool_and(due_at > now()) FROM schedule WHERE tenant_id = %(tenant)s)
            AND (SELECT bool_and(c.position = h.position) FROM checkpoints c JOIN tenant_heads h USING (tenant_id)
                 WHERE tenant_id = %(tenant)s)
        """,
        {"tenant": tenant},
    ).fetchone()
    return row == (True,)


def _users(store: EventStore, tenant: TenantId) -> list[UserId]:
    return [UserId(UUID(name.removeprefix(SEATS))) for name in store.streams(tenant, SEATS)]


def _assert_rises(call: Sequence[Recorded]) -> None:
    events = [fact.event for fact in call]
    assert [type(event) for event in events] == [CallCompleted, *[CallRevised] * (len(events) - 1)]
    revisions = [event.call.revision for event in events if isinstance(event, CallCompleted | CallRevised)]
    assert all(earlier < later for earlier, later in pairwise(revisions))


def _assert_each_fact_changes_something(seat: Sequence[Recorded]) -> None:
    """A fact told twice would leave the folded seat as it was."""
    state = NOBODY
    for fact in seat:
        after = evolve(state, fact.event)
        assert replace(after, changed_at=None) != replace(state, changed_at=None), fact
        state = after
