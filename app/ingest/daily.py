"""The daily reads as jobs. Licences come first; sign-ins and reports follow once the users are known."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.commands.desk import Desk
from app.commands.skus_known import known_skus
from app.commands.tenant_known import known_tenant
from app.domain.errors import SuaError
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.ids import RunId, TenantId
from app.domain.sku import brings_sign_in_times
from app.ingest import dead_letters, schedule
from app.ingest.bound import client_of
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_renewals import collect_renewals
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Keep, Row, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.graph_client import GraphClient
from app.ingest.schedule import Job, Taken, next_slot
from app.ingest.workshop import Workshop

AFTER_LICENCES = timedelta(hours=2)
"""How long after the licences' slot the reads that follow it are due at the latest."""

PATIENCE_S = 120.0
"""Sign-ins wait for the provider's quota inside their turn: a listing begun anew would spend it twice."""

REPORT_PATIENCE_S = 60.0

WITHOUT_P1 = timedelta(days=7)
"""How often a tenant without Entra ID P1, and without a product that holds it, is asked whether it has it now: every
question is the whole provider's."""

_RUNS = UUID("0f0cf4f2-6e5e-4f0b-9c55-6d4a5d3f7a11")


def run_of(tenant: TenantId, due_at: datetime) -> RunId:
    """One id for all tries of one day's read, so that a repeat of a closed read adds nothing."""
    return RunId(uuid5(_RUNS, f"{tenant}/{due_at.isoformat()}"))


def slot_of(desk: Desk, tenant: TenantId) -> datetime:
    """The tenant's next daily read, in its own night."""
    zone = ZoneInfo(known_tenant(tenant, desk).policy.time_zone)
    return next_slot(tenant, desk.now(), zone)


def keeper(shop: Workshop, tenant: TenantId) -> Keep:
    """Keeps the row that spoiled a read among the dead letters."""

    def keep(feed: Feed, key: str, row: Row, error: SuaError) -> None:
        with shop.database() as db:
            dead_letters.keep(db, tenant, feed, key, dict(row), error)

    return keep


async def read_licences(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    """Products, users and licences; then sign-ins and reports are due. Renewals last: failing, they harm nothing."""
    async with await client_of(shop, tenant) as client:
        run = _run(shop, client, tenant, taken)
        read = await collect_directory(run)
        await _close(shop, tenant, read)
        if read.items:  # none: taken before, and only the renewals are tried again
            await asyncio.to_thread(_others_are_due, shop, tenant)
        await _close(shop, tenant, await collect_renewals(run))
    return await asyncio.to_thread(slot_of, shop.desk, tenant)


async def read_sign_ins(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    """Sign-in stamps, at the pace of the provider's one queue. They may come hours later: stamps carry their times."""
    async with await client_of(shop, tenant, PATIENCE_S) as client:
        read = await collect_sign_ins(_run(shop, client, tenant, taken))
    await _close(shop, tenant, read)
    slot = await asyncio.to_thread(slot_of, shop.desk, tenant) + AFTER_LICENCES
    nightly = read.closed or await asyncio.to_thread(_may_have_sign_ins, shop, tenant)
    return slot if nightly else slot + WITHOUT_P1 - timedelta(days=1)


async def read_reports(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    async with await client_of(shop, tenant, REPORT_PATIENCE_S) as client:
        await _close(shop, tenant, await collect_reports(_run(shop, client, tenant, taken)))
    return await asyncio.to_thread(slot_of, shop.desk, tenant) + AFTER_LICENCES


def _run(shop: Workshop, client: GraphClient, tenant: TenantId, taken: Taken) -> Run:
    return Run(shop.desk, client, tenant, run_of(tenant, taken.due_at), keeper(shop, tenant))


def _others_are_due(shop: Workshop, tenant: TenantId) -> None:
    """Sign-ins only where they may be there; other tenants are asked at their own, weekly time."""
    now = shop.desk.now()
    jobs = (Job.SIGN_INS, Job.REPORTS) if _may_have_sign_ins(shop, tenant) else (Job.REPORTS,)
    with shop.database() as db:
        for job in jobs:
            schedule.enlist(db, tenant, job, now)


def _may_have_sign_ins(shop: Workshop, tenant: TenantId) -> bool:
    """Not known not to have Entra ID P1, or with a product that holds it: refused yesterday, it may work today."""
    if known_tenant(tenant, shop.desk).can(Capability.ENTRA_P1) is not False:
        return True
    return brings_sign_in_times(known_skus(tenant, shop.desk))


async def _close(shop: Workshop, tenant: TenantId, read: Collected) -> None:
    """Raise what a read failed with; after a good one, rows kept from failed ones are settled."""
    if read.failure is not None:
        raise read.failure
    if read.closed:
        await asyncio.to_thread(_settle, shop, tenant, read.feed)


def _settle(shop: Workshop, tenant: TenantId, feed: Feed) -> None:
    with shop.database() as db:
        dead_letters.settle_all(db, tenant, feed)
