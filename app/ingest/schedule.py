"""What is due for which tenant, and who is at it. Messages only say "look"; this table says what there is to do.

Every function works in its caller's transaction.

`due_at` counts by SUA's clock, like everything a customer would call a date. Leases and the waits after failures count
by the database's clock: workers on several machines agree on it, and a stepped clock cannot stop them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection, Connection

from app.domain.ids import TenantId
from app.telemetry import count

_NIGHT_BEGINS = timedelta(minutes=30)
_NIGHT_MINUTES = 300
"""The daily reads begin between 00:30 and 05:30 of the tenant's own night."""

_DAY = timedelta(days=1)

_WAIT_FIRST = timedelta(seconds=30)
_WAIT_MAX = timedelta(hours=1)

SIGN_IN_TURNS = 2
"""Tenants whose sign-ins are read at once, of all: Graph's 10 requests a minute are the whole provider's."""


class Job(StrEnum):
    """CONSENT: prove a consent whose permissions were not visible yet. SUBSCRIPTION: have and renew the notification
    subscription. LICENCES, SIGN_INS, REPORTS, PHONE_LOGS: the daily reads. RECONCILE: compare the list of calls with
    the log. PERMISSIONS: the nightly look at what SUA may still do."""

    CONSENT = "consent"
    SUBSCRIPTION = "subscription"
    LICENCES = "licences"
    SIGN_INS = "sign_ins"
    REPORTS = "reports"
    PHONE_LOGS = "phone_logs"
    RECONCILE = "reconcile"
    PERMISSIONS = "permissions"


COLLECTING = (Job.SUBSCRIPTION, Job.LICENCES, Job.SIGN_INS, Job.REPORTS, Job.PHONE_LOGS, Job.RECONCILE)
"""What is done for a customer whose consent stands."""


@dataclass(frozen=True, slots=True)
class Due:
    tenant: TenantId
    job: Job


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that is due and that nobody is at, since when, and until when it waited after a failure."""

    due: Due
    due_at: datetime
    held_until: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A job taken on. `due_at` names this run through all its tries of a day; tried for longer, it is the next day's
    run, so that what is read in parts does not stand still for the sake of one part that goes on failing. `since`, by
    the database's clock, tells this holder from one who took the job on after its lease had ended."""

    due_at: datetime
    failures: int
    since: datetime


# Rows are locked in one order, for two web processes may be told of the same jobs at once.
_HURRY = """
    WITH wanted AS (
        SELECT schedule.tenant_id, schedule.job
        FROM schedule JOIN unnest(%(tenants)s::uuid[], %(jobs)s::text[]) AS asked (tenant_id, job)
            ON schedule.tenant_id = asked.tenant_id AND schedule.job = asked.job
        WHERE schedule.due_at > %(now)s OR schedule.working_until > now()
        ORDER BY schedule.tenant_id, schedule.job
        FOR UPDATE OF schedule
    )
    UPDATE schedule SET due_at = least(schedule.due_at, %(now)s),
        asked_again = CASE WHEN schedule.working_until > now() THEN %(now)s END
    FROM wanted
    WHERE schedule.tenant_id = wanted.tenant_id AND schedule.job = wanted.job
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row for operators: what is due when, who is at it until when, how it went last. Reasons are error codes."""

    tenant: TenantId
    job: Job
    due_at: datetime
    held_until: datetime | None
    working: bool
    failures: int
    last_started_at: datetime | None
    last_finished_at: datetime | None
    last_reason: str | None


def begin(db: Connection, tenant: TenantId, now: datetime) -> None:
    """The customer has consented: everything is due at once, the permissions are looked at again in a day."""
    # In the order of `hurry`, which may be locking the same rows.
    for job in sorted((*COLLECTING, Job.PERMISSIONS)):
        enlist(db, tenant, job, now + _DAY if job is Job.PERMISSIONS else now)


