"""Reading one call record whole: with all of its sessions and participants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from app.clock import Clock
from app.domain.errors import Refused
from app.domain.ids import CallId, DirectoryId
from app.domain.sightings import CallSighting
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.graph_http import Json
from app.ingest.translate.calls import CALL_EXPAND, call

KEPT_BY_GRAPH = timedelta(days=30)
"""From a record's creation on; after that it is 404 for good."""


class CallForgotten(Refused):
    """The call is older than the 30 days Graph keeps its record for, so nobody can fetch it any more."""

    code: ClassVar[str] = "CALL_FORGOTTEN"


@dataclass(frozen=True, slots=True)
class CallPages:
    """A record and all rows of its two long members, as Graph sent them."""

    record: Json
    sessions: list[Json]
    participants: list[Json]

    def as_one(self) -> Json:
        """The record as Graph would show it if it had no pages; `sua translate call-record` reads it."""
        rest = {key: value for key, value in self.record.items() if not key.endswith("@odata.nextLink")}
        return rest | {"sessions": self.sessions, "participants_v2": self.participants}


async def read_pages(graph: GraphClient, wanted: CallId) -> CallPages:
    """The newest version of a record. Raises GraphNotFound where there is none: not yet, or no more (30 days)."""
    record = await graph.get(f"/communications/callRecords/{wanted}", {"$expand": CALL_EXPAND})
    sessions = [row async for page in graph.nested(record, "sessions") for row in page]
    participants = [row async for page in graph.nested(record, "participants_v2") for row in page]
    return CallPages(record, sessions, participants)


def sighted(pages: CallPages, wanted: CallId, home: DirectoryId, seen_at: datetime) -> CallSighting:
    """Raises RecordUnusable, or BadUpstreamAnswer where it is not what Graph documents, or not the one asked for."""
    found = call(pages.record, pages.sessions, pages.participants, home, seen_at)
    if found.call.call != wanted:
        raise BadUpstreamAnswer("$.id is not the record's that was asked for")
    return found


async def read_call(graph: GraphClient, wanted: CallId, clock: Clock) -> CallSighting:
    """Both at once."""
    return sighted(await read_pages(graph, wanted), wanted, graph.directory, clock.now())
