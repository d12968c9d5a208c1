"""Every read table of 2,000,000 facts of 20 tenants built anew by a process a core, against one statement a table.

The statements are written by hand, each the least its table can cost: it reads the log where it lies, parses only what
it needs of a few kinds of facts, and writes one table. They make the main tables of the licence side: who held what,
the trail of changes, seats and last activity. One after the other they must come to the rows the engine makes, which
decodes and decrypts every fact. Both begin with empty live tables, with their indexes; the engine fills the next
generation first. The ratio is of the same tables; then every table is built over empty ones, and again over the live
ones, where it must be found equal.

SUA_BENCH_FACTS: facts of a tenant, for a smaller run.
"""

import os
from collections.abc import Sequence
from itertools import islice
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter
from uuid import uuid4

import psycopg

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import borrowed, writer_pool
from app.eventstore.store import EventStore
from app.ops.rebuilding import Source, Wanted, rebuild_each
from app.projections.catalogue import ALL
from app.projections.checkpoints import create_missing
from app.projections.generations import State
from app.projections.leftovers import drop_old
from bench.company_log import company, tell
from bench.database import Database
from bench.figure import Figure
from bench.projection import FOLD

_TENANTS = 20
_FACTS = int(os.environ.get("SUA_BENCH_FACTS", "100000"))
_KEY = bytes(32)
_JOBS = 2

_CHANGES = """
    INSERT INTO licence_changes
    SELECT tenant_id, position, happened_at, recorded_at, (state ->> 'user')::uuid, (state ->> 'sku')::uuid,
           coalesce((state ->> 'via')::uuid, '00000000-0000-0000-0000-000000000000'),
           CASE name WHEN 'LicenceAssigned' THEN 'ASSIGNED' ELSE 'REMOVED' END, NULL, cause
    FROM (SELECT tenant_id, position, happened_at, recorded_at, cause, name,
                 convert_from(state, 'UTF8')::json AS state
          FROM events WHERE tenant_id = %(tenant)s AND name IN ('LicenceAssigned', 'LicenceRemoved')) AS read
"""
_ACTIVITY = """
    WITH facts AS (
        SELECT position, name, convert_from(state, 'UTF8')::json AS state FROM events
        WHERE tenant_id = %(tenant)s AND name IN ('UserSignedIn', 'CallCompleted')
    ), seen AS (
        SELECT position, (state ->> 'user')::uuid AS user_id, source, (state ->> source)::timestamptz AS at
        FROM facts CROSS JOIN unnest(ARRAY['interactive', 'non_interactive', 'successful']) AS source
        WHERE name = 'UserSignedIn' AND state ->> source IS NOT NULL
        UNION ALL
        SELECT position, known.user_id, 'call', (leg ->> 'started_at')::timestamptz
        FROM facts CROSS JOIN LATERAL json_array_elements(state -> 'call' -> 'legs') AS leg
        JOIN bench_stand_ins AS known ON known.stand_in = (leg -> 'party' ->> 'user')::uuid
        WHERE name = 'CallCompleted'
    )
    INSERT INTO last_activity
    SELECT DISTINCT ON (user_id, source) %(tenant)s, user_id, source, at, position FROM seen
    ORDER BY user_id, source, at DESC, position
"""
_SEATS = """
    WITH facts AS (
        SELECT position, happened_at, name, (state ->> 'user')::uuid AS user_id, (state ->> 'sku')::uuid AS sku_id
        FROM (SELECT position, happened_at, name, convert_from(state, 'UTF8')::json AS state FROM events
              WHERE tenant_id = %(tenant)s AND name IN ('LicenceAssigned', 'LicenceRemoved')) AS read
    ), spells AS (
        SELECT *, lead(position) OVER next AS until_position, lead(happened_at) OVER next AS until FROM facts
        WINDOW next AS (PARTITION BY user_id, sku_id ORDER BY position)
    ), seats AS (
        SELECT *, lag(until) OVER before IS DISTINCT FROM happened_at AS is_new FROM spells
        WHERE name = 'LicenceAssigned' WINDOW before AS (PARTITION BY user_id, sku_id ORDER BY position)
    ), held AS (
        SELECT *, max(happened_at) FILTER (WHERE is_new) OVER (PARTITION BY user_id, sku_id ORDER BY position)
               AS held_since,
               CASE WHEN NOT lead(is_new) OVER before THEN lead(position) OVER before ELSE 9223372036854775807 END
               AS joined
        FROM seats WINDOW before AS (PARTITION BY user_id, sku_id ORDER BY position)
    )
    INSERT INTO idle_licences
    SELECT %(tenant)s, user_id, sku_id, held_since, ARRAY['00000000-0000-0000-0000-000000000000']::uuid[], held_since,
           version.*
    FROM held CROSS JOIN LATERAL (
        SELECT '9999-12-31Z'::timestamptz, position, coalesce(until_position, 9223372036854775807)
        UNION ALL
        SELECT until, until_position, joined WHERE until > held_since
    ) AS version (valid_until, since_position, until_position)
"""
_BY_HAND = {
    "licence_holdings": FOLD,
    "licence_changes": _CHANGES,
    "idle_licences": _SEATS,
    "last_activity": _ACTIVITY,
}
_TABLES = [table for projection in ALL for table in projection.tables]


