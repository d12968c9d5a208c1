"""Every hour a checkpoint of each log that grew, or sooner if by much: who is due, and the actor that takes it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import dramatiq

from app.broker import AFTER_ALL_ELSE, PROJECT, BrokerDown, ringing
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.evidence.notary import Notary, spot_check, take_checkpoint
from app.evidence.walking import EvidenceBroken, Fault
from app.telemetry import count

EVERY = timedelta(hours=1)

MANY = 1_000
"""Facts since the last checkpoint that do not wait for the hour."""

_AGAIN = timedelta(minutes=10)
"""Where a ring led to no checkpoint."""

Ring = Callable[[TenantId], None]

_DUE = """
    SELECT heads.tenant_id FROM tenant_heads AS heads
    LEFT JOIN LATERAL (
        SELECT size, made_at FROM signed_checkpoints AS signed
        WHERE signed.tenant_id = heads.tenant_id ORDER BY size DESC LIMIT 1
    ) AS last ON true
    WHERE coalesce(last.size, 0) <> heads.position
      AND (coalesce(last.made_at <= %(before)s, true) OR abs(heads.position - last.size) >= %(many)s)
    ORDER BY heads.tenant_id
"""


def due(pool: Pool, now: datetime) -> list[TenantId]:
    """Logs whose size is not that of their last checkpoint, which is an hour old or MANY facts away; one without any
    is due at once."""
    with borrowed(pool) as db:
        return [TenantId(tenant) for (tenant,) in db.execute(_DUE, {"before": now - EVERY, "many": MANY})]


class Round:
    """Rings for who is due. One who was rung for is left in peace for ten minutes: their log may be long."""

    def __init__(self, notary: Notary, ring: Ring) -> None:
        self._notary = notary
        self._ring = ring
        self._rung: dict[TenantId, datetime] = {}

    def __call__(self) -> None:
        """Raises `DatabaseDown`. Without a key to sign with there is nothing to ring for."""
        if self._notary.signer is None:
            return
        now = self._notary.clock.now()
        self._rung = {tenant: at for tenant, at in self._rung.items() if now - _AGAIN < at <= now}
        for tenant in due(self._notary.pool, now):
            if tenant not in self._rung:
                self._ring(tenant)
                self._rung[tenant] = now


def register(broker: dramatiq.Broker, notary: Notary, alarm: Callable[[Fault], None]) -> Ring:
    """Declare the actor that takes a checkpoint; returns how to ring for a tenant. `alarm` is told what is at fault.

    Two messages for one tenant are one checkpoint. Nothing is retried: the next round rings again.
    """

    @dramatiq.actor(
        broker=broker, queue_name=PROJECT, max_retries=0, actor_name="take_checkpoint", priority=AFTER_ALL_ELSE
    )
    def take(tenant: str) -> None:
        whose = TenantId(UUID(tenant))
        try:
            if notary.signer is not None and take_checkpoint(notary, whose) is not None:
                spot_check(notary, whose)
        except EvidenceBroken as broken:
            count("evidence.broken")
            alarm(broken.fault)

    def ring(tenant: TenantId) -> None:
        try:
            with ringing():
                take.send(str(tenant))
        except BrokerDown:
            count("evidence.not_rung")

    return ring
