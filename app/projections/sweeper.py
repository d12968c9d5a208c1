"""Rings for tenants left behind: a ring may be lost, a worker killed, a broker emptied."""

import logging
from collections.abc import Sequence
from threading import Event, Thread

from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.actors import Ring
from app.projections.catalogue import ALL
from app.projections.projection import Projection

_log = logging.getLogger("sua.projections")


def behind(pool: Pool, projections: Sequence[Projection] = ALL) -> list[tuple[TenantId, int]]:
    """Tenants with a projection that goes on and has not reached the head of their log, and that head."""
    with borrowed(pool) as db:
        return [
            (tenant, head)
            for tenant, head in db.execute(
                """
                SELECT h.tenant_id, h.position FROM tenant_heads h
                LEFT JOIN checkpoints c ON c.tenant_id = h.tenant_id AND c.projection = ANY (%(names)s)
                GROUP BY h.tenant_id, h.position
                HAVING count(c.projection) < cardinality(%(names)s::text[])
                    OR bool_or(c.stopped_at IS NULL AND c.position < h.position)
                """,
                {"names": [projection.name for projection in projections]},
            )
        ]


class Sweeper:
    """A thread that sweeps every `every_s` seconds until it is stopped, also while the database is away."""

    def __init__(self, pool: Pool, ring: Ring, every_s: float) -> None:
        self._pool = pool
        self._ring = ring
        self._every_s = every_s
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last sweep is over."""
        self._stopped.set()
        self._thread.join()

    def sweep(self) -> int:
        """Ring for everyone who is behind; returns for how many."""
        found = behind(self._pool)
        for tenant, head in found:
            self._ring(tenant, head)
        return len(found)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self.sweep()
            except Unavailable as error:
                _log.warning("Sweep left out: %s", error)
