"""Rebuilds by several processes: what they come to, and how far they are told to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4
from weakref import ref

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, borrowed, writer_pool
from app.eventstore.store import EventStore
from app.eventstore.uncollected import uncollected
from app.ops.rebuild_progress import progress_of
from app.ops.rebuilding import Source, Wanted, rebuild_each
from app.projections import licence_holdings
from app.projections.engine import advance
from app.projections.generations import RebuildRunning, State, alone
from app.projections.rebuild import rebuild, work_on
from tests.database import Database
from tests.projections.story import CAUSE, E3, E5, assigned, day, removed

KEY = bytes(32)
HOLDINGS = licence_holdings.PROJECTION


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    with writer_pool(database.writer_dsn, 6) as pool:
        yield pool


@pytest.fixture
def tenants(pool: Pool) -> list[TenantId]:
    store = EventStore(pool, KeyRing(pool, KEY))
    tenants = [TenantId(uuid4()) for _ in range(3)]
    for tenant in tenants:
        facts = [assigned(day(1)), removed(day(2)), assigned(day(3), sku=E3), assigned(day(4), sku=E5)]
        store.append(tenant, "lived", facts, expected=0, cause=CAUSE, at=day(5))
        advance(pool, store, tenant)
    return tenants


def test_every_customer_is_rebuilt_and_one_that_somebody_else_rebuilds_is_told_of_at_the_end(
    database: Database, pool: Pool, tenants: list[TenantId]
) -> None:
    source = Source(database.writer_dsn, KEY)
    done: list[Sequence[TenantId]] = []

    with alone(pool, tenants[0], [HOLDINGS]), pytest.raises(RebuildRunning, match=str(tenants[0])):
        rebuild_each(
            source, Wanted("licence_holdings", dict.fromkeys(tenants, 4)), jobs=2, look=done.append, every_s=60
        )
    with psycopg.connect(database.owner_dsn) as db:
        db.execute("SET ROLE sua_writer")
        states: dict[TenantId, str] = dict(db.execute("SELECT tenant_id, state FROM generations").fetchall())
    outcomes = rebuild_each(source, Wanted("users", {tenants[0]: 4}), jobs=2, look=done.append, every_s=60)

    assert states == dict.fromkeys(tenants[1:], "SWAPPED")
    assert set(done[-2]) == set(tenants)
    assert [(each.tenant, each.projection, each.state) for each in outcomes] == [(tenants[0], "users", State.SWAPPED)]


def test_a_customers_keys_are_let_go_of_with_their_rebuild(pool: Pool, tenants: list[TenantId]) -> None:
    keys = KeyRing(pool, KEY)
    held = ref(keys)

    with uncollected():  # as most of a process that rebuilds customer after customer is spent
        rebuild(pool, EventStore(pool, keys), "all", tenants[0])
        del keys

        assert held() is None


def test_progress_counts_the_done_and_the_half_built(
    pool: Pool, tenants: list[TenantId], capsys: pytest.CaptureFixture[str]
) -> None:
    store = EventStore(pool, KeyRing(pool, KEY))
    with borrowed(pool) as db:
        db.execute("UPDATE checkpoints SET version = 0 WHERE projection = 'licence_holdings'")
    work_on(pool, store, tenants[0], [HOLDINGS], budget=3)

    with progress_of(pool, "licence_holdings", dict.fromkeys(tenants, 4), [HOLDINGS]) as look:
        look([])
        look([])
        look(tenants[1:])

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(", ")[:2] for line in lines] == [
        ["licence_holdings: 3 of 12 facts", "0 of 3 customers"],
        ["licence_holdings: 11 of 12 facts", "2 of 3 customers"],
    ]
