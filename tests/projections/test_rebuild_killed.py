"""Every table of several tenants rebuilt by a process killed again and again, while facts come and people ask."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event as Told
from uuid import uuid4

import psycopg
import pytest

from app.domain.events import Event
from app.domain.ids import SkuId, TenantId, UserId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, borrowed, writer_pool
from app.eventstore.store import EventStore, StreamChange
from app.projections.catalogue import ALL
from app.projections.engine import advance
from app.projections.generations import UNDER_WAY, generations
from app.projections.rebuild import compare, rebuild, work_on
from app.projections.status import standings
from tests.database import Database
from tests.projections.story import CAUSE, E3, E5, OPS, SALES, assigned, day, discovered, named, removed, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KEY = bytes(32)
TENANTS = 3
USERS = [UserId(named(f"user {nth}")) for nth in range(40)]
FACTS = 2_000
BATCH = 250
KILLS = 6
LONGEST_LIFE_S = 1.2
ASKED = ("users", "licence_holdings", "idle_licences", "licence_costs")
"""Tables whose rows say of every position since when and until when they were known."""

Answer = tuple[TenantId, str, int, tuple[object, ...]]


class Life:
    """What happens to one tenant's people, without an end."""

    def __init__(self, store: EventStore, seed: int) -> None:
        self.tenant = TenantId(uuid4())
        self._store = store
        self._versions: dict[str, int] = {}
        self._facts = _lived(random.Random(seed))

    def goes_on(self, count: int) -> None:
        by_stream: dict[str, list[Event]] = {}
        at = day(1)
        for _ in range(count):
            at, user, fact = next(self._facts)
            by_stream.setdefault(f"lived/{user}", []).append(fact)
        changes = [StreamChange(stream, self._versions.get(stream, 0), facts) for stream, facts in by_stream.items()]
        self._store.append_many(self.tenant, changes, cause=CAUSE, at=at)
        for stream, facts in by_stream.items():
            self._versions[stream] = self._versions.get(stream, 0) + len(facts)


def _lived(chance: random.Random) -> Iterator[tuple[datetime, UserId, Event]]:
    known: set[UserId] = set()
    at = day(1)
    while True:
        at += timedelta(minutes=chance.randrange(1, 90))
        user = chance.choice(USERS)
        sku: SkuId = chance.choice((E3, E5))
        via = chance.choice((None, SALES, OPS))
        if user not in known:
            known.add(user)
            yield at, user, discovered(at, user)
        else:
            late = at - timedelta(days=chance.choice((0, 0, 0, 9)))
            kinds = (assigned(late, user, sku, via), removed(late, user, sku, via), signed_in(late, user))
            yield at, user, chance.choice(kinds)


def _rebuild_all(dsn: str, begun: Told) -> None:
    """What the process does that is killed."""
    with closing(writer_pool(dsn, 4)) as pool:
        rebuild(pool, EventStore(pool, KeyRing(pool, KEY)), "all", report=lambda *_: begun.set(), batch=BATCH)


def _answers(db: psycopg.Connection, tenants: Sequence[TenantId]) -> list[Answer]:
    """What every table asked says at the position its tenant has reached, all in one snapshot."""
    found: list[Answer] = []
    with db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        db.execute(f"SET LOCAL sua.tenants = '{','.join(map(str, tenants))}'".encode())
        for tenant in tenants:
            reached = db.execute("SELECT min(position) FROM checkpoints WHERE tenant_id = %s", (tenant,)).fetchone()
            assert reached is not None
            found += [(tenant, table, reached[0], _said(db, tenant, table, reached[0])) for table in ASKED]
    return found


def _said(db: psycopg.Connection, tenant: TenantId, table: str, position: int) -> tuple[object, ...]:
    # Without the end of what was closed later: that is what was not known yet.
    query = f"""
        SELECT count(*), sum(hashtextextended((to_jsonb(one) - 'until_position')::text, 0)::numeric)
        FROM {table} AS one WHERE tenant_id = %s AND since_position <= %s AND until_position > %s
    """
    row = db.execute(query.encode(), (tenant, position, position)).fetchone()
    assert row is not None
    return row


def test_killed_again_and_again_no_answer_is_ever_wrong_and_the_tables_are_those_of_the_log(database: Database) -> None:
    chance = random.Random(23)
    processes = get_context("spawn")
    with closing(writer_pool(database.writer_dsn, 10)) as pool:
        store = EventStore(pool, KeyRing(pool, KEY))
        lives = [Life(store, seed) for seed in range(TENANTS)]
        tenants = [life.tenant for life in lives]
        for life in lives:
            life.goes_on(FACTS)
            advance(pool, store, life.tenant)
        over = threading.Event()
        answers: list[Answer] = []
        faults: list[BaseException] = []
        threads = [
            threading.Thread(target=_kept, args=(faults, over, lambda: _live(pool, store, lives))),
            threading.Thread(target=_kept, args=(faults, over, lambda: _ask(database, tenants, answers))),
        ]
        for thread in threads:
            thread.start()

        caught = 0
        for nth in range(KILLS):
            if nth == KILLS // 2:  # from here on the rows are of older code, and nobody advances them
                _make_outdated(pool)
            begun = processes.Event()
            process = processes.Process(target=_rebuild_all, args=(database.writer_dsn, begun))
            process.start()
            assert begun.wait(120)
            time.sleep(chance.uniform(0, LONGEST_LIFE_S))
            process.kill()
            process.join()
            caught += any(each.state in UNDER_WAY for each in generations(pool))
        for tenant in tenants:
            while work_on(pool, store, tenant):
                pass
        over.set()
        for thread in threads:
            thread.join()
        for tenant in tenants:
            while advance(pool, store, tenant).more:
                pass

        assert faults == []
        assert caught >= KILLS // 2, f"only {caught} of {KILLS} kills met a generation half built"
        assert {(each.version, each.lag, each.stopped_at, each.next) for each in standings(pool)} == {
            (projection.version, 0, None, "SWAPPED") for projection in ALL
        }
        assert [difference for tenant in tenants for difference in compare(pool, store, "all", tenant)] == []
        with psycopg.connect(database.owner_dsn) as db:
            db.execute("SET ROLE sua_writer")
            wrong = [each for each in set(answers) if _said(db, each[0], each[1], each[2]) != each[3]]
        assert wrong == []
        assert len({(tenant, position) for tenant, _, position, _ in answers}) > TENANTS * 10


def _kept(faults: list[BaseException], over: threading.Event, act: object) -> None:
    """Do it again and again until it is over; what goes wrong is told at the end."""
    assert callable(act)
    try:
        while not over.is_set():
            act()
    except BaseException as fault:  # noqa: BLE001 - raised in a thread, where nobody would see it
        faults.append(fault)


def _live(pool: Pool, store: EventStore, lives: Sequence[Life]) -> None:
    for life in lives:
        life.goes_on(5)
        advance(pool, store, life.tenant)
    time.sleep(0.05)


def _ask(database: Database, tenants: Sequence[TenantId], answers: list[Answer]) -> None:
    with psycopg.connect(database.reader_dsn, autocommit=True) as db:
        answers += _answers(db, tenants)


def _make_outdated(pool: Pool) -> None:
    with borrowed(pool) as db:
        db.execute("UPDATE checkpoints SET version = version - 1 WHERE stopped_at IS NULL")
