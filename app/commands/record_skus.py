"""What one complete read of the tenant's products showed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain import sku
from app.domain.ids import RunId, SkuId, TenantId
from app.domain.sightings import SkuSighting
from app.eventstore.changes import StreamChange
from app.eventstore.streams import SKUS, sku_stream


@dataclass(frozen=True, slots=True)
class RecordSkus:
    """The whole list: a product that is missing from it has lapsed."""

    tenant: TenantId
    run: RunId
    sightings: tuple[SkuSighting, ...]
    read_at: datetime


def record_skus(command: RecordSkus, desk: Desk) -> int:
    """Take the list in, in one transaction. Returns how many facts were new; 0 for a repeated read."""
    appended, position = retried(lambda: _attempt(command, desk))
    if appended:
        desk.ring(command.tenant, position)
    return appended


def _attempt(command: RecordSkus, desk: Desk) -> tuple[int, int]:
    changes = [change for change in _changes(command, desk) if change.facts]
    if not changes:
        return 0, 0
    position = desk.store.append_many(command.tenant, changes, cause=command.run, at=desk.now())
    return sum(len(change.facts) for change in changes), position


def _changes(command: RecordSkus, desk: Desk) -> list[StreamChange]:
    listed = {seen.sku: seen for seen in command.sightings}
    known = {SkuId(UUID(stream.removeprefix(SKUS))) for stream in desk.store.streams(command.tenant, SKUS)}
    changes = []
    for each in sorted(known | listed.keys()):
        stream = sku_stream(each)
        history, version = desk.store.load(command.tenant, stream)
        before = sku.replay(history)
        facts = sku.sight(before, listed[each]) if each in listed else sku.missed(before, command.read_at)
        changes.append(StreamChange(stream, version, facts))
    return changes
