"""The daily read of commercial subscriptions: what was bought when, and when it is renewed."""

import asyncio

from app.commands.note_capability import NoteCapability, note_capability
from app.commands.record_renewals import RecordRenewals, record_renewals
from app.commands.record_snapshot import RecordSnapshot
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.sightings import PurchaseSighting
from app.ingest.collect_run import Collected, Run, closed_before, failed, taken, understood
from app.ingest.graph_errors import GraphForbidden, GraphNotFound
from app.ingest.graph_http import Json
from app.ingest.translate import directory


async def collect_renewals(run: Run) -> Collected:
    """Read all purchases, then take them in. A feed of its own: failing, it leaves the licences as they are.

    Microsoft lists no permission for it, so a directory that does not show it is no failure.
    """
    if await closed_before(run, Feed.RENEWALS):
        return Collected(Feed.RENEWALS, closed=True)
    read_at = run.desk.now()
    try:
        rows = [row async for page in run.graph.pages("/directory/subscriptions") for row in page]
        seen = tuple(_purchase(row, f"subscriptions[{at}]") for at, row in enumerate(rows))
    except (GraphForbidden, GraphNotFound):
        await _note(run, available=False)
        return Collected(Feed.RENEWALS)
    except (Refused, Unavailable) as error:
        return await failed(run, Feed.RENEWALS, error)
    await _note(run, available=True)
    facts = await asyncio.to_thread(record_renewals, RecordRenewals(run.tenant, run.id, seen, read_at), run.desk)
    return await taken(run, RecordSnapshot(run.tenant, Feed.RENEWALS, run.id, read_at, len(seen), facts))


def _purchase(row: Json, path: str) -> PurchaseSighting:
    return understood(row, path, lambda: directory.purchase(row, path))


async def _note(run: Run, *, available: bool) -> None:
    command = NoteCapability(run.tenant, Capability.RENEWALS, available, run.id)
    await asyncio.to_thread(note_capability, command, run.desk)
