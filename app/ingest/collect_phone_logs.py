"""The PSTN and Direct Routing logs, read in overlapping windows: rows appear late and may be corrected later."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.commands.note_capability import NoteCapability, note_capability
from app.commands.record_phone_log import RecordPhoneLog, record_phone_log
from app.commands.record_snapshot import RecordSnapshot, last_complete_read
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.events.charging import DirectRoutingCall, PstnCall
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.phone_log import PhoneCallSighting, days_to_read
from app.ingest.collect_run import Collected, Run, closed_before, failed, taken
from app.ingest.dead_letters import nameless_key
from app.ingest.graph_errors import BadUpstreamAnswer, GraphForbidden, RecordUnusable
from app.ingest.graph_http import Json
from app.ingest.spool import Spool
from app.ingest.translate import phone_logs

DAYS_PER_REQUEST = 90
"""Graph's own limit."""

PERMISSIONS = frozenset({"CallRecords.Read.All", "CallRecord-PstnCalls.Read.All"})
"""Either opens the logs."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SpoiltRow:
    """A row no fact can be made of, and why. `key`: its id, or where it has none, that of its content."""

    key: str
    row: Json
    error: SuaError


class Aside(Protocol):
    """Where spoilt rows are kept."""

    def waiting(self, feed: Feed, /) -> bool:
        """Whether rows of this log are still kept, hoping for a read that understands them."""

    def keep(self, feed: Feed, spoilt: Sequence[SpoiltRow], good: Sequence[str], /) -> None:
        """Keep the spoilt rows of a page, and forget those of its good ones (ids) that were spoilt before."""

    def all_is_well(self, feed: Feed, /) -> None:
        """Forget what is still kept: a read that went back as far as the first one understood every row."""


@dataclass(frozen=True, slots=True)
class PhoneLog:
    """`until_included`: whether the log's toDateTime is still part of the answer."""

    feed: Feed
    capability: Capability
    function: str
    until_included: bool
    sighting: type[Any]
    translate: Callable[[Json, str], PhoneCallSighting]

    def addresses(self, first: date, last: date) -> Iterator[str]:
        """What to ask for the calls of the days from `first` to `last`, both included, each day once."""
        while first <= last:
            reached = min(last, first + (DAYS_PER_REQUEST - 1) * DAY)
            until = reached if self.until_included else reached + DAY
            yield f"/communications/callRecords/{self.function}(fromDateTime={first},toDateTime={until})"
            first = reached + DAY


PSTN = PhoneLog(Feed.PSTN, Capability.PSTN_LOGS, "getPstnCalls", True, PstnCall, phone_logs.pstn_call)
DIRECT_ROUTING = PhoneLog(
    Feed.DIRECT_ROUTING,
    Capability.DIRECT_ROUTING,
    "getDirectRoutingCalls",
    False,
    DirectRoutingCall,
    phone_logs.direct_routing_call,
)


async def collect_phone_log(run: Run, log: PhoneLog, aside: Aside) -> Collected:
    """Read one log whole since some days before its last complete read, then take it in.

    A row that no fact can be made of is set aside and does not stop the others; while one is, reads begin as early as
    the first one did, for its day may lie further back than others are read again. A tenant whose log Graph refuses
    though the permission is there has none, which is no failure; an empty log is a log.
    """
    if await closed_before(run, log.feed):
        return Collected(log.feed, closed=True)
    read_at = run.desk.now()
    since = await asyncio.to_thread(last_complete_read, run.tenant, log.feed, run.desk)
    days = days_to_read(read_at, since, further_back=await asyncio.to_thread(aside.waiting, log.feed))
    with Spool[PhoneCallSighting](log.sighting) as seen:
        try:
            spoilt = await _read(run, log, days, seen, aside)
        except (Refused, Unavailable) as error:
            if await _has_no_log(run, error):
                await _note(run, log, available=False)
                return Collected(log.feed)
            return await failed(run, log.feed, error)
        await _note(run, log, available=True)
        facts = await asyncio.to_thread(record_phone_log, RecordPhoneLog(run.tenant, run.id, seen), run.desk)
        items = len(seen) + spoilt
    if not spoilt:
        await asyncio.to_thread(aside.all_is_well, log.feed)
    notes = [f"{spoilt} rows set aside as dead letters"] if spoilt else []
    return await taken(run, RecordSnapshot(run.tenant, log.feed, run.id, read_at, items, facts), *notes)


async def _read(run: Run, log: PhoneLog, days: tuple[date, date], seen: Spool[PhoneCallSighting], aside: Aside) -> int:
    """Returns how many rows were set aside."""
    kept_aside = 0
    for address in log.addresses(*days):
        async for page in run.graph.pages(address):
            spoilt, good = _taken_in(log, page, seen)
            await asyncio.to_thread(aside.keep, log.feed, spoilt, good)
            kept_aside += len(spoilt)
    return kept_aside


def _taken_in(log: PhoneLog, page: list[Json], seen: Spool[PhoneCallSighting]) -> tuple[list[SpoiltRow], list[str]]:
    spoilt, good = [], []
    for at, row in enumerate(page):
        try:
            sighting = log.translate(row, f"{log.function}[{at}]")
        except (BadUpstreamAnswer, RecordUnusable) as error:
            spoilt.append(SpoiltRow(_key(row), row, error))
        else:
            seen.add(sighting)
            good.append(str(sighting.row))
    return spoilt, good


def _key(row: Json) -> str:
    try:
        return str(UUID(row.get("id")))
    except (ValueError, TypeError, AttributeError):
        return nameless_key(row)


async def _has_no_log(run: Run, error: SuaError) -> bool:
    """Graph forbids the log to a token that carries a permission for it: the tenant's plan or operator has none."""
    if not isinstance(error, GraphForbidden):
        return False
    try:
        return not PERMISSIONS.isdisjoint(await run.graph.roles())
    except (Refused, Unavailable):
        return False


async def _note(run: Run, log: PhoneLog, *, available: bool) -> None:
    command = NoteCapability(run.tenant, log.capability, available, run.id)
    await asyncio.to_thread(note_capability, command, run.desk)
