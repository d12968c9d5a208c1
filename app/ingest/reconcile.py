"""Compare the list of calls with the log, as a job: notifications hint, the list tells what was lost."""

import asyncio
from datetime import datetime, timedelta

from app.domain.events.coverage import Pass
from app.domain.ids import RunId, TenantId
from app.domain.reconciliation import HOUR, Watermarks, Window, due, hour_of
from app.ingest import dead_letters, reconcile_state
from app.ingest.bound import client_of
from app.ingest.daily import run_of
from app.ingest.reconcile_listing import Listing, list_window
from app.ingest.reconcile_rows import CALL_LIST
from app.ingest.schedule import Taken
from app.ingest.workshop import Workshop


async def reconcile(shop: Workshop, tenant: TenantId, taken: Taken) -> datetime:
    """List what is due; due again in the next hour. Repeated after a kill or a failure, it goes on where it was."""
    marks = await asyncio.to_thread(watermarks_of, shop, tenant)
    now = shop.desk.now()
    found = await list_windows(shop, tenant, due(marks, now), run_of(tenant, taken.due_at), now)
    if _goes_far_back(found) and not any(part.set_aside for part in found):
        await asyncio.to_thread(_all_is_well, shop, tenant)
    return next_listing(tenant, shop.desk.now())


async def list_windows(
    shop: Workshop, tenant: TenantId, windows: list[Window], run: RunId, asked_at: datetime
) -> list[Listing]:
    """List these windows, due at `asked_at`. Raises what GraphClient raises; the parts recorded before it stay."""
    found = []
    async with await client_of(shop, tenant) as client:
        for window in windows:
            found += [part async for part in list_window(client, shop, tenant, window, run, asked_at)]
    return found


def _goes_far_back(found: list[Listing]) -> bool:
    """Further than the hourly listings, so that what one of these set aside would be met again."""
    return any(part.window.kind in (Pass.FIRST, Pass.DAILY) for part in found)


def _all_is_well(shop: Workshop, tenant: TenantId) -> None:
    """Rows without an id that earlier listings set aside are not met any more."""
    with shop.database() as db:
        dead_letters.settle_nameless(db, tenant, CALL_LIST)


def watermarks_of(shop: Workshop, tenant: TenantId) -> Watermarks:
    with shop.database() as db:
        return reconcile_state.watermarks(db, tenant)


def next_listing(tenant: TenantId, now: datetime) -> datetime:
    """Once an hour, always at the tenant's own second of it, so that hundreds do not start together."""
    at = hour_of(now) + timedelta(seconds=tenant.int % 3600)
    return at if at > now else at + HOUR
