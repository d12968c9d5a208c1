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
    INSERT INTO inbox (tenant_id, call_id, delivery, traceparent)
    SELECT tenant_id, call_id, %s, %s FROM unnest(%s::uuid[], %s::uuid[]) AS item (tenant_id, call_id)
    ON CONFLICT DO NOTHING
"""

# A call's items are looked up by the key, whatever the planner believes of a queue that has just grown: OFFSET keeps
# what follows from choosing the index of all that is due, for each call anew.
_CLAIM = """
    WITH first AS (
        SELECT call_id FROM inbox
        WHERE tenant_id = %(tenant)s AND state = 'PENDING' AND due_at <= now()
        ORDER BY due_at
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ), due AS (
        SELECT item.call_id, item.delivery
        FROM (SELECT DISTINCT call_id FROM first) AS wanted, LATERAL (
            SELECT call_id, delivery, state, due_at FROM inbox
            WHERE tenant_id = %(tenant)s AND call_id = wanted.call_id
            OFFSET 0
            FOR UPDATE SKIP LOCKED
        ) AS item
        WHERE item.state = 'PENDING' AND item.due_at <= now()
    )
    UPDATE inbox SET due_at = now() + %(lease)s, attempts = attempts + 1
    FROM due
    WHERE inbox.tenant_id = %(tenant)s AND inbox.call_id = due.call_id AND inbox.delivery = due.delivery
    RETURNING inbox.call_id, inbox.delivery, inbox.attempts, inbox.received_at, now() - inbox.received_at,
        inbox.traceparent
"""

_SETTLE: dict[str, LiteralString] = {
    "DONE": "SET state = 'DONE', reason = NULL, settled_at = now()",
    "DEAD": "SET state = 'DEAD', reason = %(reason)s, settled_at = now()",
    "PENDING": "SET due_at = now() + %(wait)s, reason = %(reason)s",
    "UNTRIED": "SET due_at = now() + %(wait)s, attempts = attempts - 1, reason = coalesce(%(reason)s, reason)",
}

_LISTED = """
    SELECT tenant_id, call_id, delivery, state, attempts, received_at, due_at, settled_at, reason
    FROM inbox
    WHERE (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s) AND state = ANY (%(states)s)
    ORDER BY received_at, tenant_id, call_id, delivery
    LIMIT %(limit)s
"""

_COUNTED = """
    SELECT tenant_id, state, reason, count(*), min(received_at)
    FROM inbox
    WHERE (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s) AND state = ANY (%(states)s)
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
"""

_DUE = """
    SELECT tenant_id, min(due_at) FROM inbox
    WHERE state = 'PENDING' AND due_at <= now()
    AND tenant_id NOT IN (SELECT held.tenant_id FROM inbox_turns AS held WHERE held.held_until > now())
    GROUP BY tenant_id
"""

_REPLAY = """
    UPDATE inbox SET state = 'PENDING', attempts = 0, due_at = now(), settled_at = NULL
    WHERE (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s) AND state = 'DEAD'
    AND (%(call)s::uuid IS NULL OR call_id = %(call)s) AND (%(reason)s::text IS NULL OR reason = %(reason)s)
"""

# `settled_at`, for it says PENDING without inviting the index of all that waits.
_OF_CLAIMS: LiteralString = """
    FROM unnest(%(calls)s::uuid[], %(deliveries)s::uuid[]) AS claimed (call_id, delivery)
    WHERE inbox.tenant_id = %(tenant)s AND inbox.call_id = claimed.call_id AND inbox.delivery = claimed.delivery
    AND inbox.settled_at IS NULL