def suspend(db: Connection, tenant: TenantId) -> None:
    """Access ended: nothing is read any more. Only the permissions are looked at again, should access come back."""
    db.execute("DELETE FROM schedule WHERE tenant_id = %s AND job = ANY (%s)", (tenant, list(COLLECTING)))


def listed(db: Connection, tenant: TenantId | None = None) -> list[Entry]:
    """Everything due, now or later, of one tenant or of all; soonest first."""
    rows = db.execute(
        "SELECT tenant_id, job, due_at, CASE WHEN held_until > now() THEN held_until END, working_until > now(),"
        " failures, last_started_at, last_finished_at, last_reason FROM schedule"
        " WHERE %(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s ORDER BY due_at, tenant_id, job",
        {"tenant": tenant},
    )
    return [Entry(TenantId(tenant_id), Job(job), *rest) for tenant_id, job, *rest in rows if _is_known(job)]


def enlist(db: Connection, tenant: TenantId, job: Job, due_at: datetime) -> None:
    """Make a job due, or due earlier; a wait after a failure ends. If somebody is at it, it is due once more."""
    db.execute(
        "INSERT INTO schedule (tenant_id, job, due_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (tenant_id, job) DO UPDATE SET due_at = least(schedule.due_at, excluded.due_at), failures = 0,"
        " held_until = CASE WHEN schedule.working_until > now() THEN schedule.held_until ELSE '-infinity' END,"
        " asked_again = CASE WHEN schedule.working_until > now() THEN excluded.due_at END",
        (tenant, job, due_at),
    )


async def hurry(db: AsyncConnection, jobs: Sequence[Due], now: datetime) -> None:
    """Make jobs due that are done for their tenants anyway. Repeats are free, a wait after a failure goes on, and a
    tenant that lost access stays at rest."""
    given = {"now": now, "tenants": [due.tenant for due in jobs], "jobs": [due.job for due in jobs]}
    await db.execute(_HURRY, given)


def due(db: Connection, now: datetime) -> list[Waiting]:
    """What somebody should take now, longest due first.

    Sign-ins and reports wait for the licences of the day, unless these fail: who the users are should be known. Of the
    sign-ins only those whose tenants' turn it is.
    """
    rows = db.execute(
        """
        SELECT tenant_id, job, due_at, held_until::text FROM schedule AS waiting
        WHERE due_at <= %(now)s AND held_until <= now()
          AND NOT (job IN ('sign_ins', 'reports') AND EXISTS (
            SELECT FROM schedule AS first
            WHERE first.tenant_id = waiting.tenant_id AND first.job = 'licences'
              AND first.due_at <= %(now)s AND first.failures = 0))
        ORDER BY due_at
        """,
        {"now": now},
    ).fetchall()
    known = [row for row in rows if _is_known(row[1])]
    found = [Waiting(Due(TenantId(tenant), Job(job)), due_at, held) for tenant, job, due_at, held in known]
    sign_ins = [each for each in found if each.due.job is Job.SIGN_INS]
    at_work = db.execute("SELECT count(*) FROM schedule WHERE job = 'sign_ins' AND working_until > now()").fetchone()
    turns = max(0, SIGN_IN_TURNS - (at_work[0] if at_work else 0))
    waiting = set(sign_ins[turns:])
    return [each for each in found if each not in waiting]


