"""How PostgreSQL plans what is asked most: many customers' rows lie in one table, and it plans without their values."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from app.domain.ids import DirectoryId, TenantId, UserId
from app.graphql.compiled.batch import Batches, Scope
from app.graphql.compiled.exchange import exchanged, lent
from app.graphql.compiled.fields import datetime_of, in_utc, instant
from app.graphql.pool import ReadPool, changed, open_read_pool, registered
from app.projections import idle_licences, user_listing, users
from app.projections.reading import IN_ORDER, OPEN, WHOLE, Moment, Question
from tests.database import Database

TENANTS, USERS = 20, 300
NOW = datetime(2026, 11, 1, tzinfo=UTC)
MOMENT = Moment(
    at=NOW, on=date(2026, 10, 31), position=10, zone="UTC", known_on=date(2026, 10, 31), before_first_fact=False
)


def _tenant(nth: int) -> TenantId:
    return TenantId(UUID(f"00000000-0000-4000-8000-{nth:012x}"))


TENANT = _tenant(1)
OF_TENANT = Scope((), (TENANT,))

_USERS = f"""
    INSERT INTO users (tenant_id, user_id, display_name, kind, enabled, department, deleted,
                       valid_from, valid_until, since_position, until_position)
    SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, gen_random_uuid(), 'Name ' || u, 'PERSON',
           true, 'Department ' || u %% 5, false, v.valid_from, v.valid_until, 1, {OPEN}
    FROM generate_series(1, {TENANTS}) t, generate_series(1, {USERS}) u,
         (VALUES (timestamptz '2026-01-01Z', timestamptz '2026-06-01Z'),
                 (timestamptz '2026-06-01Z', timestamptz '9999-12-31Z')) AS v (valid_from, valid_until)
"""


_CUSTOMERS = f"""
    INSERT INTO tenants (tenant_id, directory_id, name, state, permissions, failed_feeds,
                         valid_from, valid_until, since_position, until_position)
    SELECT gen_random_uuid(), d.directory, 'Name', 'CONSENTED', '{{}}', '{{}}', v.valid_from, v.valid_until, 1, {OPEN}
    FROM (SELECT gen_random_uuid() AS directory FROM generate_series(1, 1000)) d,
         (VALUES (timestamptz '2026-01-01Z', timestamptz '2026-06-01Z'),
                 (timestamptz '2026-06-01Z', timestamptz '9999-12-31Z')) AS v (valid_from, valid_until)
