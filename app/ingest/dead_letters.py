"""Payloads of Graph that could not be translated, kept whole until somebody has looked or the next read is good.

A payload names persons in plain text. So it is shown to operators only, never logged, and forgotten after 30 days.
Every function works in its caller's transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from psycopg import Connection

from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.telemetry import count

KEPT_FOR = timedelta(days=30)
"""As long as Graph itself keeps a call record."""

CALLS = "calls"
"""The feed of call records; their key is the call's id."""

INTERNAL = "INTERNAL"
"""The reason where the fault is SUA's own."""

_NAMELESS = "content:"

_DETAIL_MAX = 1_000

_KEEP = """
    INSERT INTO dead_letters AS known (tenant_id, feed, key, reason, detail, payload)
    SELECT %(tenant)s, %(feed)s, %(key)s, %(reason)s, %(detail)s, %(payload)s WHERE tenant_stays(%(tenant)s)
      AND NOT EXISTS (SELECT FROM erased_subjects
                      WHERE tenant_id = %(tenant)s AND subject = 'user/' || %(key)s::text)
    ON CONFLICT (tenant_id, feed, key) DO UPDATE
    SET reason = excluded.reason, detail = excluded.detail, payload = excluded.payload, times = known.times + 1,
        last_at = excluded.last_at
"""

_LISTED = """
    SELECT tenant_id, feed, key, reason, detail, times, first_at, last_at FROM dead_letters
    WHERE %(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s
    ORDER BY last_at DESC, tenant_id, feed, key
    LIMIT %(limit)s
"""


_PAYLOADS = """
    SELECT payload, tenant_id, feed, key, reason, detail, times, first_at, last_at FROM dead_letters
    WHERE key = %(key)s AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s)
    ORDER BY tenant_id, feed
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What is known of a payload kept, but for the payload. `times`: how often it was met; `reason` is a code."""

    tenant: TenantId
    feed: str
    key: str
    reason: str
    detail: str
    times: int
    first_at: datetime
    last_at: datetime


def reason_of(error: BaseException) -> str:
    return error.code if isinstance(error, SuaError) else INTERNAL


def nameless_key(payload: object) -> str:
    """The key of what bears no id: of its content, so that the same is kept once."""
    return _NAMELESS + sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def keep(db: Connection, tenant: TenantId, feed: str, key: str, payload: object, error: BaseException) -> None:
    """Keep a payload (JSON) beside the error it led to. One per key: the newest, with how often it was met.

    Of a customer who was erased nothing is kept, nor of a user who was.
    """
    detail = str(error) if isinstance(error, SuaError) else type(error).__name__
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    given = {"tenant": tenant, "feed": feed, "key": key, "reason": reason_of(error), "payload": text}
    db.execute(_KEEP, given | {"detail": detail[:_DETAIL_MAX].replace("\0", "?")})
    count(f"dead_letters.{feed}")


def settle(db: Connection, tenant: TenantId, feed: str, keys: Sequence[str]) -> int:
    """Forget what has been read well since. Returns how many there were."""
    if not keys:
        return 0
    query = "DELETE FROM dead_letters WHERE tenant_id = %s AND feed = %s AND key = ANY (%s)"
    return db.execute(query, (tenant, feed, list(keys))).rowcount


def settle_all(db: Connection, tenant: TenantId, feed: str) -> int:
    """The feed was read whole and well. Returns how many were forgotten."""
    return db.execute("DELETE FROM dead_letters WHERE tenant_id = %s AND feed = %s", (tenant, feed)).rowcount


def settle_nameless(db: Connection, tenant: TenantId, feed: str) -> int:
    """What bore no id, so that it cannot be told from what is read well now. Returns how many were forgotten."""
    query = "DELETE FROM dead_letters WHERE tenant_id = %s AND feed = %s AND starts_with(key, %s)"
    return db.execute(query, (tenant, feed, _NAMELESS)).rowcount


def waiting(db: Connection, tenant: TenantId, feed: str) -> bool:
    """Whether any are kept of this feed."""
    query = "SELECT EXISTS (SELECT FROM dead_letters WHERE tenant_id = %s AND feed = %s)"
    return db.execute(query, (tenant, feed)).fetchone() == (True,)


def listed(db: Connection, tenant: TenantId | None = None, limit: int = 200) -> list[DeadLetter]:
    """The latest first; of every tenant where none is named."""
    rows = db.execute(_LISTED, {"tenant": tenant, "limit": limit}).fetchall()
    return [DeadLetter(TenantId(tenant_id), *rest) for tenant_id, *rest in rows]


def payloads(db: Connection, key: str, tenant: TenantId | None = None) -> list[tuple[DeadLetter, str]]:
    """What is kept under a key, in any feed, each with its payload as JSON."""
    rows = db.execute(_PAYLOADS, {"key": key, "tenant": tenant}).fetchall()
    return [(DeadLetter(TenantId(tenant_id), *rest), payload) for payload, tenant_id, *rest in rows]


def counted(db: Connection, tenant: TenantId | None = None) -> list[tuple[TenantId, str, str, int, datetime]]:
    """Tenant, feed, reason, how many are kept, and since when the oldest."""
    rows = db.execute(
        "SELECT tenant_id, feed, reason, count(*), min(first_at) FROM dead_letters"
        " WHERE %(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        {"tenant": tenant},
    ).fetchall()
    return [(TenantId(tenant_id), *rest) for tenant_id, *rest in rows]


def forget_old(db: Connection, older_than: timedelta = KEPT_FOR) -> int:
    """Delete what was met longest ago. Returns how many."""
    return db.execute("DELETE FROM dead_letters WHERE last_at < now() - %s", (older_than,)).rowcount
