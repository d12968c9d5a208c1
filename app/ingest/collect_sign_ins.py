"""Sign-in activity, in its own listing: Graph refuses it to tenants without Entra ID P1, and slows it for all."""

import asyncio
from datetime import datetime

from app.commands.note_capability import NoteCapability, note_capability
from app.commands.record_sign_ins import RecordSignIns, record_sign_ins
from app.commands.record_snapshot import RecordSnapshot
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.sightings import SignInSighting
from app.ingest.collect_run import Collected, Run, closed_before, failed, taken, understood
from app.ingest.graph_errors import NotPremium
from app.ingest.graph_http import Json
from app.ingest.spool import Spool
from app.ingest.translate.sign_ins import sign_ins

SIGN_INS_PER_PAGE = 500
"""Graph's own limit with signInActivity."""


async def collect_sign_ins(run: Run) -> Collected:
    """Read everybody's sign-in stamps, then take them in. A tenant without Entra ID P1 is no failure."""
    if await closed_before(run, Feed.SIGN_INS):
        return Collected(Feed.SIGN_INS, closed=True)
    read_at = run.desk.now()
    params = {"$select": "id,signInActivity", "$top": str(SIGN_INS_PER_PAGE)}
    with Spool(SignInSighting) as seen:
        try:
            async for page in run.graph.pages("/users", params):
                for row in page:
                    seen.add(_sighting(row, read_at, f"users[{len(seen)}]"))
        except NotPremium:
            await _note(run, available=False)
            return Collected(Feed.SIGN_INS)
        except (Refused, Unavailable) as error:
            return await failed(run, Feed.SIGN_INS, error)
        await _note(run, available=True)
        outcome = await asyncio.to_thread(record_sign_ins, RecordSignIns(run.tenant, run.id, seen), run.desk)
        items = len(seen)
    return await taken(run, RecordSnapshot(run.tenant, Feed.SIGN_INS, run.id, read_at, items, outcome.facts))


def _sighting(row: Json, read_at: datetime, path: str) -> SignInSighting:
    return understood(row, path, lambda: sign_ins(row, read_at, path))


async def _note(run: Run, *, available: bool) -> None:
    command = NoteCapability(run.tenant, Capability.ENTRA_P1, available, run.id)
    await asyncio.to_thread(note_capability, command, run.desk)
