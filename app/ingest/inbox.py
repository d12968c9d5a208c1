"""Each notification once, and what became of it. The truth about what is still to be fetched; messages only hint.

Leases and retries count by the database's clock: workers on several machines agree on it, and a stepped clock cannot
stop them. A worker that is killed leaves its items to the next one when the lease ends; fetching twice is free, since
`record_call` adds nothing for a version already known.

Every function works in its caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import AsyncConnection, Connection

from app.domain.ids import CallId, TenantId

_DELIVER = """
    INSERT INTO inbox (tenant_id, call_id, delivery)
    SELECT tenant_id, call_id, %s FROM unnest(%s::uuid[], %s::uuid[]) AS item (tenant_id, call_id)
    ON CONFLICT DO NOTHING
"""

_CLAIM = """
    WITH first AS (
        SELECT call_id FROM inbox
        WHERE tenant_id = %(tenant)s AND state = 'PENDING' AND due_at <= now()
        ORDER BY due_at
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ), due AS (
        SELECT call_id, delivery FROM inbox
        WHERE tenant_id = %(tenant)s AND state = 'PENDING' AND due_at <= now()
        AND call_id IN (SELECT call_id FROM first)
        FOR UPDATE SKIP LOCKED
    )
    UPDATE inbox SET due_at = now() + %(lease)s, attempts = attempts + 1
    FROM due
    WHERE inbox.tenant_id = %(tenant)s AND inbox.call_id = due.call_id AND inbox.delivery = due.delivery
    RETURNING inbox.call_id, inbox.delivery, inbox.attempts, inbox.received_at
"""

_SETTLE: dict[str, LiteralString] = {
    "DONE": "SET state = 'DONE', reason = NULL, settled_at = now()",
    "DEAD": "SET state = 'DEAD', reason = %(reason)s, settled_at = now()",
    "PENDING": "SET due_at = now() + %(wait)s, reason = %(reason)s",
}

_LISTED = """
    SELECT tenant_id, call_id, delivery, state, attempts, received_at, due_at, settled_at, reason
    FROM inbox
    WHERE tenant_id = %(tenant)s AND state = ANY (%(states)s)
    ORDER BY received_at, call_id, delivery
    LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Notifications of one call, taken together: one fetch answers them all.

    `attempts` is the highest of them, this one included. `delivery` is the newest's, the cause of what follows.
    """

    call: CallId
    deliveries: tuple[UUID, ...]
    attempts: int

    @property
    def delivery(self) -> UUID:
        return self.deliveries[-1]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claim. DONE; DEAD, with the reason; or PENDING again after `wait`, with the reason."""

    claimed: Claimed
    state: str
    reason: str | None = None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A row for operators. `reason` is the code of the last error, None where there was none."""

    tenant: TenantId
    call: CallId
    delivery: UUID
    state: str
    attempts: int
    received_at: datetime
    due_at: datetime
    settled_at: datetime | None
    reason: str | None


async def deliver(db: AsyncConnection, calls: Sequence[tuple[TenantId, CallId]], delivery: UUID) -> None:
    """Store one POST's items in one statement. Durable when the connection has committed."""
    await db.execute(_DELIVER, (delivery, [tenant for tenant, _ in calls], [call for _, call in calls]))


def claim(db: Connection, tenant: TenantId, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take the calls of the `limit` items longest due, each with all its due items, for `lease`.

    Nobody waits for another's claim.
    """
    rows = db.execute(_CLAIM, {"tenant": tenant, "limit": limit, "lease": lease}).fetchall()
    by_call: dict[CallId, list[tuple[datetime, UUID, int]]] = {}
    for call, delivery, attempts, received_at in rows:
        by_call.setdefault(CallId(call), []).append((received_at, delivery, attempts))
    return [
        Claimed(call, tuple(delivery for _, delivery, _ in sorted(items)), max(attempts for *_, attempts in items))
        for call, items in by_call.items()
    ]


def settle(db: Connection, tenant: TenantId, outcomes: Sequence[Settled]) -> None:
    """Write down what became of claims. An item somebody settled meanwhile stays settled."""
    with db.cursor() as cursor:
        for outcome in outcomes:
            cursor.execute(
                f"UPDATE inbox {_SETTLE[outcome.state]} WHERE tenant_id = %(tenant)s AND call_id = %(call)s"
                " AND delivery = ANY (%(deliveries)s) AND state = 'PENDING'",
                {
                    "tenant": tenant,
                    "call": outcome.claimed.call,
                    "deliveries": list(outcome.claimed.deliveries),
                    "reason": outcome.reason,
                    "wait": outcome.wait,
                },
            )


def renew(db: Connection, tenant: TenantId, held: Sequence[Claimed], lease: timedelta) -> None:
    """Go on holding claims still at work, for `lease` from now. A call's items are held or settled together."""
    with db.cursor() as cursor:
        for claimed in held:
            cursor.execute(
                "UPDATE inbox SET due_at = now() + %s WHERE tenant_id = %s AND call_id = %s"
                " AND delivery = ANY (%s) AND state = 'PENDING'",
                (lease, tenant, claimed.call, list(claimed.deliveries)),
            )


def due_tenants(db: Connection) -> list[tuple[TenantId, datetime]]:
    """Tenants with an item somebody should take now, and since when the longest due one waits."""
    rows = db.execute(
        "SELECT tenant_id, min(due_at) FROM inbox WHERE state = 'PENDING' AND due_at <= now() GROUP BY tenant_id"
    )
    return [(TenantId(tenant), since) for tenant, since in rows]


def listed(
    db: Connection, tenant: TenantId, states: Sequence[str] = ("PENDING", "DEAD"), limit: int = 200
) -> list[InboxItem]:
    """Oldest first."""
    rows = db.execute(_LISTED, {"tenant": tenant, "states": list(states), "limit": limit}).fetchall()
    return [InboxItem(TenantId(tenant_id), CallId(call), *rest) for tenant_id, call, *rest in rows]


def replay(db: Connection, tenant: TenantId, call: CallId | None = None) -> int:
    """Give dead items (of one call, or all) another full set of attempts, due now. Returns how many."""
    return db.execute(
        "UPDATE inbox SET state = 'PENDING', attempts = 0, due_at = now(), settled_at = NULL"
        " WHERE tenant_id = %(tenant)s AND state = 'DEAD' AND (%(call)s::uuid IS NULL OR call_id = %(call)s)",
        {"tenant": tenant, "call": call},
    ).rowcount


def forget_done(db: Connection, older_than: timedelta) -> int:
    """Delete items done longer ago than that: they were hints, the facts stand in the log. Returns how many."""
    return db.execute("DELETE FROM inbox WHERE state = 'DONE' AND settled_at < now() - %s", (older_than,)).rowcount
