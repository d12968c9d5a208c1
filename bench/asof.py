"""Idle licences as of 30 days ago against today: 20,000 users, 100 days of sign-ins, calls and changing licences."""

import asyncio
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.projections import idle_licences
from app.projections.engine import advance
from app.projections.reading import Moment, moment, scope
from bench.company_log import BEGAN, company, tell
from bench.database import Database
from bench.figure import Figure

_USERS = 20_000
_DAYS = 100
_ROUNDS = 15
_IDLE_DAYS, _GRACE_DAYS = 30, 7


def run(database: Database) -> list[Figure]:
    tenant = TenantId(uuid4())
    with writer_pool(database.writer_dsn) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(32)))
        tell(store, tenant, company(_USERS, _DAYS, active=0.6, signing_in=0.1, changing=0.01))
        while advance(pool, store, tenant).more:
            pass
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    return asyncio.run(_measured(database.reader_dsn, tenant))


async def _measured(dsn: str, tenant: TenantId) -> list[Figure]:
    pages: dict[int, list[float]] = {0: [], 30: []}
    summaries: dict[int, list[float]] = {0: [], 30: []}
    async with await psycopg.AsyncConnection.connect(dsn) as db:
        for _ in range(_ROUNDS):
            for age in (0, 30):
                async with scope(db, [tenant]):
                    today = BEGAN + timedelta(days=_DAYS - 1)
                    at = await moment(db, tenant, (today - timedelta(days=age)).date(), None, today)
                    pages[age].append(await _timed_page(db, tenant, at))
                    summaries[age].append(await _timed_summary(db, tenant, at))
    return [
        Figure.at_most("idle_30_days_ago_vs_now", median(pages[30]) / median(pages[0]), "ratio", 1.25),
        Figure.at_most("idle_summary_30_days_ago_vs_now", median(summaries[30]) / median(summaries[0]), "ratio", 1.25),
        Figure.at_most("idle_now", median(pages[0]) * 1_000, "ms", 500),
    ]


async def _timed_page(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> float:
    began = perf_counter()
    found = await idle_licences.idle_at(
        db, tenant, at, idle_days=_IDLE_DAYS, grace_days=_GRACE_DAYS, after=None, limit=200
    )
    assert len(found) == 200
    return perf_counter() - began


async def _timed_summary(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> float:
    began = perf_counter()
    found = await idle_licences.summary_at(db, tenant, at, _IDLE_DAYS, _GRACE_DAYS)
    assert sum(sku.idle for sku in found) > 0
    return perf_counter() - began
