"""What the log holds of a call already."""

from datetime import datetime

from app.commands.desk import Desk
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId, TenantId
from app.eventstore.streams import call_stream


def known_start(tenant: TenantId, call: CallId, desk: Desk) -> datetime | None:
    """When a call began, as its newest revision in the log says; None: the log does not know the call."""
    stream = call_stream(call)
    recorded = desk.store.latest(tenant, [stream]).get(stream)
    match None if recorded is None else recorded.event:
        case CallCompleted(call=known) | CallRevised(call=known):
            return known.started_at
        case _:
            return None
