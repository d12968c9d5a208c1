"""Somebody says that a seat is to be left alone."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.commands.desk import Desk
from app.commands.retry import decided
from app.commands.seat_held import check_held
from app.domain import deciding
from app.domain.ids import SkuId, TenantId, UserId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class ExemptSeat:
    """`owner` answers for it. `until` is excluded, a civil day of the customer; None: without end.

    `by`: the object id of who said so in their directory.
    """

    tenant: TenantId
    user: UserId
    sku: SkuId
    reason: str
    owner: str
    until: date | None
    by: UUID | None
    cause: UUID


def exempt_seat(command: ExemptSeat, desk: Desk) -> int:
    """Returns how many facts were new; 0 if it is exempt in the same words.

    Raises what `check_held` and `deciding.exempt` raise.
    """
    customer = check_held(command.tenant, command.user, command.sku, desk)
    now = desk.now()
    today = now.astimezone(ZoneInfo(customer.policy.time_zone)).date()
    return decided(
        desk,
        command.tenant,
        streams.exemption_stream(command.user, command.sku),
        command.cause,
        lambda history: deciding.exempt(
            deciding.replay(history),
            command.user,
            command.sku,
            reason=command.reason,
            owner=command.owner,
            until=command.until,
            by=command.by,
            at=now,
            today=today,
        ),
    )
