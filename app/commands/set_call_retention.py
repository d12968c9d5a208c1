"""The customer says for how long who called whom is kept."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import retention
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class SetCallRetention:
    """`days`: as of the fact `CallRetentionSet`. `by`: the object id of who decided; None: an operator."""

    tenant: TenantId
    days: int
    by: UUID | None
    cause: UUID


def set_call_retention(command: SetCallRetention, desk: Desk) -> int:
    """Returns how many facts were new; 0 if that is the rule already. What is gone does not come back by it.

    Raises TenantUnknown, RetentionDaysOutOfRange.
    """
    if not desk.store.head(command.tenant):
        raise TenantUnknown(f"There is no tenant {command.tenant}.")
    return decided(
        desk,
        command.tenant,
        streams.RETENTION,
        command.cause,
        lambda history: retention.set_days(retention.replay(history), command.days, by=command.by, at=desk.now()),
    )


def retention_of(tenant: TenantId, desk: Desk) -> retention.Retention:
    """The customer's rule as the log has it, and the months that are gone."""
    return retention.replay(desk.store.load(tenant, streams.RETENTION)[0])
