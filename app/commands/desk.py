"""What every command needs at hand: the log, the time, and the doorbell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.clock import Clock
from app.commands.inviting import Inviting
from app.domain.ids import TenantId
from app.eventstore.store import EventStore


@dataclass(frozen=True, slots=True)
class Desk:
    """`ring(tenant, position)` tells the projections, after the commit, that there is more to read.

    A lost or repeated ring changes nothing: the sweeper finds who is behind. `rebuild(tenant, table, force)` has a
    table built anew; None: there is nobody to do it. `inviting`: makes invitations; None: there is nobody to do it.
    """

    store: EventStore
    clock: Clock
    ring: Callable[[TenantId, int], None]
    rebuild: Callable[[TenantId, str, bool], None] | None = None
    inviting: Inviting | None = None

    def now(self) -> datetime:
        return self.clock.now()
