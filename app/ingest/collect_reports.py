"""Usage reports: who used which workload last, by day. The only evidence of use without Entra ID P1."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

from app.commands.note_capability import NoteCapability, note_capability
from app.commands.record_snapshot import RecordSnapshot
from app.commands.record_workloads import RecordWorkloads, record_workloads
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.ids import UserId
from app.domain.sightings import WorkloadSighting
from app.ingest.collect_run import Collected, Run, closed_before, failed, taken
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import GraphForbidden
from app.ingest.spool import Spool
from app.ingest.translate.directory import user_name
from app.ingest.translate.reports import ACTIVE_USERS, TEAMS_USER_ACTIVITY, Report, report_row

REPORTS = (TEAMS_USER_ACTIVITY, ACTIVE_USERS)
NAMES_PER_PAGE = 999


@dataclass(slots=True)
class _Tally:
    """Rows of both reports, and whether the tenant hides names in them (None: no row has told)."""

    rows: int = 0
    concealed: bool | None = None


async def collect_reports(run: Run) -> Collected:
    """Read both reports whole, then take them in. Hidden names are noted and matched with nobody.

    A report names people by their principal name; it is matched with the directory of the same day.
    """
    if await closed_before(run, Feed.REPORTS):
        return Collected(Feed.REPORTS, closed=True)
    read_at = run.desk.now()
    tally, facts = _Tally(), 0
    with ExitStack() as stack:
        spools = [stack.enter_context(Spool(WorkloadSighting)) for _ in REPORTS]
        try:
            users = await _users_by_name(run.graph)
            for report, spool in zip(REPORTS, spools, strict=True):
                await _read(run.graph, report, users, spool, tally)
        except (Refused, Unavailable) as error:
            if isinstance(error, GraphForbidden):
                await _note(run, Capability.REPORTS, available=False)
            return await failed(run, Feed.REPORTS, error)
        await _note(run, Capability.REPORTS, available=True)
        if tally.concealed is not None:
            await _note(run, Capability.CONCEALED_NAMES, available=tally.concealed)
        for spool in spools:
            # One after the other: a command takes the first sighting of a user only, and most are in both reports.
            command = RecordWorkloads(run.tenant, run.id, spool)
            facts += (await asyncio.to_thread(record_workloads, command, run.desk)).facts
    return await taken(run, RecordSnapshot(run.tenant, Feed.REPORTS, run.id, read_at, tally.rows, facts))


async def _users_by_name(graph: GraphClient) -> dict[str, UserId]:
    params = {"$select": "id,userPrincipalName", "$top": str(NAMES_PER_PAGE)}
    found = [user_name(row, "users") async for page in graph.pages("/users", params) for row in page]
    return dict(pair for pair in found if pair is not None)


async def _read(
    graph: GraphClient, report: Report, users: dict[str, UserId], spool: Spool[WorkloadSighting], tally: _Tally
) -> None:
    async for fields in graph.csv(report.path()):
        row = report_row(report, fields)
        tally.rows += 1
        tally.concealed = row.concealed or bool(tally.concealed)
        user = users.get(row.name)
        if user is not None and not row.deleted and row.last_activity:
            spool.add(WorkloadSighting(user, row.last_activity))


async def _note(run: Run, capability: Capability, *, available: bool) -> None:
    command = NoteCapability(run.tenant, capability, available, run.id)
    await asyncio.to_thread(note_capability, command, run.desk)
