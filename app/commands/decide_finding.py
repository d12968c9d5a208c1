"""Somebody decides what is to become of the finding of a seat."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.commands.seat_held import check_held
from app.domain import deciding
from app.domain.deciding import Resolution
from app.domain.events.deciding import Cause, Decision, Tier
from app.domain.ids import SkuId, TenantId, UserId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class DecideFinding:
    """`cause_found` and `tier`: what the finding is; whoever sends this has seen that the seat has it.

    `by`: the object id of who decided in their directory.
    """

    tenant: TenantId
    user: UserId
    sku: SkuId
    cause_found: Cause
    tier: Tier
    decision: Decision
    note: str | None
    by: UUID | None
    cause: UUID


def decide_finding(command: DecideFinding, desk: Desk) -> int:
    """Returns how many facts were new; 0 if the same was decided last.

    Raises what `check_held` and `deciding.decide` raise.
    """
    check_held(command.tenant, command.user, command.sku, desk)
    resolution = Resolution(command.cause_found, command.tier, command.decision, command.note)
    return decided(
        desk,
        command.tenant,
        streams.exemption_stream(command.user, command.sku),
        command.cause,
        lambda history: deciding.decide(
            deciding.replay(history), command.user, command.sku, resolution, by=command.by, at=desk.now()
        ),
    )
