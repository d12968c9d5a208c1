"""Reading one call record whole: with all of its sessions and participants."""

from app.clock import Clock
from app.domain.ids import CallId
from app.domain.sightings import CallSighting
from app.ingest.graph_client import GraphClient
from app.ingest.translate.calls import CALL_EXPAND, call


async def read_call(graph: GraphClient, wanted: CallId, clock: Clock) -> CallSighting:
    """The newest version of a record. Raises GraphNotFound where there is none: not yet, or no more (30 days)."""
    record = await graph.get(f"/communications/callRecords/{wanted}", {"$expand": CALL_EXPAND})
    sessions = [row async for page in graph.nested(record, "sessions") for row in page]
    participants = [row async for page in graph.nested(record, "participants_v2") for row in page]
    return call(record, sessions, participants, graph.directory, clock.now())
