"""What every read of a feed has in common: it is complete, or nothing of it was taken."""

import asyncio
from dataclasses import dataclass

from app.commands.desk import Desk
from app.commands.record_consent import RecordWithdrawal, record_withdrawal
from app.commands.record_snapshot import (
    RecordFailedSnapshot,
    RecordSnapshot,
    is_taken,
    record_failed_snapshot,
    record_snapshot,
)
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.ids import RunId, TenantId
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import ConsentLost, GraphForbidden, NotPremium

ReadError = Refused | Unavailable


@dataclass(frozen=True, slots=True)
class Run:
    """One read of one tenant. A repeat under the same `id` adds nothing once the run is closed."""

    desk: Desk
    graph: GraphClient
    tenant: TenantId
    id: RunId


@dataclass(frozen=True, slots=True)
class Collected:
    """How a read ended. `failure`: it was not complete, nothing of it was taken; Unavailable ones may be repeated.

    Without a failure and with `closed` false there was nothing to take, as with sign-ins without Entra ID P1.
    """

    feed: Feed
    items: int = 0
    facts: int = 0
    closed: bool = False
    failure: ReadError | None = None


async def closed_before(run: Run, feed: Feed) -> bool:
    """The run was taken in completely; whoever asks again for it gets nothing new and Graph is left in peace."""
    return await asyncio.to_thread(is_taken, run.tenant, feed, run.id, run.desk)


async def taken(run: Run, command: RecordSnapshot) -> Collected:
    """Close the run: all it showed is in the log."""
    await asyncio.to_thread(record_snapshot, command, run.desk)
    return Collected(command.feed, command.items, command.facts, closed=True)


async def failed(run: Run, feed: Feed, error: ReadError) -> Collected:
    """Close the run as failed, and note lost consent where that is why."""
    command = RecordFailedSnapshot(run.tenant, feed, run.id, error.code)
    await asyncio.to_thread(record_failed_snapshot, command, run.desk)
    if await _consent_is_lost(run, error):
        withdrawal = RecordWithdrawal(run.tenant, error.code, run.id)
        await asyncio.to_thread(record_withdrawal, withdrawal, run.desk)
    return Collected(feed, failure=error)


async def _consent_is_lost(run: Run, error: ReadError) -> bool:
    """Entra says so, or Graph forbids and a token got just now has no permission in it."""
    if isinstance(error, ConsentLost):
        return True
    if not isinstance(error, GraphForbidden) or isinstance(error, NotPremium):
        return False
    try:
        return not await run.graph.roles()
    except ConsentLost:
        return True
    except (Refused, Unavailable):
        return False
