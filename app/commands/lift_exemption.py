"""Somebody says that a seat is not to be left alone any more."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import deciding
from app.domain.ids import SkuId, TenantId, UserId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class LiftExemption:
    tenant: TenantId
    user: UserId
    sku: SkuId
    by: UUID | None
    cause: UUID


def lift_exemption(command: LiftExemption, desk: Desk) -> int:
    """Returns how many facts were new; 0 if the seat is not exempt. Whether it is still held plays no part."""
    return decided(
        desk,
        command.tenant,
        streams.exemption_stream(command.user, command.sku),
        command.cause,
        lambda history: deciding.lift(
            deciding.replay(history), command.user, command.sku, by=command.by, at=desk.now()
        ),
    )
