"""What the log says of a customer, for those who must know before they act."""

from app.commands.desk import Desk
from app.domain.ids import TenantId
from app.domain.tenant import Tenant, replay
from app.eventstore import streams


def known_tenant(tenant: TenantId, desk: Desk) -> Tenant:
    """The customer as folded from its own stream; one nobody invited is NO_TENANT."""
    history, _ = desk.store.load(tenant, streams.TENANT)
    return replay(history)
