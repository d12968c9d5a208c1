"""The customer at a moment, seen through the read side as the exports see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime

from app.auth.pseudonyms import Pseudonyms
from app.domain.events.access import ExportKind
from app.domain.ids import TenantId
from app.graphql.pool import SNAPSHOT, ReadPool
from app.projections import reading
from app.reports.asking import Wanted
from app.reports.monthly import MonthlyReport, month_viewed, monthly_report
from app.reports.view import View, viewed
from tests.graphql.conftest import SETTINGS
from tests.graphql.world import CONTOSO, NOON


@asynccontextmanager
async def looking(
    pool: ReadPool, wanted: Wanted, tenant: TenantId = CONTOSO, *, persons: bool = True
) -> AsyncIterator[View]:
    async with pool.connection() as db, reading.scope(db, [tenant]):
        await db.execute(SNAPSHOT)
        yield await viewed(db, tenant, wanted, NOON, Pseudonyms(SETTINGS.secret), persons=persons)


async def month_of(
    pool: ReadPool,
    month: date | None,
    known_at: datetime | None = None,
    *,
    persons: bool = True,
) -> MonthlyReport:
    wanted = Wanted(ExportKind.MONTHLY_REPORT, month=month, known_at=known_at)
    async with looking(pool, wanted, persons=persons) as view:
        return await monthly_report(await month_viewed(view, wanted, NOON))