"""


@pytest.fixture
async def pool(module_database: Database) -> AsyncIterator[ReadPool]:
    with psycopg.connect(module_database.writer_dsn, autocommit=True) as writer:
        if writer.execute("SELECT count(*) FROM users").fetchone() == (0,):
            writer.execute(_USERS.replace("%%", "%"))
            writer.execute(_CUSTOMERS)
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute("ANALYZE users, tenants")
    made = await open_read_pool(module_database.reader_dsn, 1)
    yield made
    await made.close()


async def test_a_page_is_read_in_its_order_and_no_further(pool: ReadPool) -> None:
    plan = await _plan(pool, user_listing.listing(TENANT, MOMENT, department=None, limit=101))

    assert "users_in_order_of_name_idx" in plan
    assert "Sort" not in plan


async def test_a_page_of_a_department_is_read_in_its_order_and_no_further(pool: ReadPool) -> None:
    plan = await _plan(pool, user_listing.listing(TENANT, MOMENT, department="Department 3", limit=101))

    assert "users_in_order_of_department_idx" in plan
    assert "Sort" not in plan


async def test_one_user_is_found_by_the_key(pool: ReadPool) -> None:
    plan = await _plan(pool, users.naming(TENANT, MOMENT, [UserId(UUID(int=7))]))

    assert "users_pkey" in plan
    assert "Sort" not in plan


async def test_the_tenants_of_a_directory_are_found_without_reading_other_customers(pool: ReadPool) -> None:
    one, other = DirectoryId(UUID(int=1)), DirectoryId(UUID(int=2))

    for question in (registered(one), changed({one: [], other: []})):
        plan = await _plan(pool, question, Scope((one, other), ()))
        assert "tenants_by_directory_idx" in plan
        assert "Index Cond: ((directory_id =" in plan


async def test_idle_seats_are_found_by_reading_each_table_once(pool: ReadPool) -> None:
    plan = await _plan(pool, idle_licences.listing(TENANT, MOMENT, idle_days=30, grace_days=30, after=None, limit=1001))

    assert "Hash" in plan
    assert "Nested Loop" not in plan
    assert "Merge Join" not in plan
    assert "users_known_idx" in plan


async def test_no_statement_has_helpers_however_cheap_they_seem(pool: ReadPool) -> None:
    batches = Batches(timedelta(seconds=15))

    async with lent(pool) as wire:
        asked = [Question("SELECT current_setting('max_parallel_workers_per_gather')", {})]
        found = await batches.answers(wire, batches.batch(Scope((), (TENANT,)), [], asked))

    assert found == [[("0",)]]


async def test_each_statement_of_a_message_is_planned_in_its_own_way_only(pool: ReadPool) -> None:
    said = [
        "enable_sort",
        "enable_nestloop",
        "enable_mergejoin",
        "enable_indexscan",
        "enable_seqscan",
        "plan_cache_mode",
    ]
    told = f"SELECT {', '.join(f'current_setting({each!r})' for each in said)}"
    ways = ["", IN_ORDER, WHOLE, "/* JOIN, UNION ALL */"]
    batches = Batches(timedelta(seconds=15))

    async with lent(pool) as wire:
        asked = [Question(f"{way} {told}", {}) for way in reversed(ways)]
        found = await batches.answers(wire, batches.batch(Scope((), (TENANT,)), [], asked))

    assert found[::-1] == [
        [("on", "on", "on", "on", "on", "force_generic_plan")],
        [("off", "on", "on", "on", "on", "force_generic_plan")],
        [("on", "off", "off", "off", "off", "force_generic_plan")],
        [("on", "on", "on", "on", "on", "force_custom_plan")],
    ]


@pytest.mark.parametrize(
    "time",
    [
        datetime(2026, 1, 31, 8, tzinfo=UTC),
        datetime(2026, 1, 31, 8, 0, 0, 500_000, tzinfo=UTC),
        datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC),
        datetime(2026, 1, 31, 8, 0, 0, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
async def test_a_time_read_as_text_is_written_as_ever(module_database: Database, time: datetime) -> None:
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        here = sql.SQL("ALTER ROLE sua_reader IN DATABASE {} ").format(sql.Identifier(owner.info.dbname))
        owner.execute(here + sql.SQL("SET datestyle = 'SQL, DMY'"))
        owner.execute(here + sql.SQL("SET timezone = 'Asia/Kathmandu'"))
    pool = await open_read_pool(module_database.reader_dsn, 1)
    try:
        async with lent(pool) as wire:
            said = f"timestamptz {time.isoformat()!r}"
            ((row,),) = await exchanged(wire, f"SELECT {in_utc(said)}, {said}".encode())
    finally:
        await pool.close()
        with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
            owner.execute(here + sql.SQL("RESET ALL"))

    assert instant(row[0]) == row[1].isoformat() == time.isoformat()
    assert datetime_of(row[0]) == time


async def _plan(pool: ReadPool, question: Question, scope: Scope = OF_TENANT) -> str:
    """As it is planned in a message, for any values. A scope of directories: it asks the register."""
    batches = Batches(timedelta(seconds=15))
    register, questions = ([question], []) if scope.directories else ([], [question])
    batch = batches.batch(scope, register, questions)
    async with lent(pool) as wire:
        await batches.answers(wire, batch)
        (lines,) = await exchanged(wire, batch.message.replace(b"EXECUTE", b"EXPLAIN EXECUTE"))
    return "\n".join(line for (line,) in lines)
