"""The doorbell: a message says that a tenant's log has grown, and nothing else."""

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

import dramatiq

from app.broker import PROJECT, BrokerDown, ringing
from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.projections.catalogue import ALL
from app.projections.engine import TURN, advance
from app.projections.generations import named, order
from app.projections.log_reader import Log
from app.projections.projection import Projection
from app.projections.rebuild import work_on

Ring = Callable[[TenantId, int], None]

Order = Callable[[TenantId, str, bool], None]
"""Has a table of a tenant, or "all", built anew, by force where the live rows of the same version differ."""

_log = logging.getLogger("sua.projections")


def register(
    broker: dramatiq.Broker, pool: Pool, store: Log, projections: Sequence[Projection] = ALL, *, turn: int = TURN
) -> Ring:
    """Declare the actor that advances a tenant; returns how to ring for it.

    A ring never raises: the broker may be away, and the sweeper rings again. Nor is a message retried, for the same
    reason. A message for a tenant that someone is advancing, or that stands there already, ends at once; one with a
    table to be built anew goes on with that.
    """

    @dramatiq.actor(broker=broker, queue_name=PROJECT, max_retries=0, actor_name="advance")
    def advance_tenant(tenant: str, wanted: int) -> None:
        progress = advance(pool, store, TenantId(UUID(tenant)), projections, budget=turn, batch=turn)
        # What is live goes first, so that a table built anew takes no more of its tenant's time than every other turn.
        to_build = not progress.more and work_on(pool, store, TenantId(UUID(tenant)), projections, budget=turn)
        if progress.more or to_build:
            ring(TenantId(UUID(tenant)), max(wanted, progress.head))

    def ring(tenant: TenantId, position: int) -> None:
        try:
            with ringing():
                advance_tenant.send(str(tenant), position)
        except BrokerDown as error:
            _log.warning("No ring for tenant %s: %s", tenant, error)

    return ring


def orders(pool: Pool, ring: Ring, projections: Sequence[Projection] = ALL) -> Order:
    """How to have tables built anew by whoever answers the ring. Raises ProjectionUnknown, RebuildRunning."""

    def order_and_ring(tenant: TenantId, name: str, force: bool) -> None:
        order(pool, tenant, named(name, projections), forced=force)
        ring(tenant, 0)

    return order_and_ring