def run(database: Database) -> list[Figure]:
    tenants = [TenantId(uuid4()) for _ in range(_TENANTS)]
    source = Source(database.writer_dsn, _KEY)
    with writer_pool(database.writer_dsn) as pool, psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        keys = KeyRing(pool, _KEY)
        store = EventStore(pool, keys)
        for nth, tenant in enumerate(tenants):
            facts = company(_FACTS // 25, 1_000, active=0.1, signing_in=0.7, changing=0.07, seed=nth)
            tell(store, tenant, islice(facts, _FACTS))
            create_missing(pool, tenant, ALL)
        _stand_ins(owner, keys, tenants)
        owner.execute("ANALYZE events")
        heads = {tenant: store.head(tenant) for tenant in tenants}
        total = sum(heads.values())

        by_hand = 0.0
        for tenant in tenants:
            with borrowed(pool) as db:
                began = perf_counter()
                for statement in _BY_HAND.values():
                    db.execute(statement, {"tenant": tenant})
                by_hand += perf_counter() - began
        expected = {table: _digest(owner, table) for table in _BY_HAND}

        same = _timed(source, heads, list(_BY_HAND), owner)
        for table, digest in expected.items():
            if _digest(owner, table) != digest:
                raise AssertionError(f"{table}: the statement and the engine do not agree")
        first = _timed(source, heads, ["all"], owner)
        made = {table: _digest(owner, table) for table in _TABLES}
        again = _again(source, heads, "all")
        one = _again(source, heads, "licence_holdings")
        began = perf_counter()
        drop_old(pool)
        dropping = perf_counter() - began
        if {table: _digest(owner, table) for table in _TABLES} != made:
            raise AssertionError("a rebuild of equal tables changed them")
    peak = _JOBS * getrusage(RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Figure.at_least("rebuild_vs_sql_folds_of_the_same_tables", by_hand / same, "ratio", 0.5),
        Figure.at_least("rebuild_all_over_empty_tables", total / first, "facts/s", 0),
        Figure.at_least("rebuild_all_over_equal_tables", total / again, "facts/s", 0),
        Figure.at_least("rebuild_one_over_equal_tables", total / one, "facts/s", 0),
        Figure.at_least("rebuild_sql_folds_of_four", total / by_hand, "facts/s", 0),
        Figure.at_most("rebuild_drop_old", dropping, "s", 60),
        Figure.at_most("rebuild_peak_memory_of_both_processes", peak, "MB", 500),
    ]


def _stand_ins(owner: psycopg.Connection, keys: KeyRing, tenants: Sequence[TenantId]) -> None:
    """Who stands in for whom in the bytes of calls: the statements can open nothing, so they are told beforehand."""
    owner.execute("CREATE TABLE bench_stand_ins (stand_in uuid PRIMARY KEY, user_id uuid NOT NULL)")
    owner.execute("GRANT SELECT ON bench_stand_ins TO sua_writer")
    for tenant in tenants:
        users = owner.execute(
            "SELECT DISTINCT substr(stream, 7) FROM events WHERE tenant_id = %s AND stream ^@ 'bench/'", (tenant,)
        )
        told = [(key.of_user(user), user) for (user,) in users.fetchall() for key in keys.months.live(tenant)]
        with owner.cursor() as cursor:
            cursor.executemany("INSERT INTO bench_stand_ins VALUES (%s, %s) ON CONFLICT DO NOTHING", told)


def _timed(source: Source, heads: dict[TenantId, int], names: Sequence[str], owner: psycopg.Connection) -> float:
    """Seconds to fill these tables, empty now, through their next generation."""
    tables = _TABLES if names == ["all"] else [table for one in ALL if one.name in names for table in one.tables]
    for table in tables:
        owner.execute(f"TRUNCATE {table}, rebuilt.{table}")
    owner.execute("UPDATE checkpoints SET position = 0, version = 0")
    owner.execute("CHECKPOINT")
    return _again(source, heads, *names)


def _again(source: Source, heads: dict[TenantId, int], *names: str) -> float:
    began = perf_counter()
    outcomes = rebuild_each(source, Wanted(",".join(names), heads), jobs=_JOBS, look=lambda _: None, every_s=60)
    took = perf_counter() - began
    if {each.state for each in outcomes} != {State.SWAPPED}:
        raise AssertionError([each for each in outcomes if each.state is not State.SWAPPED][:3])
    return took


def _digest(owner: psycopg.Connection, table: str) -> tuple[object, ...] | None:
    return owner.execute(f"SELECT count(*), sum(hash_record_extended(one, 0)::numeric) FROM {table} AS one").fetchone()
