"""Several workers at one limit: together they stay within it, and what one is told all hear."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from aiohttp import web
from psycopg import Connection
from psycopg_pool import ConnectionPool

from app.domain.ids import DirectoryId
from app.ingest import limiter
from app.ingest.graph_client import GraphAccess, GraphClient
from app.ingest.graph_errors import GraphThrottled
from app.ingest.limiter import Limiter, LimitsUnavailable
from app.ingest.limits import CALLS, Limit, Scope, scopes_of
from tests.database import Database
from tests.ingest.graph.pretend import DIRECTORY, Pretend, error
from tests.ingest.graph.test_limits import most_in_a_window
from tests.ingest.graph.worker import used_slots

NEIGHBOUR = DirectoryId(UUID("0d8f1f3e-1111-4222-8333-444455557777"))
RECORD = "/communications/callRecords/3fa2c1de-0000-4000-8000-0000000000c1"
OK = web.json_response({"value": []})


@pytest.fixture
def pool(database: Database) -> Iterator[ConnectionPool[Connection]]:
    with ConnectionPool(database.writer_dsn, min_size=1, max_size=4, open=True) as pool:
        yield pool


def client(
    graph: Pretend, pool: ConnectionPool[Connection], *, directory: DirectoryId = DIRECTORY, patience: float = 0.5
) -> GraphClient:
    """As another process would make it: with a limiter of its own."""
    access = GraphAccess(graph.url, graph.url, "client", "secret", attempts=2, limiter=Limiter(pool))
    return GraphClient(access, directory, patience=patience, chance=lambda: 0.0)


def clock(pool: ConnectionPool[Connection]) -> datetime:
    """The database's time: what the limiter counts by, however slow the machine."""
    with pool.connection() as db:
        ((now,),) = db.execute("SELECT clock_timestamp()").fetchall()
    assert isinstance(now, datetime)
    return now


NARROW = Limit(20, 0.5, burst=4, kept_s=0.2)
WIDE = Limit(200, 0.5, burst=40, batch=10, kept_s=0.2)


def test_processes_together_stay_within_a_limit_and_use_it(database: Database) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        for limit in (NARROW, WIDE):
            used = processes.starmap(used_slots, [(database.writer_dsn, limit, 1.5)] * 2)

            everyone = used[0] + used[1]
            assert most_in_a_window(everyone, limit.seconds) <= limit.requests
            assert len(everyone) > 0.3 * limit.requests * 1.5 / limit.seconds


async def test_a_wide_limit_is_asked_of_the_database_once_in_a_batch(pool: ConnectionPool[Connection]) -> None:
    shared, scopes = Limiter(pool), scopes_of(DIRECTORY, f"/v1.0{RECORD}", "")
    began = clock(pool)

    granted = [(await shared.admit(scopes, 0)).granted for _ in range(2 * CALLS.batch)]

    assert all(granted)
    with pool.connection() as db:
        kept = db.execute("SELECT scope, taken_until FROM graph_limits ORDER BY scope DESC").fetchall()
    assert [scope for scope, _ in kept] == [f"calls/{DIRECTORY}", "calls"]
    assert began <= kept[0][1] - 2 * CALLS.batch * timedelta(seconds=CALLS.interval_s()) <= clock(pool)


async def test_threads_that_find_nothing_left_take_one_batch_together(pool: ConnectionPool[Connection]) -> None:
    limit = Limit(100, 60, burst=50, batch=20)
    shared = Limiter(pool)
    began = clock(pool)

    answers = await asyncio.gather(*(shared.admit([Scope("wide", limit)], 0) for _ in range(20)))

    assert all(answer.granted for answer in answers)
    with pool.connection() as db:
        (row,) = db.execute("SELECT taken_until FROM graph_limits").fetchall()
    assert began <= row[0] - 20 * timedelta(seconds=limit.interval_s()) <= clock(pool)


async def test_a_429_pauses_the_tenant_for_every_process_and_no_neighbour(
    graph: Pretend, pool: ConnectionPool[Connection]
) -> None:
    graph.on(RECORD, error(429, "TooManyRequests", Retry_After="30"), OK)

    async with client(graph, pool) as first:
        with pytest.raises(GraphThrottled) as throttled:
            await first.get(RECORD)
    async with client(graph, pool) as second:
        with pytest.raises(GraphThrottled) as held_back:
            await second.get(RECORD)
    async with client(graph, pool, directory=NEIGHBOUR) as neighbour:
        await neighbour.get(RECORD)

    assert throttled.value.retry_after == 30.0
    assert held_back.value.retry_after == pytest.approx(30.0, abs=2)
    assert len(graph.asked) == 2


