"""Questions of several requests in one message: each sees what is its own, fails alone and is broken off alone."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import psycopg_pool
import pytest

from app import telemetry
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled import direct, exchange, shared
from app.graphql.compiled.batch import Batch, Batches, LookOver, Part, Scope
from app.graphql.compiled.direct_reads import DirectReads
from app.graphql.compiled.exchange import Wire
from app.graphql.compiled.found import Found
from app.graphql.compiled.lanes import Among, Share, share_of
from app.graphql.compiled.shared import LANES, LANES_MAX, WEIGHT_MAX, Shared, _Waiting
from app.graphql.compiled.showing import Rows
from app.graphql.pool import Db, ReadPool, open_read_pool, registered
from app.projections import call_usage, user_listing, users
from app.projections.reading import IN_ORDER, Moment, Question
from tests.database import Database
from tests.graphql.conftest import SETTINGS, asking
from tests.graphql.world import BERT, CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, FABRIKAM_DIRECTORY, FRIDA, World

WHOSE = Question("SELECT DISTINCT tenant_id FROM users ORDER BY 1", {})
COUNT = Question("SELECT count(*) FROM users", {})
MOMENT = Moment(datetime(2026, 11, 24, tzinfo=UTC), date(2026, 11, 23), 100, "UTC", date(2026, 11, 23), False)
BUSY_SECONDS = 0.3
LONG_SECONDS = 30
USER = """query ($id: ID!, $user: ID!) { tenant(id: $id) { name at { user(id: $user) { name department }
  users(first: 2) { nodes { name } } } } }"""


class Noted(Batches):
    """Remembers every message with questions of somebody who waits."""

    def __init__(self) -> None:
        super().__init__(timedelta(seconds=60))
        self.sent: list[Batch] = []
        self.over: list[Wire] = []

    async def answers(self, wire: Wire, batch: Batch) -> list[Rows]:
        if b"pg_sleep" not in b"".join(each.prepare.encode() for each in batch.statements):
            self.sent.append(batch)
            self.over.append(wire)
        return await super().answers(wire, batch)


@dataclass
class Crowd:
    """`busy`: as many questions as are sent at once, so that whoever asks meanwhile waits."""

    batches: Noted
    shared: Shared
    busy: asyncio.Future[list[Any]] | None = None

    async def occupied(self, seconds: float = BUSY_SECONDS) -> None:
        sleeping = [part(question=slept(seconds + nth / 1000)) for nth in range(LANES)]
        self.busy = asyncio.gather(*map(self.shared.answers, sleeping), return_exceptions=True)
        await asyncio.sleep(0)

    async def together(self, *parts: Part) -> list[Any]:
        """What each is told who asks while all lanes are taken: its rows, or what was raised."""
        await self.occupied()
        found = await asyncio.gather(*map(self.shared.answers, parts), return_exceptions=True)
        if self.busy is not None:
            await self.busy
        return found


def part(*tenants: TenantId, question: Question = WHOSE, directory: DirectoryId | None = None) -> Part:
    directories = () if directory is None else (directory,)
    return Part.of(Scope(directories, tenants), [registered(each) for each in directories], [question])


def slept(seconds: float) -> Question:
    return Question("SELECT pg_sleep(%(seconds)s::float)::text /* shared */", {"seconds": str(seconds)})


@pytest.fixture
async def crowd(read_pool: ReadPool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crowd]:
    """All who wait are in one message, as far as one holds."""
    monkeypatch.setattr(shared, "FEW", 10 * WEIGHT_MAX)
    batches = Noted()
    crowd = Crowd(batches, Shared(read_pool, batches))
    yield crowd
    async with asyncio.timeout(10):
        await asyncio.gather(*crowd.shared._carriers, return_exceptions=True)
    await asyncio.sleep(0)
    assert not crowd.shared._carriers
    assert crowd.shared._under_way == 0


async def test_in_one_message_each_sees_its_own_tenants_and_who_has_none_sees_nothing(crowd: Crowd) -> None:
    found = await crowd.together(part(CONTOSO), part(), part(FABRIKAM), part(CONTOSO), part(), part(CONTOSO, FABRIKAM))

    assert len(crowd.batches.sent) == 1
    assert found == [[[(CONTOSO,)]], [[]], [[(FABRIKAM,)]], [[(CONTOSO,)]], [[]], [[(CONTOSO,), (FABRIKAM,)]]]


async def test_each_counts_its_own_rows_however_its_neighbours_in_the_message_are_planned(crowd: Crowd) -> None:
    by_values = Question(
        "SELECT count(DISTINCT u.tenant_id) FROM users u JOIN tenants t USING (tenant_id)"
        " WHERE %(zone)s::text IS NULL OR u.tenant_id IS NOT NULL",
        {"zone": None},
    )
    alone = [await crowd.batches.alone(crowd.shared.pool, part(each, question=COUNT)) for each in (CONTOSO, FABRIKAM)]
    crowd.batches.sent.clear()

    found = await crowd.together(
        part(CONTOSO, question=COUNT),
        part(FABRIKAM, question=by_values),
        part(question=COUNT),
        part(CONTOSO, question=by_values),
        part(FABRIKAM, question=COUNT),
        part(question=by_values),
    )

    assert len(crowd.batches.sent) == 1
    assert found == [alone[0], [[(1,)]], [[(0,)]], [[(1,)]], alone[1], [[(0,)]]]


async def test_the_register_is_open_to_each_directory_for_its_own_question_alone(crowd: Crowd) -> None:
    at_register = Question("SELECT DISTINCT tenant_id FROM tenants", {})

    found = await crowd.together(
        part(directory=CONTOSO_DIRECTORY, question=at_register),
        part(FABRIKAM, directory=FABRIKAM_DIRECTORY),
        part(question=at_register),
        part(CONTOSO, directory=CONTOSO_DIRECTORY, question=at_register),
    )

    assert len(crowd.batches.sent) == 1
    assert found == [[[(CONTOSO,)], []], [[(FABRIKAM,)], [(FABRIKAM,)]], [[]], [[(CONTOSO,)], [(CONTOSO,)]]]


async def test_what_several_ask_in_the_same_scope_is_asked_once(crowd: Crowd) -> None:
    one = part(CONTOSO, directory=CONTOSO_DIRECTORY)

    found = await crowd.together(one, part(FABRIKAM), one, part(CONTOSO, directory=CONTOSO_DIRECTORY))

    (sent,) = crowd.batches.sent
    assert sent.message.count(b"EXECUTE") == 3
    assert found == [[[(CONTOSO,)], [(CONTOSO,)]] if each else [[(FABRIKAM,)]] for each in (True, False, True, True)]


async def test_what_a_lost_connection_did_not_answer_is_asked_once_more_over_another(
    crowd: Crowd, module_database: Database
) -> None:
    asking = asyncio.create_task(crowd.shared.answers(part(question=slept(1))))
    await until_running(module_database, 1)

    with psycopg.connect(module_database.owner_dsn, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'sua_reader'")

    assert await asking == [[("",)]]


async def test_a_connection_lost_between_two_messages_is_replaced_unnoticed(
    crowd: Crowd, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [Question("SELECT %(number)s", {"number": number}) for number in range(WEIGHT_MAX + 1)]
    real, ended = Noted.answers, list[int]()

    async def ending(self: Noted, wire: Wire, batch: Batch) -> list[Rows]:
        found = await real(self, wire, batch)
        if len(batch.places) == WEIGHT_MAX:
            ended.append(wire.db.info.backend_pid)
            with psycopg.connect(module_database.owner_dsn, autocommit=True) as db:
                db.execute("SELECT pg_terminate_backend(%s, 5000)", ended)
        return found

    monkeypatch.setattr(Noted, "answers", ending)
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", LONG_SECONDS)
    found = await crowd.together(*(part(question=each) for each in numbers))

    assert found == [[[(number,)]] for number in range(WEIGHT_MAX + 1)]
    assert len(ended) == 1


@pytest.mark.parametrize("patience", [0.0, LONG_SECONDS], ids=["on a connection more", "one after the other"])
async def test_what_was_answered_is_kept_by_nobody(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", patience)
    parts = [part(CONTOSO), part(FABRIKAM)]
    gc.collect()  # what other tests left, who had messages fail
    gc.disable()
    try:
        assert await crowd.together(*parts) == [[[(CONTOSO,)]], [[(FABRIKAM,)]]]
        kept = [each for each in gc.get_objects() if isinstance(each, _Waiting)]
    finally:
        gc.enable()

    assert kept == []


async def test_who_loses_the_connection_every_time_is_told_so(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = list[Db]()

    async def lost(_: Batches, wire: Wire, __: Batch) -> list[Rows]:
        tried.append(wire.db)
        wire.leave()
        await wire.db.close()
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(Noted, "answers", lost)
    with pytest.raises(psycopg.OperationalError):
        await crowd.shared.answers(part(CONTOSO))

    assert len(set(map(id, tried))) == 2


async def test_a_message_that_fails_fails_only_for_whoever_made_it_fail(crowd: Crowd) -> None:
    odd = Question("SELECT 1 / %(by)s", {"by": 0})

    found = await crowd.together(part(CONTOSO), part(CONTOSO, question=odd), part(FABRIKAM))

    assert [found[0], found[2]] == [[[(CONTOSO,)]], [[(FABRIKAM,)]]]
    assert isinstance(found[1], psycopg.errors.DivisionByZero)
    assert len(crowd.batches.sent) == 4


async def test_a_fault_of_the_sharing_is_told_though_everybody_is_answered(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = Batches.together, telemetry.counted().get("graphql.compiled_left", 0)

    def broken(self: Batches, parts: list[Part]) -> Batch:
        if len(parts) > 1:
            raise LookupError
        return real(self, parts)

    monkeypatch.setattr(Batches, "together", broken)
    found = await crowd.together(part(CONTOSO), part(FABRIKAM))

    assert found == [[[(CONTOSO,)]], [[(FABRIKAM,)]]]
    assert telemetry.counted()["graphql.compiled_left"] == told + 1


async def test_statements_a_connection_lost_are_prepared_again_for_all(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LEASE_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(exchange, "REST_SECONDS", 1.0)
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", LONG_SECONDS)
    first = await crowd.together(part(CONTOSO), part(FABRIKAM, question=COUNT))
    (wire,) = crowd.batches.over
    await exchange.exchanged(wire, b"DEALLOCATE ALL")
    again = await crowd.together(part(CONTOSO), part(FABRIKAM, question=COUNT))

    assert again == first
    assert crowd.batches.over == [wire, wire]


async def test_a_message_holds_no_more_than_it_may(crowd: Crowd) -> None:
    numbers = [Question("SELECT %(number)s", {"number": number}) for number in range(2 * WEIGHT_MAX + 1)]

    found = await crowd.together(*(part(question=each) for each in numbers))

    assert found == [[[(number,)]] for number in range(2 * WEIGHT_MAX + 1)]
    assert sorted(len(each.places) for each in crowd.batches.sent) == [1, WEIGHT_MAX, WEIGHT_MAX]


async def test_of_many_who_wait_a_message_takes_half_and_at_least_a_few(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "FEW", 3)
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", LONG_SECONDS)
    numbers = [Question("SELECT %(number)s", {"number": number}) for number in range(23)]

    found = await crowd.together(*(part(question=each) for each in numbers))

    assert found == [[[(number,)]] for number in range(23)]
    assert [len(each.places) for each in crowd.batches.sent] == [11, 6, 3, 3]


async def test_where_a_message_takes_long_all_who_wait_go_on_another_connection(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "FEW", 3)
    numbers = [Question("SELECT %(number)s", {"number": number}) for number in range(23)]
    await crowd.occupied(LONG_SECONDS)

    found = await asyncio.gather(*(crowd.shared.answers(part(question=each)) for each in numbers))

    assert found == [[[(number,)]] for number in range(23)]
    assert [len(each.places) for each in crowd.batches.sent] == [23]
    await broken_off(crowd.busy)


async def test_who_waits_behind_others_is_patient_as_long_as_messages_go_out(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "FEW", 1)
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 2 * BUSY_SECONDS)
    monkeypatch.setattr(exchange, "LEASE_SECONDS", LONG_SECONDS)
    naps = [part(question=slept(BUSY_SECONDS / 3 + nth / 1000)) for nth in range(8)]  # alone, then 3, 2, 1 and 1

    busy = asyncio.gather(*map(crowd.shared.answers, naps))
    await asyncio.sleep(0)
    most = 0
    while not busy.done():
        most = max(most, crowd.shared._under_way)
        await asyncio.sleep(0.01)

    assert most == LANES
    await busy


async def test_messages_that_follow_each_other_go_over_one_connection(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LEASE_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", LONG_SECONDS)
    numbers = [Question("SELECT %(number)s", {"number": number}) for number in range(2 * WEIGHT_MAX)]

    await crowd.together(*(part(question=each) for each in numbers))

    first, second = crowd.batches.over
    assert first is second


async def test_whoever_comes_while_nothing_is_under_way_is_asked_alone_and_at_once(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LEASE_SECONDS", LONG_SECONDS)
    for _ in range(3):
        assert await crowd.shared.answers(part(CONTOSO)) == [[(CONTOSO,)]]

    assert [len(each.places) for each in crowd.batches.sent] == [1, 1, 1]
    assert len(set(crowd.batches.over)) == 1  # which rests a moment between them


async def test_messages_that_take_long_hold_up_nobody(crowd: Crowd) -> None:
    await crowd.occupied(LONG_SECONDS)
    began = time.monotonic()

    found = await crowd.shared.answers(part(CONTOSO))

    assert found == [[(CONTOSO,)]]
    assert time.monotonic() - began < LONG_SECONDS / 2
    await broken_off(crowd.busy)


async def test_who_is_broken_off_leaves_the_message_to_the_others(crowd: Crowd) -> None:
    await crowd.occupied()
    tasks = [asyncio.create_task(crowd.shared.answers(part(each, question=slept(0.4)))) for each in (CONTOSO, FABRIKAM)]
    queued = asyncio.create_task(crowd.shared.answers(part(CONTOSO)))
    await asyncio.sleep(0)
    await broken_off(queued)
    await asyncio.sleep(BUSY_SECONDS / 2)
    await broken_off(tasks[0])

    assert await tasks[1] == [[("",)]]
    assert crowd.busy is not None
    await crowd.busy


async def test_a_message_nobody_waits_for_is_ended_in_the_database(crowd: Crowd, module_database: Database) -> None:
    await crowd.occupied()
    tasks = [
        asyncio.create_task(crowd.shared.answers(part(each, question=slept(LONG_SECONDS))))
        for each in (CONTOSO, FABRIKAM)
    ]
    assert crowd.busy is not None
    await crowd.busy
    await until_running(module_database, 1)
    await asyncio.gather(*map(broken_off, tasks))
    await asyncio.gather(*crowd.shared._carriers, return_exceptions=True)

    await until_running(module_database, 0)
    assert await crowd.shared.answers(part(CONTOSO)) == [[(CONTOSO,)]]


async def test_who_waited_too_long_for_a_connection_is_told_so_and_who_came_later_is_answered(
    module_database: Database, world: World
) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 1)
    pool.timeout = 2.0
    shared = Shared(pool, Noted())
    async with pool.connection():
        early = [asyncio.create_task(shared.answers(part(CONTOSO))) for _ in range(3)]
        await asyncio.sleep(1.0)
        late = [asyncio.create_task(shared.answers(part(CONTOSO))) for _ in range(3)]
        found = await asyncio.gather(*early, return_exceptions=True)
    after = await asyncio.gather(*late)
    await pool.close()

    assert {type(each) for each in found} == {psycopg_pool.PoolTimeout}
    assert after == [[[(CONTOSO,)]]] * 3


async def test_however_many_messages_take_long_who_comes_is_sent_as_long_as_there_are_connections(
    module_database: Database, world: World
) -> None:
    pool = await open_read_pool(module_database.reader_dsn, LANES_MAX + 2)
    shared = Shared(pool, Noted())
    slow = list[asyncio.Task[Any]]()
    for nth in range(LANES_MAX):
        slow.append(asyncio.create_task(shared.answers(part(question=slept(LONG_SECONDS + nth)))))
        await until_running(module_database, nth + 1)
    began = time.monotonic()

    found = await shared.answers(part(CONTOSO))

    assert found == [[(CONTOSO,)]]
    assert time.monotonic() - began < LONG_SECONDS / 2
    await asyncio.gather(*map(broken_off, slow))
    await asyncio.gather(*shared._carriers, return_exceptions=True)
    await pool.close()


async def test_who_waited_until_what_was_seen_of_their_rights_is_over_is_not_told_by_it(crowd: Crowd) -> None:
    standing = [True]
    asked = msgspec.structs.replace(part(CONTOSO), stands=lambda: standing[0])
    await crowd.occupied()
    waiting = [asyncio.create_task(crowd.shared.answers(each)) for each in (asked, part(FABRIKAM))]
    await asyncio.sleep(0)
    standing[0] = False

    with pytest.raises(LookOver):
        await waiting[0]
    assert await waiting[1] == [[(FABRIKAM,)]]
    with pytest.raises(LookOver):
        await crowd.shared.answers(asked)
    assert crowd.busy is not None
    await crowd.busy
    assert all(str(CONTOSO).encode() not in each.message for each in crowd.batches.sent)


async def test_what_took_too_long_is_not_asked_again(module_database: Database, world: World) -> None:
    pool = await open_read_pool(module_database.reader_dsn, 2)
    batches = Noted()
    batches._opening = batches._opening.replace("statement_timeout = 60000", "statement_timeout = 400")
    shared = Shared(pool, batches)
    crowd = Crowd(batches, shared)

    found = await crowd.together(part(CONTOSO), part(question=slept(LONG_SECONDS)))
    await pool.close()

    assert [type(each) for each in found] == [psycopg.errors.QueryCanceled] * 2


def _by_direction(since: date) -> Question:
    return call_usage.spending(CONTOSO, MOMENT, since, date(2026, 11, 21), "direction")


@pytest.mark.parametrize(
    ("questions", "among"),
    [
        ([users.naming(CONTOSO, MOMENT, [BERT])], Share(Among.ROWS, 1)),
        ([users.naming(CONTOSO, MOMENT, [BERT])] * 2, Share(Among.ROWS, 1)),
        ([user_listing.listing(CONTOSO, MOMENT, limit=101)], Share(Among.ROWS, 5)),
        ([user_listing.listing(CONTOSO, MOMENT, search="a", limit=101)], None),
        ([Question(f"{IN_ORDER} SELECT 1 FROM users LIMIT %(limit)s", {"limit": None})], None),
        ([], Share(Among.ROWS, 1)),
        ([call_usage.spending(CONTOSO, MOMENT, date(2026, 11, 1), date(2026, 11, 21), "day")], Share(Among.DAYS, 1)),
        ([call_usage.spending(CONTOSO, MOMENT, date(2026, 1, 1), date(2027, 1, 1), "day")], Share(Among.DAYS, 15)),
        ([_by_direction(date(2026, 11, 1))], Share(Among.USAGE, 3)),
        ([_by_direction(date(2026, 1, 1))], None),
        (
            [
                users.naming(CONTOSO, MOMENT, [BERT]),
                call_usage.spending(CONTOSO, MOMENT, date(2026, 11, 1), date(2026, 11, 21), "day"),
            ],
            None,
        ),
    ],
)
def test_only_questions_that_cost_about_the_same_share_messages(questions: list[Question], among: Share | None) -> None:
    assert share_of(questions) == among


@pytest.mark.parametrize("look_seconds", [0, 60])
async def test_requests_of_all_kinds_of_viewers_at_once_are_told_what_each_is_told_alone(
    module_database: Database, world: World, monkeypatch: pytest.MonkeyPatch, look_seconds: float
) -> None:
    together = list[set[str]]()
    real = Batches.together

    def noted(self: Batches, parts: list[Part]) -> Batch:
        together.append({part.tenants for part in parts})
        return real(self, parts)

    monkeypatch.setattr(Batches, "together", noted)
    pool = await open_read_pool(module_database.reader_dsn, 4)
    settings = replace(SETTINGS, look_seconds=look_seconds, answers_bytes=0)
    asked = [
        (who, {"id": str(tenant), "user": str(user)})
        for who in ("viewer", "hr", "neighbour", "nobody", "stranger", "owner")
        for tenant in (CONTOSO, FABRIKAM)
        for user in (BERT, FRIDA)
    ]
    async with asking(pool, settings, world=world) as client:
        alone = [await client.ask(USER, who, **variables) for who, variables in asked]
        at_once = await asyncio.gather(*(client.ask(USER, who, **variables) for who, variables in asked * 3))
    await pool.close()

    told = [(each.get("data"), [error["extensions"]["code"] for error in each.get("errors", [])]) for each in alone]
    again = [(each.get("data"), [error["extensions"]["code"] for error in each.get("errors", [])]) for each in at_once]
    assert again == told * 3
    assert len({str(data) for data, _ in told}) > 4
    assert max(map(len, together)) > 1


DAYS = """query ($id: ID!, $knownAt: DateTime) { tenant(id: $id) { at(knownAt: $knownAt) {
  callUsage(groupBy: DAY) { key calls } } } }"""


@pytest.mark.parametrize(("known_at", "kinds"), [(None, {Among.DAYS}), ("2026-11-23T11:00:00Z", set())])
async def test_what_was_known_once_is_asked_alone(
    module_database: Database, world: World, monkeypatch: pytest.MonkeyPatch, known_at: str | None, kinds: set[Among]
) -> None:
    real, asked, shared_by = DirectReads.found, list[Found | None](), set[Among]()

    async def found(self: DirectReads, *given: Any) -> Found | None:
        asked.append(await real(self, *given))
        return asked[-1]

    def noted(questions: Sequence[Question]) -> Share | None:
        share = share_of(questions)
        shared_by.update([] if share is None else [share.among])
        return share

    monkeypatch.setattr(DirectReads, "found", found)
    monkeypatch.setattr(direct, "share_of", noted)
    pool = await open_read_pool(module_database.reader_dsn, 4)
    async with asking(pool, SETTINGS, world=world) as client:
        assert "errors" not in await client.ask(DAYS, "viewer", id=str(CONTOSO), knownAt=known_at)
    await pool.close()

    assert None not in asked
    assert len(asked) == 1
    assert shared_by == kinds


async def broken_off(task: asyncio.Future[Any] | None) -> None:
    assert task is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def until_running(database: Database, connections: int) -> None:
    """Raises TimeoutError where it does not come to that."""
    async with asyncio.timeout(LONG_SECONDS / 3):
        while True:
            if running(database) == connections:
                return
            await asyncio.sleep(0.02)


def running(database: Database) -> int:
    """How many connections sleep for a shared message."""
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        return len(
            owner.execute(
                "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
            ).fetchall()
        )
