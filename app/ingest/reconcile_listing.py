"""One window of Graph's list of calls: read in parts, compared with the log, and what the log lacks put to be fetched.

A row that lacks something is set aside and does not stop the others: its call is fetched by its id, if it tells one.
Each part is recorded before it counts as listed, and a missing call is a fact before it is in the inbox: killed
anywhere, the part is listed again and what was done already is recognised.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.commands.record_listing import (
    AT_ONCE,
    RecordListing,
    RecordMissing,
    known_revisions,
    record_listing,
    record_missing,
)
from app.domain.events.coverage import Pass
from app.domain.ids import CallId, RunId, TenantId
from app.domain.reconciliation import HOUR, ListedCall, Window, covered, kept_since
from app.ingest import dead_letters, reconcile_state
from app.ingest.graph_client import GraphClient
from app.ingest.reconcile_rows import CALL_LIST, Spoilt, read_row
from app.ingest.workshop import Workshop
from app.telemetry import count

LARGEST_PART = 20_000
"""Calls held in memory at once; a part that shows more is listed again as two."""

_FIRST_PART = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Listing:
    """Calls listed, calls the log lacked, rows set aside, of a window or a part of one."""

    window: Window
    listed: int
    missing: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A part's calls, each once in its highest version, and its rows that do not tell all."""

    calls: Sequence[ListedCall]
    spoilt: Sequence[Spoilt]


class _TooMany(Exception):
    """A part shows more calls than are held in memory."""


async def list_window(
    client: GraphClient, shop: Workshop, tenant: TenantId, window: Window, run: RunId, asked_at: datetime
) -> AsyncIterator[Listing]:
    """List a window that was due at `asked_at`, oldest part first; yields each part that was recorded.

    Raises what GraphClient raises.
    """
    since, length = window.since, _FIRST_PART
    while since < window.until:
        part = Window(window.kind, since, min(since + length, window.until))
        try:
            read = await _read(client, part, asked_at, None if length <= HOUR else LARGEST_PART)
        except _TooMany:
            length = max(HOUR, length // HOUR // 2 * HOUR)
            continue
        missing = await asyncio.to_thread(_compared, shop, tenant, part, read, run, asked_at)
        yield Listing(part, len(read.calls), missing, len(read.spoilt))
        since = part.until
        if len(read.calls) < LARGEST_PART // 4:
            length *= 2


async def _read(client: GraphClient, part: Window, asked_at: datetime, largest: int | None) -> _Read:
    """Raises _TooMany.

    The hour that Graph is just forgetting counts as covered no more, but what it still shows of it is read.
    """
    begin = part.since - HOUR if part.since == kept_since(asked_at) else part.since
    conditions = f"startDateTime ge {_instant(begin)} and startDateTime lt {_instant(part.until)}"
    asked = {"$filter": conditions, "$select": "id,version,startDateTime"}
    found: dict[CallId, ListedCall] = {}
    spoilt: dict[str, Spoilt] = {}
    async for page in client.pages("/communications/callRecords", asked):
        for at, row in enumerate(page):
            call, fault = read_row(row, f"$.value[{at}]")
            if fault is not None:
                spoilt[fault.key] = fault
            if call is not None and (call.call not in found or found[call.call].revision < call.revision):
                found[call.call] = call
        if largest is not None and len(found) + len(spoilt) > largest:
            raise _TooMany
    return _Read(list(found.values()), list(spoilt.values()))


def _compared(shop: Workshop, tenant: TenantId, part: Window, read: _Read, run: RunId, asked_at: datetime) -> int:
    """Record what is missing of a part, have it fetched, and close the part. Returns how many calls the log lacked."""
    calls, lacking = read.calls, 0
    for start in range(0, len(calls), AT_ONCE):
        lacking += _chunk(shop, tenant, part.kind, calls[start : start + AT_ONCE], run)
    _set_aside(shop, tenant, part.kind, read, run)
    record_listing(RecordListing(tenant, run, part, calls, lacking, shop.desk.now()), shop.desk)
    with shop.database() as db:
        marks = covered(reconcile_state.watermarks(db, tenant), part, asked_at)
        reconcile_state.keep_watermarks(db, tenant, marks)
    count("calls.listed", len(calls))
    count("calls.missing", lacking)
    return lacking


def _set_aside(shop: Workshop, tenant: TenantId, kind: Pass, read: _Read, run: RunId) -> None:
    """Keep the spoilt rows and have their calls fetched, once a day at most; forget those that are read well again."""
    spoilt = {each.key for each in read.spoilt}
    with shop.database() as db:
        if dead_letters.waiting(db, tenant, CALL_LIST):
            dead_letters.settle(
                db, tenant, CALL_LIST, [str(each.call) for each in read.calls if str(each.call) not in spoilt]
            )
        for each in read.spoilt:
            dead_letters.keep(db, tenant, CALL_LIST, each.key, each.row, each.error)
        ids = [each.call for each in read.spoilt if each.call is not None]
        reconcile_state.put_unread(db, tenant, ids, run, anew=kind is not Pass.HOURLY)
    count("calls.rows_set_aside", len(read.spoilt))


def _chunk(shop: Workshop, tenant: TenantId, kind: Pass, calls: Sequence[ListedCall], run: RunId) -> int:
    """Of a few calls: how many the log lacks and nothing has announced. Those given up are tried again once a day."""
    ids = [each.call for each in calls]
    with shop.database() as db:
        there = reconcile_state.waiting(db, tenant, ids, run)
    # The log is asked last: what was fetched meanwhile is in it.
    known = known_revisions(tenant, ids, shop.desk)
    lacking = [each for each in calls if known.get(each.call, -1) < each.revision]
    found = {call for call, waits in there.items() if waits.given_up} - {each.call for each in lacking}
    if found:
        with shop.database() as db:
            reconcile_state.settle_found(db, tenant, found)
    unannounced, retried, told = [], [], 0
    for each in lacking:
        waits = there.get(each.call)
        if waits is not None and waits.pending:
            told += waits.own
            if waits.given_up:  # one fetch settles all of a call's items
                retried.append(each.call)
        elif waits is not None and waits.listed is not None and waits.listed >= each.revision:
            told += 1
            if kind is not Pass.HOURLY or not waits.given_up:
                retried.append(each.call)
        else:
            unannounced.append(each)
    if unannounced:
        record_missing(RecordMissing(tenant, run, unannounced, shop.desk.now()), shop.desk)
        with shop.database() as db:
            reconcile_state.put(db, tenant, unannounced, run)
    if retried:
        with shop.database() as db:
            reconcile_state.again(db, tenant, retried)
    return len(unannounced) + told


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
