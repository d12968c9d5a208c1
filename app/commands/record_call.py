"""Call records as Graph shows them now, new or revised."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.late_calls import count_late, late_among
from app.commands.retry import retried
from app.domain import call
from app.domain.ids import TenantId
from app.domain.sightings import CallSighting
from app.eventstore.changes import StreamChange
from app.eventstore.streams import call_stream


@dataclass(frozen=True, slots=True)
class RecordCall:
    tenant: TenantId
    sighting: CallSighting
    cause: UUID


def record_call(command: RecordCall, desk: Desk) -> int:
    """Returns how many facts were new; 0 for a revision known already or overtaken."""
    return record_calls([command], desk)


def record_calls(commands: Sequence[RecordCall], desk: Desk) -> int:
    """Different calls of one tenant, in one append: all or none. Returns how many facts were new.

    Where another writer was faster at one of them, all are decided again. One of a month whose details are not kept
    any more is counted and adds nothing.
    """
    if not commands:
        return 0
    tenant = commands[0].tenant
    late: dict[str, str] = {}

    def attempt() -> tuple[int, int]:
        late.clear()
        late.update(late_among(tenant, {_stream(each): each.sighting.call.started_at for each in commands}, desk))
        kept = [each for each in commands if _stream(each) not in late]
        # A call's newest fact holds the whole call and its highest revision, so it is all of the history that counts.
        known = desk.store.latest(tenant, [_stream(each) for each in kept])
        changes = []
        for each in kept:
            last = known.get(_stream(each))
            facts = call.sight(call.replay([] if last is None else [last.event]), each.sighting)
            if facts:
                version = 0 if last is None else last.version
                changes.append(StreamChange(_stream(each), version, facts, each.cause))
        if not changes:
            return 0, 0
        return len(changes), desk.store.append_many(tenant, changes, cause=commands[0].cause, at=desk.now())

    appended, position = retried(attempt)
    count_late(tenant, late.items(), desk)
    if appended:
        desk.ring(tenant, position)
    return appended


def _stream(command: RecordCall) -> str:
    return call_stream(command.sighting.call.call)
