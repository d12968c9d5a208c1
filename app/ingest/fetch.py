"""From the inbox to the log: fetch the call record a notification hints at, translate it, record it."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeGuard

from app.commands.record_call import RecordCall, record_call
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.ids import DirectoryId, TenantId
from app.ingest import inbox
from app.ingest.call_records import read_call
from app.ingest.consent_directories import directory_of
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import GraphGone, GraphThrottled, GraphUnavailable, RecordUnusable
from app.ingest.inbox import Claimed, Settled
from app.ingest.workshop import Workshop
from app.telemetry import count, say

BATCH = 64
"""Items taken at once; a killed worker's batch waits for its lease."""

TURN = 8
"""Batches of one tenant before others have theirs."""

ATTEMPTS_MAX = 33
"""With the waits below: about a day."""

_WAIT_FIRST_S = 5
_WAIT_MAX = timedelta(hours=1)
_PATIENCE_S = 10.0

_HOPELESS = (GraphGone, RecordUnusable)
"""Nothing that time heals. A 404 is not among them: a record may be announced before it can be read."""


async def fetch_due(shop: Workshop, tenant: TenantId) -> bool:
    """Work off a tenant's inbox for one turn; True if more may be due. Killed anywhere, a repeat loses nothing."""
    directory = await asyncio.to_thread(_directory, shop, tenant)
    if directory is None:
        return await asyncio.to_thread(_refuse_batch, shop, tenant)
    async with GraphClient(shop.access, directory, sleep=_short_sleep) as client:
        for _ in range(TURN):
            claimed = await asyncio.to_thread(_claim, shop, tenant)
            if not claimed:
                return False
            await _work_off(client, shop, tenant, claimed)
    return True


async def _work_off(client: GraphClient, shop: Workshop, tenant: TenantId, claimed: list[Claimed]) -> None:
    """Fetch a batch. In a slow one, what is finished is settled and the rest held on to, well within the lease.

    A bug or a damaged log costs its own item an attempt and no other; it is raised once all are settled.
    """
    tasks = {asyncio.create_task(_fetch(client, shop, tenant, each)): each for each in claimed}
    at_work = set(tasks)
    faults: list[BaseException] = []
    try:
        while at_work:
            done, at_work = await asyncio.wait(at_work, timeout=shop.lease.total_seconds() / 3)
            held = [tasks[task] for task in at_work]
            errors = {task: task.exception() for task in done}
            outcomes = [_outcome(tasks[task], error) for task, error in errors.items()]
            await asyncio.to_thread(_settle, shop, tenant, outcomes, held)
            faults += [error for error in errors.values() if _is_fault(error)]
    finally:
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
    for fault in faults:
        raise fault


async def _fetch(client: GraphClient, shop: Workshop, tenant: TenantId, claimed: Claimed) -> None:
    sighting = await read_call(client, claimed.call, shop.desk.clock)
    await asyncio.to_thread(record_call, RecordCall(tenant, sighting, claimed.delivery), shop.desk)


def _outcome(claimed: Claimed, error: BaseException | None) -> Settled:
    if error is None:
        return Settled(claimed, "DONE")
    code = error.code if isinstance(error, SuaError) else "INTERNAL"
    if _is_fault(error):
        count("fetch.fault")
        say("fetch.fault", logging.ERROR, call=claimed.call, error=type(error).__name__, code=code)
    if isinstance(error, _HOPELESS) or claimed.attempts >= ATTEMPTS_MAX:
        return Settled(claimed, "DEAD", code)
    asked = None
    if isinstance(error, GraphThrottled | GraphUnavailable):
        asked = error.retry_after
    return Settled(claimed, "PENDING", code, max(wait_after(claimed.attempts), timedelta(seconds=asked or 0)))


def _is_fault(error: BaseException | None) -> TypeGuard[BaseException]:
    """Neither Graph's doing nor an outage: somebody has to mend SUA."""
    return error is not None and not isinstance(error, Refused | Unavailable)


def wait_after(attempts: int) -> timedelta:
    """How long an item waits after so many attempts: 5 s, doubled up to an hour, less a random part up to half."""
    ceiling = min(_WAIT_MAX, timedelta(seconds=_WAIT_FIRST_S << min(attempts - 1, 16)))
    return ceiling * (1 - random.random() / 2)  # noqa: S311 - spreads load, guards nothing


async def _short_sleep(seconds: float) -> None:
    """The client's pauses, as long as they fit well into a lease; for longer ones the inbox waits."""
    if seconds > _PATIENCE_S:
        raise GraphThrottled(f"Graph asks for a wait of {seconds:.0f} s", seconds)
    await asyncio.sleep(seconds)


def _directory(shop: Workshop, tenant: TenantId) -> DirectoryId | None:
    with shop.database() as db:
        return directory_of(db, tenant)


def _claim(shop: Workshop, tenant: TenantId) -> list[Claimed]:
    with shop.database() as db:
        return inbox.claim(db, tenant, limit=BATCH, lease=shop.lease)


def _settle(shop: Workshop, tenant: TenantId, outcomes: list[Settled], held: Sequence[Claimed] = ()) -> None:
    with shop.database() as db:
        inbox.settle(db, tenant, outcomes)
        inbox.renew(db, tenant, held, shop.lease)
    for outcome in outcomes:
        count(f"fetch.{outcome.state.lower()}")
    reasons = Counter(outcome.reason for outcome in outcomes if outcome.reason is not None)
    if reasons:
        say("fetch.failed", logging.WARNING, tenant=tenant, **reasons)


def _refuse_batch(shop: Workshop, tenant: TenantId) -> bool:
    """The customer has left: what was notified before cannot be fetched any more."""
    claimed = _claim(shop, tenant)
    _settle(shop, tenant, [Settled(each, "DEAD", "CONSENT_MISSING") for each in claimed])
    return bool(claimed)
