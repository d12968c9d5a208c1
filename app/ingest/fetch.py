"""From the inbox to the log: one tenant's turn at having its calls fetched.

One worker at a time fetches a tenant's calls, so Graph sees no more requests at once than `graph_concurrency`, however
many workers there are. Nothing in a turn waits longer than a second for a limit or a pause: then it ends, the thread
serves others, and the tenant is not tried before the pause is over.
"""

import asyncio
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

from app.domain.ids import DirectoryId, TenantId
from app.ingest import inbox
from app.ingest.consent_directories import directory_of
from app.ingest.fetch_batch import Batch
from app.ingest.graph_client import GraphClient
from app.ingest.inbox import Claimed, Settled
from app.ingest.workshop import Workshop
from app.telemetry import count

BATCH = 64
"""Items taken at once; a killed worker's batch waits for its lease."""

TURN_S = 10.0
"""After so long others have theirs; what is being fetched then is finished."""

PATIENCE_S = 1.0
"""The longest pause that is slept through."""

_AT_ONCE = timedelta(0)


async def fetch_due(shop: Workshop, tenant: TenantId) -> bool:
    """Work off a tenant's inbox for one turn; True if more is due. Killed anywhere, a repeat loses nothing.

    Returns at once while another worker has the turn: that one looks once more when it has let go.
    """
    holder = uuid4()
    if not await asyncio.to_thread(_begin, shop, tenant, holder):
        return False
    rest = _AT_ONCE
    try:
        rest = await _turn(shop, tenant, holder)
    finally:
        await asyncio.to_thread(_hold, shop, tenant, holder, rest)
    return rest == _AT_ONCE and await asyncio.to_thread(_more, shop, tenant)


async def _turn(shop: Workshop, tenant: TenantId, holder: UUID) -> timedelta:
    """How long the tenant need not be tried again."""
    directory = await asyncio.to_thread(_directory, shop, tenant)
    if directory is None:
        await asyncio.to_thread(_refuse_batch, shop, tenant)
        return _AT_ONCE
    until = monotonic() + TURN_S
    async with GraphClient(shop.access, directory, patience=PATIENCE_S) as client:
        while monotonic() < until:
            claimed = await asyncio.to_thread(_claim, shop, tenant)
            if not claimed:
                break
            batch = Batch(client, shop, tenant, until)
            await batch.work_off(claimed, lambda: _hold(shop, tenant, holder, shop.lease))
            for fault in batch.faults:
                raise fault
            if batch.rest > _AT_ONCE:
                return batch.rest
    return _AT_ONCE


def _begin(shop: Workshop, tenant: TenantId, holder: UUID) -> bool:
    with shop.database() as db:
        return inbox.take_turn(db, tenant, holder, shop.lease)


def _hold(shop: Workshop, tenant: TenantId, holder: UUID, lease: timedelta) -> None:
    with shop.database() as db:
        inbox.hold_turn(db, tenant, holder, lease)


def _more(shop: Workshop, tenant: TenantId) -> bool:
    with shop.database() as db:
        return inbox.has_due(db, tenant)


def _directory(shop: Workshop, tenant: TenantId) -> DirectoryId | None:
    with shop.database() as db:
        return directory_of(db, tenant)


def _claim(shop: Workshop, tenant: TenantId) -> list[Claimed]:
    with shop.database() as db:
        return inbox.claim(db, tenant, limit=BATCH, lease=shop.lease)


def _refuse_batch(shop: Workshop, tenant: TenantId) -> None:
    """The customer has left: what was notified before cannot be fetched any more."""
    claimed = _claim(shop, tenant)
    with shop.database() as db:
        inbox.settle(db, tenant, [Settled(each, "DEAD", "CONSENT_MISSING") for each in claimed])
    count("fetch.dead", len(claimed))
