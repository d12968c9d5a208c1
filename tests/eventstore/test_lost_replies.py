"""Connections that end at the worst moment: the store finds out what happened and says so."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.domain.errors import ConcurrentAppend
from app.domain.ids import TenantId
from app.domain.seat import replay
from app.eventstore import appending, seat_rows
from app.eventstore.pools import Connection, DatabaseDown
from app.eventstore.store import EventStore, SeatChange
from tests.database import Database
from tests.eventstore.facts import ANNA, MONDAY, discovered, lapsed

real_append = appending.append
real_upsert = seat_rows.upsert


class Cut:
    """Ends the connection of the first `times` appends, from the server's side, after or before their commit."""

    def __init__(self, owner_dsn: str, *, after_commit: bool, times: int = 1) -> None:
        self.owner_dsn = owner_dsn
        self.after_commit = after_commit
        self.left = times

    def append(self, connection: Connection, *arguments: Any) -> int:
        position = real_append(connection, *arguments)
        self.end(connection)
        return position

    def upsert(self, connection: Connection, *arguments: Any) -> None:
        real_upsert(connection, *arguments)
        self.end(connection)

    def end(self, connection: Connection) -> None:
        if self.left:
            self.left -= 1
            if self.after_commit:
                connection.commit()
            with psycopg.connect(self.owner_dsn, autocommit=True) as owner:
                owner.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
            connection.execute("SELECT 'the reply that never comes'")


def test_an_append_whose_commit_reply_is_lost_succeeds_once(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = Cut(module_database.owner_dsn, after_commit=True)
    monkeypatch.setattr(appending, "append", cut.append)
    facts = [lapsed(), lapsed()]

    position = store.append(tenant, "sku/a", facts, expected=0, cause=cause, at=MONDAY)

    assert (cut.left, position) == (0, 2)
    assert store.load(tenant, "sku/a") == (facts, 2)
    assert store.head(tenant) == 2


@pytest.mark.parametrize("after_commit", [True, False], ids=["after the commit", "before the commit"])
def test_seats_and_their_states_survive_a_cut_together(
    store: EventStore,
    tenant: TenantId,
    cause: UUID,
    module_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    after_commit: bool,
) -> None:
    cut = Cut(module_database.owner_dsn, after_commit=after_commit)
    monkeypatch.setattr(seat_rows, "upsert", cut.upsert)
    facts = [discovered(ANNA, "Anna")]
    change = SeatChange(ANNA, 0, facts, replay(facts))

    assert store.append_seats(tenant, [change], cause=cause, at=MONDAY) == 1

    assert cut.left == 0
    assert store.load_seat(tenant, ANNA) == (replay(facts), 1)
    assert store.load(tenant, change.stream) == (facts, 1)


def test_bulk_facts_cut_before_the_commit_are_written_whole_by_the_repeat(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "append", Cut(module_database.owner_dsn, after_commit=False).append)
    facts = [lapsed() for _ in range(2_500)]

    assert store.append(tenant, "sku/a", facts, expected=0, cause=cause, at=MONDAY) == 2_500

    assert store.load(tenant, "sku/a") == (facts, 2_500)


def test_someone_elses_facts_are_not_taken_for_ones_own_after_a_cut(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(tenant, "sku/a", [lapsed()], expected=0, cause=UUID(int=1), at=MONDAY)
    monkeypatch.setattr(appending, "append", Cut(module_database.owner_dsn, after_commit=False).append)

    with pytest.raises(ConcurrentAppend):
        store.append(tenant, "sku/a", [lapsed()], expected=0, cause=cause, at=MONDAY)

    assert store.head(tenant) == 1


def test_a_connection_lost_twice_is_a_database_that_is_down(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "append", Cut(module_database.owner_dsn, after_commit=False, times=2).append)

    # In a transaction, so that nothing is committed before the cut.
    with pytest.raises(DatabaseDown):
        store.append(tenant, "sku/a", [lapsed()] * 1_500, expected=0, cause=cause, at=MONDAY)

    assert store.head(tenant) == 0
