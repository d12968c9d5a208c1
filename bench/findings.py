"""Findings and costs on five million rows of licence history, today and a year ago; and of one large customer.

Fifty customers of 16,000 seats that changed hands over two years, then one of 100,000 seats. Each question is asked in
the same run today and as of a year ago: the ratio is what the design promises.
"""

import asyncio
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg

from app.domain.ids import TenantId
from app.insight.assessment import assessed
from app.insight.costs import CostsBy, cost_of
from app.insight.wasted import wasted_between
from app.projections import tenants
from app.projections.reading import Moment, scope
from app.projections.tenants import TenantRow
from bench.database import Database
from bench.figure import Figure
from bench.licence_history import ENDS, tell

_TENANTS = 50
_SEATS = 16_000
_LARGE = 100_000
_ROUNDS = 7
_AGES = (0, 365)

Db = psycopg.AsyncConnection[Any]
Question = Callable[[Db, TenantId, Moment, TenantRow], Awaitable[object]]


def run(database: Database) -> list[Figure]:
    measured, large = TenantId(uuid4()), TenantId(uuid4())
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        others = [TenantId(uuid4()) for _ in range(_TENANTS - 1)]
        rows = sum(tell(owner, tenant, _SEATS) for tenant in (measured, *others))
        rows += tell(owner, large, _LARGE)
        owner.execute("VACUUM ANALYZE")
    findings = asyncio.run(_timed(database.reader_dsn, measured, _findings))
    costs = asyncio.run(_timed(database.reader_dsn, measured, _costs))
    wasted = asyncio.run(_timed(database.reader_dsn, measured, _wasted, ages=(0,)))
    seconds, peak_mb, found = _from_scratch(database.reader_dsn, large)
    return [
        Figure.at_least("findings_rows", rows, "rows", 5_000_000),
        Figure.at_most("findings_a_year_ago_vs_now", median(findings[365]) / median(findings[0]), "ratio", 1.25),
        Figure.at_most("findings_now", median(findings[0]) * 1_000, "ms", 1_000),
        Figure.at_most("costs_a_year_ago_vs_now", median(costs[365]) / median(costs[0]), "ratio", 1.25),
        Figure.at_most("costs_now", median(costs[0]) * 1_000, "ms", 500),
        Figure.at_most("wasted_of_a_month_vs_one_day", median(wasted[0]) / median(findings[0]), "ratio", 6),
        Figure.at_least("findings_of_100000_seats", found, "findings", 1),
        Figure.at_most("findings_of_100000_seats_from_scratch", seconds, "s", 5),
        Figure.at_most("findings_of_100000_seats_peak", peak_mb, "MB", 300),
    ]


async def _timed(dsn: str, tenant: TenantId, question: Question, ages: Sequence[int] = _AGES) -> dict[int, list[float]]:
    took: dict[int, list[float]] = {age: [] for age in ages}
    async with await psycopg.AsyncConnection.connect(dsn) as db:
        for _ in range(_ROUNDS):
            for age in ages:
                async with scope(db, [tenant]):
                    at, row = await _moment(db, tenant, age)
                    began = perf_counter()
                    await question(db, tenant, at, row)
                    took[age].append(perf_counter() - began)
    return took


async def _findings(db: Db, tenant: TenantId, at: Moment, row: TenantRow) -> None:
    assert (await assessed(db, tenant, at, row)).found


async def _costs(db: Db, tenant: TenantId, at: Moment, row: TenantRow) -> None:
    report = await cost_of(db, tenant, at, row, _month_before(at.on), CostsBy.DEPARTMENT, persons=True)
    assert report.costs.groups
    assert report.costs.total.cost is not None


async def _wasted(db: Db, tenant: TenantId, at: Moment, row: TenantRow) -> None:
    since = _month_before(at.on)
    spend = await wasted_between(db, tenant, at, row, since, at.on.replace(day=1))
    assert spend.whole.cost is not None
    assert spend.seats.seat_days


def _month_before(on: date) -> date:
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


async def _moment(db: Db, tenant: TenantId, age: int) -> tuple[Moment, TenantRow]:
    """The end of a day; all is known, for the tables hold one state of knowledge."""
    on = (ENDS - timedelta(days=age)).date()
    ends = ENDS.replace(hour=0) + timedelta(days=1 - age)
    at = Moment(ends, on, 1, "UTC", on, before_first_fact=False)
    row = await tenants.found(db, tenant, at)
    assert row is not None
    return at, row


def _from_scratch(dsn: str, tenant: TenantId) -> tuple[float, float, int]:
    """Seconds, peak memory in MB and findings, in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.findings", dsn, str(tenant)], check=True, capture_output=True, text=True
    )
    seconds, peak_mb, found = said.stdout.split()
    return float(seconds), float(peak_mb), int(found)


async def _once(dsn: str, tenant: TenantId) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as db, scope(db, [tenant]):
        at, row = await _moment(db, tenant, 0)
        began = perf_counter()
        found = len((await assessed(db, tenant, at, row)).found)
        took = perf_counter() - began
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found)


if __name__ == "__main__":
    asyncio.run(_once(sys.argv[1], TenantId(UUID(sys.argv[2]))))