"""

_TAKE_TURN = """
    INSERT INTO inbox_turns AS known (tenant_id, holder, held_until) VALUES (%(tenant)s, %(holder)s, now() + %(lease)s)
    ON CONFLICT (tenant_id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
    WHERE known.held_until <= now()
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Notifications of one call, taken together: one fetch answers them all.

    `attempts` is the highest of them, this one included. `delivery` is the newest's, the cause of what follows.
    `waited`: since the first of them was received. `traces`: the traceparents of their POSTs, oldest first; empty:
    none were kept.
    """

    call: CallId
    deliveries: tuple[UUID, ...]
    attempts: int
    waited: timedelta = timedelta(0)
    traces: tuple[str, ...] = ()

    @property
    def delivery(self) -> UUID:
        return self.deliveries[-1]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claim. DONE; DEAD, with the reason; PENDING again after `wait`, with the reason; or UNTRIED:
    due again after `wait` as if it had not been tried, since what stopped it was not its own."""

    claimed: Claimed
    state: str
    reason: str | None = None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items of a tenant are in one state for one reason, and since when the oldest."""

    tenant: TenantId
    state: str
    reason: str | None
    items: int
    since: datetime


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


async def deliver(
    db: AsyncConnection, calls: Sequence[tuple[TenantId, CallId]], delivery: UUID, trace: str | None = None
) -> None:
    """Store one POST's items in one statement, with its traceparent. Durable when the connection has committed."""
    await db.execute(_DELIVER, (delivery, trace, [tenant for tenant, _ in calls], [call for _, call in calls]))


def claim(db: Connection, tenant: TenantId, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take the calls of the `limit` items longest due, each with all its due items, for `lease`.

    Nobody waits for another's claim.
    """
    rows = db.execute(_CLAIM, {"tenant": tenant, "limit": limit, "lease": lease}).fetchall()
    by_call: dict[CallId, list[tuple[datetime, UUID, int, timedelta, str | None]]] = {}
    for call, *item in rows:
        by_call.setdefault(CallId(call), []).append((item[2], item[0], item[1], item[3], item[4]))
    for items in by_call.values():
        items.sort(key=lambda item: item[:2])
    return [
        Claimed(
            call,
            tuple(delivery for _, delivery, *_ in items),
            max(attempts for _, _, attempts, *_ in items),
            max(waited for _, _, _, waited, _ in items),
            tuple(trace for *_, trace in items if trace is not None),
        )
        for call, items in by_call.items()
    ]


def settle(db: Connection, tenant: TenantId, outcomes: Sequence[Settled]) -> None:
    """Write down what became of claims. An item somebody settled meanwhile stays settled."""
    alike: dict[tuple[str, str | None, timedelta], list[Claimed]] = {}
    for outcome in outcomes:
        alike.setdefault((outcome.state, outcome.reason, outcome.wait), []).append(outcome.claimed)
    for (state, reason, wait), claims in alike.items():
        db.execute(
            f"UPDATE inbox {_SETTLE[state]} {_OF_CLAIMS}", _keys(tenant, claims) | {"reason": reason, "wait": wait}
        )


def renew(db: Connection, tenant: TenantId, held: Sequence[Claimed], lease: timedelta) -> None:
    """Go on holding claims still at work, for `lease` from now. A call's items are held or settled together."""
    if held:
        db.execute(f"UPDATE inbox SET due_at = now() + %(lease)s {_OF_CLAIMS}", _keys(tenant, held) | {"lease": lease})  # noqa: S608


def take_turn(db: Connection, tenant: TenantId, holder: UUID, lease: timedelta) -> bool:
    """Become the only one, over all workers, who fetches the tenant's calls; False while somebody else is.

    A holder that is killed is one until the lease ends.
    """
    return db.execute(_TAKE_TURN, {"tenant": tenant, "holder": holder, "lease": lease}).rowcount == 1


def hold_turn(db: Connection, tenant: TenantId, holder: UUID, lease: timedelta) -> None:
    """Go on, for `lease` from now; or, as the last thing, let nobody go on before then (zero: at once)."""
    query = "UPDATE inbox_turns SET held_until = now() + %s WHERE tenant_id = %s AND holder = %s"
    db.execute(query, (lease, tenant, holder))


def due_tenants(db: Connection) -> list[tuple[TenantId, datetime]]:
    """Tenants with an item somebody should take now, and since when the longest due one waits."""
    return [(TenantId(tenant), since) for tenant, since in db.execute(_DUE)]


def has_due(db: Connection, tenant: TenantId) -> bool:
    """Whether there is an item to take now."""
    query = "SELECT EXISTS (SELECT FROM inbox WHERE tenant_id = %s AND state = 'PENDING' AND due_at <= now())"
    return db.execute(query, (tenant,)).fetchone() == (True,)


def counted(
    db: Connection, tenant: TenantId | None = None, states: Sequence[str] = ("PENDING", "DEAD")
) -> list[Waiting]:
    """Items by tenant, state and reason; of every tenant where none is named."""
    rows = db.execute(_COUNTED, {"tenant": tenant, "states": list(states)}).fetchall()
    return [Waiting(TenantId(tenant_id), *rest) for tenant_id, *rest in rows]


def listed(
    db: Connection, tenant: TenantId | None = None, states: Sequence[str] = ("PENDING", "DEAD"), limit: int = 200
) -> list[InboxItem]:
    """Oldest first; of every tenant where none is named."""
    rows = db.execute(_LISTED, {"tenant": tenant, "states": list(states), "limit": limit}).fetchall()
    return [InboxItem(TenantId(tenant_id), CallId(call), *rest) for tenant_id, call, *rest in rows]


def replay(
    db: Connection, tenant: TenantId | None = None, call: CallId | None = None, reason: str | None = None
) -> int:
    """Give dead items (of all, or only of this tenant, call, reason) a full set of attempts, due now. How many."""
    return db.execute(_REPLAY, {"tenant": tenant, "call": call, "reason": reason}).rowcount


def forget_done(db: Connection, older_than: timedelta) -> int:
    """Delete items done longer ago than that: they were hints, the facts stand in the log. Returns how many."""
    return db.execute("DELETE FROM inbox WHERE state = 'DONE' AND settled_at < now() - %s", (older_than,)).rowcount


def forget_hopeless(db: Connection, older_than: timedelta) -> int:
    """Delete items given up that were received longer ago than that: nobody can fetch their calls. Returns how many."""
    return db.execute("DELETE FROM inbox WHERE state = 'DEAD' AND received_at < now() - %s", (older_than,)).rowcount


def _keys(tenant: TenantId, claims: Sequence[Claimed]) -> dict[str, object]:
    pairs = [(claimed.call, delivery) for claimed in claims for delivery in claimed.deliveries]
    return {"tenant": tenant, "calls": [call for call, _ in pairs], "deliveries": [each for _, each in pairs]}
