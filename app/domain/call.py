"""One call record and its revisions. Graph's `version` is the natural idempotence."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from app.domain.events import Event
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.sightings import CallSighting


@dataclass(frozen=True, slots=True)
class KnownCall:
    """The highest revision in the log; None: the call is new."""

    revision: int | None = None


NO_CALL = KnownCall()


def replay(events: Iterable[Event]) -> KnownCall:
    return reduce(evolve, events, NO_CALL)


def evolve(known: KnownCall, event: Event) -> KnownCall:
    """Fold one fact in. Never refuses; a fact about something else, or an older revision, changes nothing."""
    match event:
        case CallCompleted() | CallRevised() if known.revision is None or event.call.revision > known.revision:
            return KnownCall(event.call.revision)
        case _:
            return known


def sight(known: KnownCall, seen: CallSighting) -> list[Event]:
    """A first sight completes the call, a higher revision replaces it whole, any other adds nothing."""
    call = seen.call
    if known.revision is None:
        return [CallCompleted(happened_at=call.started_at, call=call)]
    if call.revision > known.revision:
        return [CallRevised(happened_at=call.started_at, call=call)]
    return []
