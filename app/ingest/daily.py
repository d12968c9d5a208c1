"""The daily reads as jobs. Licences come first; sign-ins and reports follow once the users are known."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.commands.desk import Desk
from app.commands.tenant_known import known_tenant
from app.domain.ids import RunId, TenantId
from app.ingest import schedule
from app.ingest.bound import client_of
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.schedule import Job, Taken, next_slot
from app.ingest.workshop import Workshop

AFTER_LICENCES = timedelta(hours=2)
"""How long after the licences' slot the reads that follow it are due at the latest."""

_RUNS = UUID("0f0cf4f2-6e5e-4f0b-9c55-6d4a5d3f7a11")


def run_of(tenant: TenantId, due_at: datetime) -> RunId:
    """One id for all tries of one daily read, so that a repeat of a closed read adds nothing."""
    return RunId(uuid5(_RUNS, f"{tenant}/{due_at.isoformat()}"))


def slot_of(desk: Desk, tenant: TenantId) -> datetime:
    """The tenant's next daily read, in its own night."""
    zone = ZoneInfo(known_tenant(tenant, desk).policy.time_zone)
    return next_slot(tenant, desk.now(), zone)


async def read_licences(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    """Products, users and licences; then sign-ins and reports are due."""
    async with await client_of(shop, tenant) as client:
        read = await collect_directory(Run(shop.desk, client, tenant, run_of(tenant, taken.due_at)))
    _raise_failure(read)
    await asyncio.to_thread(_others_are_due, shop, tenant)
    return await asyncio.to_thread(slot_of, shop.desk, tenant)


async def read_sign_ins(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    async with await client_of(shop, tenant) as client:
        read = await collect_sign_ins(Run(shop.desk, client, tenant, run_of(tenant, taken.due_at)))
    _raise_failure(read)
    return await asyncio.to_thread(slot_of, shop.desk, tenant) + AFTER_LICENCES


async def read_reports(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    async with await client_of(shop, tenant) as client:
        read = await collect_reports(Run(shop.desk, client, tenant, run_of(tenant, taken.due_at)))
    _raise_failure(read)
    return await asyncio.to_thread(slot_of, shop.desk, tenant) + AFTER_LICENCES


def _others_are_due(shop: Workshop, tenant: TenantId) -> None:
    now = shop.desk.now()
    with shop.database() as db:
        for job in (Job.SIGN_INS, Job.REPORTS):
            schedule.enlist(db, tenant, job, now)


def _raise_failure(read: Collected) -> None:
    if read.failure is not None:
        raise read.failure
