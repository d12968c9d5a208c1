"""Every day a look at each customer for months of calls whose details are to go, and the actor that drops them."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import dramatiq

from app.broker import AFTER_ALL_ELSE, PROJECT, BrokerDown, ringing
from app.commands.desk import Desk
from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.people.retention import carry_out, months_due
from app.telemetry import count, say

_AGAIN = timedelta(hours=1)
"""Where a ring led to nothing: somebody is at it, or the tables were behind."""

Ring = Callable[[TenantId], None]


class Round:
    """Rings for whoever has a month to drop. Each customer is looked at once a day (UTC), one who was rung for again
    after an hour, so that a ring that got lost costs an hour."""

    def __init__(self, pool: Pool, desk: Desk, ring: Ring) -> None:
        self._pool = pool
        self._desk = desk
        self._ring = ring
        self._next: dict[TenantId, datetime] = {}

    def __call__(self) -> None:
        """Raises `DatabaseDown`."""
        now = self._desk.now()
        tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        for tenant in self._desk.store.heads():
            if not now < self._next.get(tenant, now) <= tomorrow:
                due = months_due(self._pool, self._desk, tenant)
                if due:
                    self._ring(tenant)
                self._next[tenant] = now + _AGAIN if due else tomorrow


def register(broker: dramatiq.Broker, pool: Pool, desk: Desk) -> Ring:
    """Declare the actor that drops a customer's months; returns how to ring for a customer.

    Two messages for one customer drop a month once. Nothing is retried: the next round rings again.
    """

    @dramatiq.actor(
        broker=broker, queue_name=PROJECT, max_retries=0, actor_name="drop_call_details", priority=AFTER_ALL_ELSE
    )
    def drop(tenant: str) -> None:
        whose = TenantId(UUID(tenant))
        try:
            for month in carry_out(pool, desk, whose):
                say("calls.details_dropped", logging.INFO, tenant=whose, month=month)
        except Unavailable as error:
            count("retention.put_off")
            say("retention.put_off", logging.WARNING, tenant=whose, code=error.code)

    def ring(tenant: TenantId) -> None:
        try:
            with ringing():
                drop.send(str(tenant))
        except BrokerDown:
            count("retention.not_rung")

    return ring
