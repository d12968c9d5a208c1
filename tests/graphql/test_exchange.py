"""Messages and their results over connections of the pool: what is refused, what is large, what is broken off."""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from weakref import ref

import psycopg
import pytest
import uvloop
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.graphql.compiled import exchange
from app.graphql.compiled.exchange import LEASE_SECONDS, Kept, Lease, Wire, exchanged, lent
from app.graphql.pool import Db, ReadPool, open_read_pool
from tests.database import Database

SLEEPS_SECONDS = 60
LARGE = 3_000_000
"""More characters than a socket takes at once."""


async def test_only_statements_with_columns_have_rows_in_the_order_of_the_message(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    async with lent(pool) as wire:
        found = await exchanged(
            wire,
            b"SET LOCAL jit = off; SELECT 1, 'one'; SELECT 2 WHERE false; SET LOCAL jit = on; SELECT now() IS NULL",
        )
    await pool.close()

    assert found == [[(1, "one")], [], [(False,)]]


async def test_what_is_refused_says_why_and_leaves_the_connection_as_it_was(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    async with lent(pool) as wire:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await exchanged(wire, b"SELECT 1; SELECT 1 / 0; SELECT 2")
        after = await exchanged(wire, b"SELECT 3")
    await pool.close()

    assert after == [[(3,)]]


async def test_large_messages_and_answers_come_whole(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    async with lent(pool) as wire:
        ((row,),) = await exchanged(wire, f"SELECT '{'ä' * LARGE}', repeat('b', {LARGE})".encode())
    await pool.close()

    assert row == ("ä" * LARGE, "b" * LARGE)


async def test_a_question_broken_off_is_ended_in_the_database_and_its_connection_replaced(
    module_database: Database,
) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)

    task, began = asyncio.create_task(_sleeping(pool)), time.monotonic()
    await _until(module_database, running=1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with lent(pool) as wire:
        after = await exchanged(wire, b"SELECT 4")
    await _until(module_database, running=0)
    await pool.close()

    assert after == [[(4,)]]
    assert time.monotonic() - began < SLEEPS_SECONDS / 2


async def test_a_connection_lost_meanwhile_is_told_as_such_and_replaced(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)

    task = asyncio.create_task(_sleeping(pool))
    await _until(module_database, running=1)
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute(f"SELECT pg_terminate_backend(pid) FROM ({_RUNNING}) r")
    with pytest.raises(psycopg.OperationalError):
        await task
    async with lent(pool) as wire:
        after = await exchanged(wire, b"SELECT 5")
    await pool.close()

    assert after == [[(5,)]]


async def test_a_connection_that_was_closed_is_kept_by_nobody_nor_are_its_last_rows(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    async with lent(pool) as wire:
        await exchanged(wire, b"SELECT 'Anna'")
    kept = ref(wire.db)
    await pool.close()

    del wire
    gc.collect()

    assert kept() is None


async def test_a_connection_is_kept_between_messages_and_goes_back_in_time(
    module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    lease = Lease(pool)

    first = await lease.wire()
    assert await lease.wire() is first
    waiting = asyncio.create_task(_six(pool))
    await asyncio.sleep(0.05)
    monkeypatch.setattr(exchange, "monotonic", lambda: time.monotonic() + LEASE_SECONDS)
    async with asyncio.timeout(5):
        assert await lease.wire() is not first  # whoever waited for one had it before
    assert waiting.done()
    assert await waiting == [[(6,)]]
    await lease.end()
    await pool.close()


async def _six(pool: ReadPool) -> list[Any]:
    async with lent(pool) as wire:
        return await exchanged(wire, b"SELECT 6")


async def test_a_connection_rests_a_moment_between_messages_of_one_kind_and_then_goes_back(
    module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LEASE_SECONDS", SLEEPS_SECONDS)
    pool = await open_read_pool(module_database.reader_dsn, 1)
    kept, wires = Kept(pool), list[Wire]()
    for _ in range(3):
        async with kept.lease() as lease:
            wires.append(await lease.wire())
            assert await exchanged(wires[-1], b"SELECT 8") == [[(8,)]]
    async with asyncio.timeout(5):
        assert await _six(pool) == [[(6,)]]

    assert len(set(wires)) == 1
    assert wires[0].lost
    await pool.close()


async def test_who_finds_it_taken_has_another_and_both_go_back(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 2)
    kept = Kept(pool)
    async with kept.lease() as one, kept.lease() as other:
        found = [await exchanged(await each.wire(), b"SELECT pg_backend_pid()") for each in (one, other)]
    async with asyncio.timeout(5), lent(pool), lent(pool):
        pass

    assert found[0] != found[1]
    await pool.close()


async def test_who_comes_while_it_goes_back_has_one_of_their_own(
    module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 3)
    kept, putconn = Kept(pool), pool.putconn
    going_back = asyncio.Event()

    async def slowly(db: Any) -> None:
        going_back.set()
        await asyncio.sleep(0.1)
        await putconn(db)

    async with kept.lease() as lease:
        await lease.wire()
    monkeypatch.setattr(pool, "putconn", slowly)
    await going_back.wait()
    async with kept.lease() as one:
        for _ in range(150):
            async with kept.lease() as other:
                assert other is not one
            await asyncio.sleep(0.001)
    await pool.close()


@pytest.mark.parametrize("ticks", range(4))
async def test_who_is_broken_off_while_a_connection_goes_back_to_who_waits_for_it_loses_none(
    module_database: Database, monkeypatch: pytest.MonkeyPatch, ticks: int
) -> None:
    async def ask() -> None:
        await lease.wire()

    pool = await open_read_pool(module_database.reader_dsn, 1)
    lease = Lease(pool)
    await lease.wire()
    monkeypatch.setattr(exchange, "monotonic", lambda: time.monotonic() + LEASE_SECONDS)
    waiting, asking = asyncio.create_task(_six(pool)), asyncio.create_task(ask())
    for _ in range(ticks + 1):
        await asyncio.sleep(0)
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    await lease.end()
    async with asyncio.timeout(5):
        assert await waiting == [[(6,)]]
        assert await _six(pool) == [[(6,)]]

    assert pool.get_stats()["pool_available"] == 1
    await pool.close()


async def test_a_request_broken_off_leaves_nothing_of_it_on_the_connection_that_is_kept(
    module_database: Database,
) -> None:
    async def sleep() -> None:
        async with kept.lease() as lease:
            await exchanged(await lease.wire(), b"SELECT pg_sleep(60)::text")

    pool = await open_read_pool(module_database.reader_dsn, 1)
    kept = Kept(pool)
    sleeping = asyncio.create_task(sleep())
    await asyncio.sleep(0.1)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    async with asyncio.timeout(5):
        async with kept.lease() as lease:
            assert await exchanged(await lease.wire(), b"SELECT 9") == [[(9,)]]
        assert await _six(pool) == [[(6,)]]

    await pool.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("is_taken", [False, True], ids=["resting", "taken"])
def test_where_the_loop_ends_meanwhile_no_connection_is_left_open(
    module_database: Database, loop: Callable[[], asyncio.AbstractEventLoop], is_taken: bool
) -> None:
    dbs = list[Db]()

    async def ending() -> None:
        pool = await open_read_pool(module_database.reader_dsn, 2)
        kept, asked = Kept(pool), asyncio.Event()

        async def ask() -> None:
            async with kept.lease() as lease:
                dbs.append((await lease.wire()).db)
                asked.set()
                if is_taken:
                    await asyncio.sleep(60)

        asking = asyncio.create_task(ask())
        await (asked.wait() if is_taken else asking)
        await pool.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(ending())

    assert [each.closed for each in dbs] == [True]


async def test_a_connection_that_was_lost_is_not_kept(module_database: Database) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    lease = Lease(pool)
    first = await lease.wire()
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 5000)", [first.db.info.backend_pid])
    await asyncio.sleep(0.1)

    assert first.lost
    with pytest.raises(psycopg.OperationalError):
        await exchanged(first, b"SELECT 7")
    assert await exchanged(await lease.wire(), b"SELECT 7") == [[(7,)]]
    await lease.end()
    await pool.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_connection_cut_off_while_a_message_is_still_being_sent_is_told_as_lost(
    module_database: Database, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def cut_off() -> None:
        async with _cutting(module_database) as dsn:
            pool = await open_read_pool(dsn, 1)
            async with asyncio.timeout(20):
                with pytest.raises(psycopg.OperationalError):
                    async with lent(pool) as wire:
                        await exchanged(wire, f"SELECT '{'a' * 10 * LARGE}'".encode())
            await pool.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(cut_off())


@contextlib.asynccontextmanager
async def _cutting(database: Database) -> AsyncIterator[str]:
    """A way to the database that says it is over in the middle of a long message, and reads no further."""
    told = conninfo_to_dict(database.reader_dsn)
    path = f"{told['host']}/.s.PGSQL.{told['port']}"

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(path)
        answering = asyncio.create_task(_copied(from_server, writer))
        taken = 0
        while taken < LARGE and (some := await reader.read(65_536)):
            taken += len(some)
            to_server.write(some)
        if taken >= LARGE:
            await asyncio.sleep(0.1)
            writer.write_eof()
            await asyncio.sleep(1)
        answering.cancel()
        to_server.close()
        writer.transport.abort()

    server = await asyncio.start_server(forward, "127.0.0.1", 0, limit=65_536)
    host, port = server.sockets[0].getsockname()
    yield make_conninfo(database.reader_dsn, host=host, port=port)
    server.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)


async def _sleeping(pool: ReadPool) -> None:
    async with lent(pool) as wire:
        await exchanged(wire, f"SELECT pg_sleep({SLEEPS_SECONDS}) /* broken off */".encode())


_RUNNING = (
    "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%/* broken off */' AND state = 'active'"
    " AND datname = current_database()"
)


async def _until(database: Database, running: int) -> None:
    async with asyncio.timeout(20):
        while True:
            with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
                if len(owner.execute(_RUNNING).fetchall()) == running:
                    return
            await asyncio.sleep(0.05)