def claim(db: Connection, wanted: Due, *, now: datetime, lease: timedelta) -> Taken | None:
    """Take a job that is due, for `lease`; None: somebody else has it, or it is not due."""
    row = db.execute(
        "UPDATE schedule SET held_until = now() + %(lease)s, working_until = now() + %(lease)s,"
        " last_started_at = now(), asked_again = NULL"
        " WHERE tenant_id = %(tenant)s AND job = %(job)s AND due_at <= %(now)s AND held_until <= now()"
        " RETURNING due_at, failures, last_started_at",
        {"tenant": wanted.tenant, "job": wanted.job, "now": now, "lease": lease},
    ).fetchone()
    if row is None:
        return None
    due_at, failures, since = row
    return Taken(due_at + (now - due_at) // _DAY * _DAY, failures, since)


def renew(db: Connection, wanted: Due, taken: Taken, lease: timedelta) -> bool:
    """Go on holding a job; False: the lease had ended, and somebody else has it, or it is done for good."""
    renewed = db.execute(
        "UPDATE schedule SET held_until = now() + %(lease)s, working_until = now() + %(lease)s"
        " WHERE tenant_id = %(tenant)s AND job = %(job)s AND last_started_at = %(since)s"
        " AND working_until > '-infinity'",
        {"lease": lease, **_held_by(wanted, taken)},
    )
    return renewed.rowcount == 1


def finish(db: Connection, wanted: Due, taken: Taken, next_due: datetime | None, reason: str | None = None) -> None:
    """The job is done for this time; `next_due` None: for good, unless it was asked for meanwhile.

    `reason`: the error it ended with, if it did. Changes nothing where somebody else has the job by now.
    """
    given = {"next": next_due, "reason": reason, **_held_by(wanted, taken)}
    if next_due is None:
        db.execute(
            "DELETE FROM schedule WHERE tenant_id = %(tenant)s AND job = %(job)s AND last_started_at = %(since)s"
            " AND asked_again IS NULL",
            given,
        )
    db.execute(
        "UPDATE schedule SET due_at = least(%(next)s::timestamptz, asked_again), asked_again = NULL, failures = 0,"
        " held_until = '-infinity', working_until = '-infinity', last_reason = %(reason)s, last_finished_at = now()"
        " WHERE tenant_id = %(tenant)s AND job = %(job)s AND last_started_at = %(since)s",
        given,
    )


def put_off(db: Connection, wanted: Due, taken: Taken, *, reason: str, wait: timedelta) -> None:
    """The job failed; it stays due and may be taken again after `wait`. `reason` is an error code.

    Changes nothing where somebody else has the job by now.
    """
    db.execute(
        "UPDATE schedule SET held_until = now() + %(wait)s, working_until = '-infinity', failures = failures + 1,"
        " last_reason = %(reason)s, last_finished_at = now()"
        " WHERE tenant_id = %(tenant)s AND job = %(job)s AND last_started_at = %(since)s",
        {"wait": wait, "reason": reason, **_held_by(wanted, taken)},
    )


def wait_after(failures: int, chance: float, first: timedelta = _WAIT_FIRST) -> timedelta:
    """The wait after so many failures in a row (1: the first): `first`, doubled up to an hour. `chance`: 0 to 1."""
    ceiling = min(_WAIT_MAX, first * (1 << min(failures - 1, 16)))
    return ceiling * (0.5 + 0.5 * chance)


def next_slot(tenant: TenantId, now: datetime, zone: ZoneInfo) -> datetime:
    """The tenant's next daily read: always at the same minute of its own night, spread over the tenants."""
    minute = _NIGHT_BEGINS + timedelta(minutes=tenant.int % _NIGHT_MINUTES)
    today = datetime.combine(now.astimezone(zone).date(), time(0))
    slots = ((today + timedelta(days=day) + minute).replace(tzinfo=zone).astimezone(UTC) for day in (0, 1))
    return next(slot for slot in slots if slot > now)


def end(db: Connection, tenant: TenantId) -> None:
    """The customer left: nothing is due any more."""
    db.execute("DELETE FROM schedule WHERE tenant_id = %s", (tenant,))


def _held_by(wanted: Due, taken: Taken) -> dict[str, object]:
    return {"tenant": wanted.tenant, "job": wanted.job, "since": taken.since}


def _is_known(job: str) -> bool:
    """Not where a later release has been here: its jobs wait for it, the others go on."""
    known = job in Job.__members__.values()
    if not known:
        count("schedule.unknown_job")
    return known
