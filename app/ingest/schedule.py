"""What is due for which tenant, and who is at it. Messages only say "look"; this table says what there is to do.

Every function works in its caller's transaction.

`due_at` counts by SUA's clock, like everything a customer would call a date. Leases and the waits after failures count
by the database's clock: workers on several machines agree on it, and a stepped clock cannot stop them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from psycopg import Connection

from app.domain.ids import TenantId

_DAY = timedelta(days=1)
_MINUTES_OF_DAY = 1_440
_WAIT_FIRST_S = 30
_WAIT_MAX = timedelta(hours=1)


class Job(StrEnum):
    """CONSENT: prove a consent whose permissions were not visible yet. ONBOARD: subscribe to the calls of a tenant
    that has consented. COLLECT: the daily read."""

    CONSENT = "consent"
    ONBOARD = "onboard"
    COLLECT = "collect"


@dataclass(frozen=True, slots=True)
class Due:
    tenant: TenantId
    job: Job


@dataclass(frozen=True, slots=True)
class Taken:
    """A job taken on. `due_at` stays the same until it is finished, so it names this run through all its tries."""

    due_at: datetime
    failures: int


def enlist(db: Connection, tenant: TenantId, job: Job, due_at: datetime) -> None:
    """Make a job due, or due earlier; a wait after a failure ends, and so does a lease."""
    db.execute(
        "INSERT INTO schedule (tenant_id, job, due_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (tenant_id, job) DO UPDATE SET due_at = least(schedule.due_at, excluded.due_at),"
        " held_until = excluded.held_until, failures = 0",
        (tenant, job, due_at),
    )


def due(db: Connection, now: datetime) -> list[Due]:
    """What somebody should take now, longest due first."""
    rows = db.execute(
        "SELECT tenant_id, job FROM schedule WHERE due_at <= %s AND held_until <= now() ORDER BY due_at", (now,)
    )
    return [Due(TenantId(tenant), Job(job)) for tenant, job in rows]


def claim(db: Connection, wanted: Due, *, now: datetime, lease: timedelta) -> Taken | None:
    """Take a job that is due, for `lease`; None: somebody else has it, or it is not due."""
    row = db.execute(
        "UPDATE schedule SET held_until = now() + %(lease)s, last_started_at = now()"
        " WHERE tenant_id = %(tenant)s AND job = %(job)s AND due_at <= %(now)s AND held_until <= now()"
        " RETURNING due_at, failures",
        {"tenant": wanted.tenant, "job": wanted.job, "now": now, "lease": lease},
    ).fetchone()
    return None if row is None else Taken(*row)


def renew(db: Connection, taken: Due, lease: timedelta) -> None:
    """Go on holding a job."""
    db.execute(
        "UPDATE schedule SET held_until = now() + %s WHERE tenant_id = %s AND job = %s",
        (lease, taken.tenant, taken.job),
    )


def finish(db: Connection, done: Due, next_due: datetime | None, reason: str | None = None) -> None:
    """The job is done for this time; `next_due` None: for good. `reason`: the error it ended with, if it did."""
    if next_due is None:
        db.execute("DELETE FROM schedule WHERE tenant_id = %s AND job = %s", (done.tenant, done.job))
        return
    db.execute(
        "UPDATE schedule SET due_at = %s, held_until = '-infinity', failures = 0, last_reason = %s,"
        " last_finished_at = now() WHERE tenant_id = %s AND job = %s",
        (next_due, reason, done.tenant, done.job),
    )


def put_off(db: Connection, failed: Due, *, reason: str, wait: timedelta) -> None:
    """The job failed; it stays due and may be taken again after `wait`. `reason` is an error code."""
    db.execute(
        "UPDATE schedule SET held_until = now() + %s, failures = failures + 1, last_reason = %s,"
        " last_finished_at = now() WHERE tenant_id = %s AND job = %s",
        (wait, reason, failed.tenant, failed.job),
    )


def wait_after(failures: int, chance: float) -> timedelta:
    """The wait after so many failures in a row (1: the first): 30 s, doubled up to an hour. `chance`: 0 to 1."""
    ceiling = min(_WAIT_MAX, timedelta(seconds=_WAIT_FIRST_S << min(failures - 1, 16)))
    return ceiling * (0.5 + 0.5 * chance)


def next_slot(tenant: TenantId, now: datetime) -> datetime:
    """The tenant's next daily read: always at the same minute of the day (UTC), spread over the tenants."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    slot = midnight + timedelta(minutes=tenant.int % _MINUTES_OF_DAY)
    return slot if slot > now else slot + _DAY


def end(db: Connection, tenant: TenantId) -> None:
    """The customer left: nothing is due any more."""
    db.execute("DELETE FROM schedule WHERE tenant_id = %s", (tenant,))
