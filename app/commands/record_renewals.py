"""What one complete read of the tenant's commercial subscriptions showed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain import sku
from app.domain.events.licensing import Purchase
from app.domain.ids import RunId, SkuId, TenantId
from app.domain.sightings import PurchaseSighting
from app.eventstore.changes import StreamChange
from app.eventstore.streams import SKUS, sku_stream


@dataclass(frozen=True, slots=True)
class RecordRenewals:
    """The whole list: a product that is missing from it has no purchase any more."""

    tenant: TenantId
    run: RunId
    sightings: tuple[PurchaseSighting, ...]
    read_at: datetime


def record_renewals(command: RecordRenewals, desk: Desk) -> int:
    """Take the list in, in one transaction. Returns how many facts were new; 0 for a repeated read."""
    appended, position = retried(lambda: _attempt(command, desk))
    if appended:
        desk.ring(command.tenant, position)
    return appended


def _attempt(command: RecordRenewals, desk: Desk) -> tuple[int, int]:
    changes = [change for change in _changes(command, desk) if change.facts]
    if not changes:
        return 0, 0
    return len(changes), desk.store.append_many(command.tenant, changes, cause=command.run, at=desk.now())


def _changes(command: RecordRenewals, desk: Desk) -> list[StreamChange]:
    bought: dict[SkuId, dict[str, Purchase]] = {}
    for seen in command.sightings:
        bought.setdefault(seen.sku, {})[seen.purchase.purchase] = seen.purchase
    known = {SkuId(UUID(stream.removeprefix(SKUS))) for stream in desk.store.streams(command.tenant, SKUS)}
    changes = []
    for each in sorted(known | bought.keys()):
        stream = sku_stream(each)
        history, version = desk.store.load(command.tenant, stream)
        purchases = bought.get(each, {}).values()
        changes.append(StreamChange(stream, version, sku.renew(sku.replay(history), each, purchases, command.read_at)))
    return changes
