"""One window of Graph's list of calls: read in parts, compared with the log, and what the log lacks put to be fetched.

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
from app.ingest import reconcile_state
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.graph_types import Guid, Instant, Row, Version, read_as
from app.ingest.workshop import Workshop
from app.telemetry import count

LARGEST_PART = 20_000
"""Calls held in memory at once; a part that shows more is listed again as two."""

_FIRST_PART = timedelta(hours=48)


class CallListed(Row):
    """A row of the list. Its other members are not to be relied on: the documents' own example shows no type."""

    id: Guid
    version: Version
    start_date_time: Instant


@dataclass(frozen=True, slots=True)
class Listing:
    """Calls listed, calls the log lacked, of a window or a part of one."""

    window: Window
    listed: int
    missing: int


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
            calls = await _read(client, part, asked_at, None if length <= HOUR else LARGEST_PART)
        except _TooMany:
            length = max(HOUR, length // HOUR // 2 * HOUR)
            continue
        missing = await asyncio.to_thread(_compared, shop, tenant, part, calls, run, asked_at)
        yield Listing(part, len(calls), missing)
        since = part.until
        if len(calls) < LARGEST_PART // 4:
            length *= 2


async def _read(client: GraphClient, part: Window, asked_at: datetime, largest: int | None) -> list[ListedCall]:
    """The part's calls, each once in its highest version. Raises _TooMany.

    The hour that Graph is just forgetting counts as covered no more, but what it still shows of it is read.
    """
    begin = part.since - HOUR if part.since == kept_since(asked_at) else part.since
    conditions = f"startDateTime ge {_instant(begin)} and startDateTime lt {_instant(part.until)}"
    asked = {"$filter": conditions, "$select": "id,version,startDateTime"}
    found: dict[CallId, ListedCall] = {}
    async for page in client.pages("/communications/callRecords", asked):
        for at, row in enumerate(page):
            read = read_as(CallListed, row, f"$.value[{at}]")
            if read.start_date_time is None:
                raise BadUpstreamAnswer(f"$.value[{at}].startDateTime: none")
            known = found.get(CallId(read.id))
            if known is None or known.revision < read.version:
                found[CallId(read.id)] = ListedCall(CallId(read.id), read.version, read.start_date_time)
        if largest is not None and len(found) > largest:
            raise _TooMany
    return list(found.values())


def _compared(
    shop: Workshop, tenant: TenantId, part: Window, calls: Sequence[ListedCall], run: RunId, asked_at: datetime
) -> int:
    """Record what is missing of a part, have it fetched, and close the part. Returns how many calls the log lacked."""
    lacking = 0
    for start in range(0, len(calls), AT_ONCE):
        lacking += _chunk(shop, tenant, part.kind, calls[start : start + AT_ONCE], run)
    record_listing(RecordListing(tenant, run, part, calls, lacking, shop.desk.now()), shop.desk)
    with shop.database() as db:
        marks = covered(reconcile_state.watermarks(db, tenant), part, asked_at)
        reconcile_state.keep_watermarks(db, tenant, marks)
    count("calls.listed", len(calls))
    count("calls.missing", lacking)
    return lacking


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
