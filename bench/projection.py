"""All read tables of 200,000 facts against one hand-written SQL statement that makes `licence_holdings` of them.

The statement is the least a table can cost: it reads the log where it lies, parses only what it needs of two kinds of
facts, and writes one table. The engine decodes and decrypts every fact and writes eleven. Both write into the same
empty `licence_holdings`, with its indexes, as sua_writer, and must come to the same rows. Of the facts two in three are
licences given and taken, most others sign-ins, the rest joiners and calls.
"""

from itertools import islice
from statistics import median
from time import perf_counter
from uuid import uuid4

import psycopg

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, borrowed, writer_pool
from app.eventstore.store import EventStore
from app.projections.catalogue import ALL
from app.projections.engine import advance
from bench.company_log import company, tell
from bench.database import Database
from bench.figure import Figure

_FACTS = 200_000
_ROUNDS = 3

FOLD = """
    WITH facts AS (
        SELECT position, happened_at, name, (state ->> 'user')::uuid AS user_id, (state ->> 'sku')::uuid AS sku_id,
               coalesce((state ->> 'via')::uuid, '00000000-0000-0000-0000-000000000000') AS via_id,
               ARRAY(SELECT json_array_elements_text(state -> 'disabled_plans'))::uuid[] AS disabled_plans
        FROM (SELECT position, happened_at, name, convert_from(state, 'UTF8')::json AS state FROM events
              WHERE tenant_id = %(tenant)s AND name IN ('LicenceAssigned', 'LicenceRemoved')) AS read
    ), spells AS (
        SELECT *, lead(position) OVER next AS until_position, lead(happened_at) OVER next AS until FROM facts
        WINDOW next AS (PARTITION BY user_id, sku_id, via_id ORDER BY position)
    ), told AS (
        SELECT *, coalesce(
            lag(until) OVER before = happened_at AND lag(disabled_plans) OVER before = disabled_plans, false
        ) AS goes_on
        FROM spells WHERE name = 'LicenceAssigned'
        WINDOW before AS (PARTITION BY user_id, sku_id, via_id ORDER BY position)
    ), held AS (
        SELECT *, max(happened_at) FILTER (WHERE NOT goes_on) OVER before AS begun,
               CASE WHEN lead(goes_on) OVER before THEN lead(position) OVER before ELSE 9223372036854775807 END
                   AS joined
        FROM told WINDOW before AS (PARTITION BY user_id, sku_id, via_id ORDER BY position)
    )
    INSERT INTO licence_holdings
    SELECT %(tenant)s, user_id, sku_id, via_id, disabled_plans, begun, version.*
    FROM held CROSS JOIN LATERAL (
        SELECT '9999-12-31Z'::timestamptz, position, coalesce(until_position, 9223372036854775807)
        UNION ALL
        SELECT until, until_position, joined WHERE until > begun
    ) AS version (valid_until, since_position, until_position)
"""
_DIGEST = "SELECT count(*), md5(string_agg(h::text, ',' ORDER BY h::text)) FROM licence_holdings h"


def run(database: Database) -> list[Figure]:
    tenant = TenantId(uuid4())
    with writer_pool(database.writer_dsn) as pool, psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        store = EventStore(pool, KeyRing(pool, bytes(32)))
        facts = company(8_000, 1_000, active=0.1, signing_in=0.7, changing=0.07)
        tell(store, tenant, islice(facts, _FACTS))
        owner.execute("ANALYZE events")
        folded, tabulated = [], []
        for _ in range(_ROUNDS):
            _empty(owner)
            folded.append(_timed_fold(pool, tenant))
            expected = owner.execute(_DIGEST).fetchone()
            _empty(owner)
            tabulated.append(_timed_advance(pool, store, tenant))
            if owner.execute(_DIGEST).fetchone() != expected:
                raise AssertionError("the statement and the engine do not agree")
    return [
        Figure.at_least("projection_all_tables_vs_sql_fold_of_one", median(folded) / median(tabulated), "ratio", 0.25),
        Figure.at_least("projection_rate", _FACTS / median(tabulated), "facts/s", 0),
        Figure.at_least("projection_sql_fold_rate", _FACTS / median(folded), "facts/s", 0),
    ]


def _empty(owner: psycopg.Connection) -> None:
    for table in ("checkpoints", *(table for projection in ALL for table in projection.tables)):
        owner.execute(f"TRUNCATE {table}")
    owner.execute("CHECKPOINT")


def _timed_fold(pool: Pool, tenant: TenantId) -> float:
    began = perf_counter()
    with borrowed(pool) as db:
        db.execute(FOLD, {"tenant": tenant})
    return perf_counter() - began


def _timed_advance(pool: Pool, store: EventStore, tenant: TenantId) -> float:
    began = perf_counter()
    advance(pool, store, tenant, budget=_FACTS)
    return perf_counter() - began
