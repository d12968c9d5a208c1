"""Usage reports: who used which workload last, by day. The only evidence of use without Entra ID P1."""

import asyncio
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from app.commands.note_capability import NoteCapability, note_capability
from app.commands.record_reports import RecordReports, record_reports
from app.commands.record_snapshot import RecordSnapshot
from app.commands.record_workloads import RecordWorkloads, record_workloads
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.events.licensing import ReportReading, Workload
from app.domain.events.tenancy import Capability
from app.domain.ids import UserId
from app.domain.sightings import WorkloadSighting
from app.ingest.collect_run import Collected, RowUnusable, Run, closed_before, failed, taken, understood
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import (
    BadUpstreamAnswer,
    ConsentLost,
    GraphForbidden,
    GraphRejected,
    GraphThrottled,
    ReportSchemaChanged,
)
from app.ingest.translate.directory import user_name
from app.ingest.translate.reports import ACTIVE_USERS, COPILOT_USAGE, REPORTS, Report, ReportRow, report_row

NAMES_PER_PAGE = 999

_NEVER = 0


class _People:
    """Everybody in the directory by name, with their last activity over all reports: 100 bytes a person.

    Days are kept as their ordinals, one array a workload, since most of 100,000 people are in most reports.
    """

    def __init__(self) -> None:
        self._ids = bytearray()
        self._nth: dict[str, int] = {}
        self._latest: dict[Workload, array[int]] = {}

    def add(self, name: str, user: UserId) -> None:
        self._nth[name] = len(self._ids) // 16
        self._ids += user.bytes

    def nth(self, name: str) -> int | None:
        """The place of a person; None: nobody of that name."""
        return self._nth.get(name)

    def days(self) -> "array[int]":
        """Room for a day of everybody."""
        return array("l", [_NEVER]) * (len(self._ids) // 16)

    def take(self, found: "Mapping[Workload, array[int]]") -> None:
        """Take in what a whole report has shown: the later of two days counts."""
        for workload, days in found.items():
            known = self._latest.get(workload)
            self._latest[workload] = days if known is None else array("l", map(max, known, days))

    def sightings(self) -> Iterator[WorkloadSighting]:
        """Who used anything, and when last."""
        for nth in range(len(self._ids) // 16):
            last = {
                workload: date.fromordinal(days[nth]) for workload, days in self._latest.items() if days[nth] != _NEVER
            }
            if last:
                yield WorkloadSighting(UserId(UUID(bytes=bytes(self._ids[nth * 16 : nth * 16 + 16]))), last)


@dataclass(slots=True)
class _Tally:
    """One report as it was read. Rows of deleted users do not tell whether names are hidden."""

    report: Report
    rows: int = 0
    named: int = 0
    hidden: int = 0
    refreshed_on: date | None = None
    failure: Refused | Unavailable | None = None
    absent: bool = False

    @property
    def concealed(self) -> bool | None:
        """Names are hidden in a whole report or not at all, so a few odd names in a named one prove nothing."""
        return None if self.named + self.hidden == 0 else self.hidden >= self.named

    def reading(self) -> ReportReading:
        return ReportReading(
            report=self.report.function,
            refreshed_on=self.refreshed_on,
            rows=self.rows,
            concealed=self.concealed,
            failure=None if self.failure is None else self.failure.code,
        )


@dataclass(slots=True)
class _Reading:
    people: _People
    tallies: list[_Tally] = field(default_factory=list)

    @property
    def shown(self) -> list[_Tally]:
        return [tally for tally in self.tallies if not tally.absent]


async def collect_reports(run: Run) -> Collected:
    """Read all reports, then take them in; rows are matched by name with the directory of the same day, never by hash.

    Each report is whole or refused by itself: one that changed its columns leaves the others to be taken. The feed
    counts as read where the active users' report was, for it alone tells of every workload; what it shows stands for
    the end of its refresh date.
    """
    if await closed_before(run, Feed.REPORTS):
        return Collected(Feed.REPORTS, closed=True)
    try:
        reading = _Reading(await _people(run.graph))
        for report in REPORTS:
            reading.tallies.append(await _read(run.graph, report, reading.people))
    except (Refused, Unavailable) as error:
        if isinstance(error, GraphForbidden):
            await _note(run, Capability.REPORTS, available=False)
        return await failed(run, Feed.REPORTS, error)
    return await _take(run, reading)


async def _take(run: Run, reading: _Reading) -> Collected:
    await _note_capabilities(run, reading)
    command = RecordWorkloads(run.tenant, run.id, reading.people.sightings())
    facts = (await asyncio.to_thread(record_workloads, command, run.desk)).facts
    readings = tuple(tally.reading() for tally in reading.shown)
    await asyncio.to_thread(record_reports, RecordReports(run.tenant, run.id, readings), run.desk)
    active = next(tally for tally in reading.tallies if tally.report is ACTIVE_USERS)
    if active.failure is not None:
        return await failed(run, Feed.REPORTS, active.failure)
    rows = sum(tally.rows for tally in reading.shown)
    notes = tuple(str(tally.failure) for tally in reading.shown if tally.failure is not None)
    if active.refreshed_on is None:
        # No row and so no date: Microsoft has made no report yet, as in a directory of a few days.
        return Collected(Feed.REPORTS, rows, facts, notes=(*notes, f"{active.report.function} is empty"))
    observed_at = min(run.desk.now(), _end_of(active.refreshed_on))
    return await taken(run, RecordSnapshot(run.tenant, Feed.REPORTS, run.id, observed_at, rows, facts), *notes)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


async def _people(graph: GraphClient) -> _People:
    params = {"$select": "id,userPrincipalName", "$top": str(NAMES_PER_PAGE)}
    people = _People()
    async for page in graph.pages("/users", params):
        for row in page:
            named = understood(row, "users", partial(user_name, row, "users"))
            if named is not None:
                people.add(*named)
    return people


async def _read(graph: GraphClient, report: Report, people: _People) -> _Tally:
    """Raises where the whole read is to be tried again; a report that fails for itself is told by its tally.

    Last activities do not get lost with a day: the next good report shows them too.
    """
    tally = _Tally(report)
    found: dict[Workload, array[int]] = defaultdict(people.days)
    try:
        async for fields in graph.csv(report.path()):
            row = _row(report, fields, tally.rows)
            _count(tally, row)
            nth = None if row.deleted else people.nth(row.name)
            if nth is not None:
                for workload, on in row.last_activity.items():
                    found[workload][nth] = max(found[workload][nth], on.toordinal())
    except (ConsentLost, GraphThrottled, RowUnusable):
        raise
    except (Refused, Unavailable) as error:
        if report is COPILOT_USAGE and isinstance(error, GraphRejected | BadUpstreamAnswer):
            tally.absent = True
        elif isinstance(error, ReportSchemaChanged) or not _is_essential(report, error):
            tally.failure = error
        else:
            raise
        return tally
    people.take(found)
    return tally


def _is_essential(report: Report, error: Refused | Unavailable) -> bool:
    """All reports hang on one permission, so one of them forbidden tells of all."""
    return report is ACTIVE_USERS or isinstance(error, GraphForbidden)


def _row(report: Report, fields: Mapping[str, str], at: int) -> ReportRow:
    return understood(fields, f"{report.function}[{at}]", lambda: report_row(report, fields))


def _count(tally: _Tally, row: ReportRow) -> None:
    tally.rows += 1
    tally.refreshed_on = min(row.refreshed_on, tally.refreshed_on or row.refreshed_on)
    if not row.deleted:
        tally.hidden += row.concealed
        tally.named += bool(row.name) and not row.concealed


async def _note_capabilities(run: Run, reading: _Reading) -> None:
    """Names count as hidden where any report of people hides them: evidence with holes proves no silence."""
    await _note(run, Capability.REPORTS, available=True)
    told = [tally.concealed for tally in reading.shown if tally.concealed is not None]
    if told:
        await _note(run, Capability.CONCEALED_NAMES, available=any(told))
    copilot = next(tally for tally in reading.tallies if tally.report is COPILOT_USAGE)
    await _note(run, Capability.COPILOT_REPORTS, available=not copilot.absent)


async def _note(run: Run, capability: Capability, *, available: bool) -> None:
    command = NoteCapability(run.tenant, capability, available, run.id)
    await asyncio.to_thread(note_capability, command, run.desk)
