"""Between two checkpoints: whether the fact that was a log's last when last looked at is there still.

What was signed cannot be cut off unseen; what came after it could, with the head set back. So a process remembers of
each log the last position and its leaf, where whoever administers the database has no say, and looks for them again.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.evidence.walking import Fault
from app.telemetry import count


class Last(NamedTuple):
    position: int
    leaf: bytes


_LASTS = """
    SELECT heads.tenant_id, last.position, last.leaf FROM tenant_heads AS heads
    CROSS JOIN LATERAL (
        SELECT position, leaf FROM events WHERE events.tenant_id = heads.tenant_id ORDER BY position DESC LIMIT 1
    ) AS last
"""
_LOST = """
    SELECT seen.tenant_id, seen.position, known.leaf IS NULL
    FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[]) AS seen (tenant_id, position, leaf)
    LEFT JOIN events AS known ON known.tenant_id = seen.tenant_id AND known.position = seen.position
    WHERE known.leaf IS DISTINCT FROM seen.leaf
      AND NOT EXISTS (SELECT FROM erased_tenants AS erased WHERE erased.tenant_id = seen.tenant_id)
    ORDER BY seen.tenant_id
"""


class Vigil:
    """Each call looks at all logs and sounds the alarm for those whose last fact is gone, or another, once."""

    def __init__(self, pool: Pool, alarm: Callable[[Fault], None]) -> None:
        self._pool = pool
        self._alarm = alarm
        self._seen: dict[TenantId, Last] = {}

    def __call__(self) -> None:
        """Raises `DatabaseDown`; what was seen before is remembered."""
        with borrowed(self._pool) as db:
            found = db.execute(_LASTS, binary=True).fetchall()
            faults = _lost(db, self._seen)  # after it, so that what is cut off between the two is not forgotten
        for fault in faults:
            count("evidence.broken")
            self._alarm(fault)
        self._seen = {TenantId(tenant): Last(position, leaf) for tenant, position, leaf in found}


def _lost(db: Connection[TupleRow], seen: Mapping[TenantId, Last]) -> list[Fault]:
    given = (list(seen), [last.position for last in seen.values()], [last.leaf for last in seen.values()])
    return [
        Fault(TenantId(tenant), position, f"the fact that ended the log is {'gone' if gone else 'another now'}")
        for tenant, position, gone in db.execute(_LOST, given).fetchall()
    ]
