"""What every read of a feed has in common: it is complete, or nothing of it was taken."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from app.commands.desk import Desk
from app.commands.record_consent import RecordWithdrawal, record_withdrawal
from app.commands.record_snapshot import (
    RecordFailedSnapshot,
    RecordSnapshot,
    is_taken,
    record_failed_snapshot,
    record_snapshot,
)
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.events.coverage import Feed
from app.domain.ids import RunId, TenantId
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, ConsentLost, GraphForbidden, NotPremium

ReadError = Refused | Unavailable
Row = Mapping[str, Any]
Keep = Callable[[Feed, str, Row, SuaError], None]
"""Puts a row that could not be translated aside, whole and with its reason, under a key of its feed."""

T = TypeVar("T")


class RowUnusable(BadUpstreamAnswer):
    """A row cannot be translated, so the read it came in is rejected whole. `key` names it among its feed's rows."""

    def __init__(self, key: str, row: Row, reason: BadUpstreamAnswer) -> None:
        super().__init__(str(reason))
        self.key = key
        self.row = row


def understood(row: Row, path: str, translate: Callable[[], T]) -> T:
    """The row in our words. Raises RowUnusable. `path`: where it stood, its key where it has no id."""
    try:
        return translate()
    except BadUpstreamAnswer as error:
        named = row.get("id")
        raise RowUnusable(named if isinstance(named, str) and named else path, row, error) from error


def _not_kept(feed: Feed, key: str, row: Row, error: SuaError) -> None:
    """Where nobody keeps rows, as in a read by hand without a database of letters."""


@dataclass(frozen=True, slots=True)
class Run:
    """One read of one tenant. A repeat under the same `id` adds nothing once the run is closed."""

    desk: Desk
    graph: GraphClient
    tenant: TenantId
    id: RunId
    keep: Keep = _not_kept


@dataclass(frozen=True, slots=True)
class Collected:
    """How a read ended. `failure`: it was not complete, nothing of it was taken; Unavailable ones may be repeated.

    Without a failure and with `closed` false there was nothing to take, as with sign-ins without Entra ID P1.
    `notes`: what else a person should know, for instance a report that was refused while the others were taken.
    `set_aside`: rows kept as dead letters in feeds where one row does not spoil the others.
    """

    feed: Feed
    items: int = 0
    facts: int = 0
    closed: bool = False
    failure: ReadError | None = None
    notes: tuple[str, ...] = ()
    set_aside: int = 0


async def closed_before(run: Run, feed: Feed) -> bool:
    """The run was taken in completely; whoever asks again for it gets nothing new and Graph is left in peace."""
    return await asyncio.to_thread(is_taken, run.tenant, feed, run.id, run.desk)


async def taken(run: Run, command: RecordSnapshot, *notes: str) -> Collected:
    """Close the run: all it showed is in the log."""
    await asyncio.to_thread(record_snapshot, command, run.desk)
    return Collected(command.feed, command.items, command.facts, closed=True, notes=notes)


async def failed(run: Run, feed: Feed, error: ReadError) -> Collected:
    """Close the run as failed; keep the row that spoiled it, and note lost consent where that is why."""
    if isinstance(error, RowUnusable):
        await asyncio.to_thread(run.keep, feed, error.key, error.row, error)
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