async def test_a_429_of_the_whole_application_pauses_all_tenants(
    graph: Pretend, pool: ConnectionPool[Connection]
) -> None:
    scope = {"x_ms_throttle_scope": "Application/ReadWrite/app"}
    graph.on(RECORD, error(429, "TooManyRequests", Retry_After="30", **scope), OK)
    graph.on("/subscriptions/1", OK)

    for directory in (DIRECTORY, NEIGHBOUR):
        async with client(graph, pool, directory=directory) as each:
            with pytest.raises(GraphThrottled):
                await each.get(RECORD)
    async with client(graph, pool) as other_feed:
        await other_feed.get("/subscriptions/1")

    assert [request.path for request in graph.asked] == [f"/v1.0{RECORD}", "/v1.0/subscriptions/1"]


async def test_pages_of_one_record_are_asked_for_as_slowly_as_graph_wants(
    graph: Pretend, pool: ConnectionPool[Connection]
) -> None:
    pages = [f"{RECORD}/sessions?$skiptoken={number}" for number in range(1, 14)]
    links = [graph.link(page) for page in pages]
    replies = [web.json_response({"value": [{}], "@odata.nextLink": link}) for link in links[1:]]
    graph.on(f"{RECORD}/sessions", *replies, OK)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    access = GraphAccess(graph.url, graph.url, "client", "secret", limiter=Limiter(pool))
    async with GraphClient(access, DIRECTORY, patience=10, sleep=sleep) as each:
        rows = [row async for page in each.nested({"sessions@odata.nextLink": links[0]}, "sessions") for row in page]

    assert len(rows) == len(pages) - 1
    assert len(waits) == len(pages) - 10
    assert sum(waits) > 2.0


async def test_further_pages_count_like_the_first_whatever_their_address_shows(
    graph: Pretend, pool: ConnectionPool[Connection]
) -> None:
    graph.on("/users", web.json_response({"value": [], "@odata.nextLink": graph.link("/users?$skiptoken=x")}), OK)

    async with client(graph, pool) as each:
        pages = each.pages("/users", {"$select": "id,signInActivity"})
        await anext(pages)
        with pytest.raises(GraphThrottled):
            await anext(pages)

    assert len(graph.asked) == 1


async def test_nothing_is_asked_uncounted(graph: Pretend, database: Database) -> None:
    graph.on(RECORD, OK)
    with ConnectionPool(database.writer_dsn, min_size=1, max_size=2, timeout=0.3, open=True) as pool:
        pool.wait()
        with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
            owner.execute("ALTER ROLE sua_writer NOLOGIN")
            try:
                owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sua_writer'")
                async with client(graph, pool) as each:
                    with pytest.raises(LimitsUnavailable):
                        await each.get(RECORD)
            finally:
                owner.execute("ALTER ROLE sua_writer LOGIN")

    assert graph.asked == []


async def test_slots_nobody_used_in_time_are_not_used_later(
    pool: ConnectionPool[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Limit(20, 60, burst=4, batch=4, kept_s=0.05)
    shared = Limiter(pool)
    await shared.admit([Scope("wide", limit)], 0)

    await asyncio.sleep(0.1)
    late = await shared.admit([Scope("wide", limit)], 0)

    assert not late.granted


def test_full_buckets_are_forgotten_and_begin_full(pool: ConnectionPool[Connection]) -> None:
    full, busy = Scope("full", Limit(10, 60, burst=2)), Scope("busy", Limit(10, 60, burst=2))
    with pool.connection() as db:
        for scope in (full, busy):
            limiter.take(db, scope, 0)
        db.execute("UPDATE graph_limits SET taken_until = taken_until - interval '2 h' WHERE scope = 'full'")
        forgotten = limiter.forget_idle(db)
        left = db.execute("SELECT scope FROM graph_limits").fetchall()
        anew = [limiter.take(db, full, 0).granted for _ in range(3)]

    assert (forgotten, left) == (1, [("busy",)])
    assert anew == [True, True, False]


def test_time_may_pass_faster_where_it_is_simulated(pool: ConnectionPool[Connection]) -> None:
    scope = Scope("any", replace(CALLS, burst=1, batch=1))
    with pool.connection() as db:
        limiter.take(db, scope, 0, pace=1000)
        told = limiter.take(db, scope, 0, pace=1000)

    assert not told.granted
    assert told.wait_s == pytest.approx(scope.limit.interval_s() / 1000, rel=0.5)
