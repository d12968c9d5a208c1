"""What time alone brings about: subscriptions that end, jobs that go on failing, what stays missing or unread.

Looked for once a minute. Two schedulers may do it at once: an alert begins and ends once all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection

from app.domain.ids import TenantId
from app.ingest import alerts
from app.ingest.alerts import Alert
from app.ingest.graph_errors import ConsentLost, CredentialRefused, TenantBlocked, TenantGone
from app.ingest.subscriptions import LIFE
from app.ingest.workshop import Workshop

EXPIRING = LIFE / 4
"""So much of its life is left only where several renewals have failed."""

FAILURES = 5
"""In a row; with the waits of the schedule a quarter of an hour to a few hours."""

MISSING_FOR = timedelta(hours=6)

# Only where the job is scheduled: of a tenant that lost access or left nothing is expected.
_SUBSCRIPTIONS = """
    SELECT job.tenant_id, max(known.expires_at), coalesce(job.last_reason, '')
    FROM schedule AS job
    LEFT JOIN graph_subscriptions AS known
      ON known.tenant_id = job.tenant_id AND known.subscription_id IS NOT NULL AND known.ended_at IS NULL
    WHERE job.job = 'subscription'
    GROUP BY job.tenant_id, job.last_reason
"""

_OTHERWISE_TOLD = [CredentialRefused.code, ConsentLost.code, TenantBlocked.code, TenantGone.code]
"""These have alerts of their own: one refused credential fails every job of every tenant."""

# What was refused counts no failures: it waits for its next regular time, and may wait so for ever.
_FAILING = """
    SELECT tenant_id, string_agg(
        format('%%s: %%s, ', job, last_reason) || CASE failures WHEN 0 THEN 'refused' ELSE failures || ' times' END,
        '; ' ORDER BY job)
    FROM schedule
    WHERE last_reason <> ALL (%(told)s) AND (failures >= %(failures)s OR (failures = 0 AND due_at > %(now)s))
    GROUP BY tenant_id
"""

# Of a customer who left, what was still waiting is given up, and nobody need look at it.
_UNREAD = """
    SELECT tenant_id, string_agg(format('%s: %s', feed, items), '; ' ORDER BY feed)
    FROM (
        SELECT tenant_id, 'calls given up' AS feed, count(*) AS items FROM inbox WHERE state = 'DEAD' GROUP BY tenant_id
        UNION ALL
        SELECT tenant_id, feed, count(*) FROM dead_letters WHERE feed <> 'calls' GROUP BY tenant_id, feed
    ) AS unread
    WHERE tenant_id IN (SELECT bound.tenant_id FROM tenant_directory AS bound)
    GROUP BY tenant_id
"""

_MISSING = """
    SELECT tenant_id, format('%%s calls', count(*)) FROM inbox
    WHERE listed_revision IS NOT NULL AND state <> 'DONE' AND received_at < now() - %(missing_for)s
    AND tenant_id IN (SELECT bound.tenant_id FROM tenant_directory AS bound)
    GROUP BY tenant_id
"""


@dataclass(frozen=True, slots=True)
class _Subscribed:
    """`until` None: no subscription is known. `reason`: what the last try of the job failed with; empty: nothing."""

    until: datetime | None
    reason: str


def watch(shop: Workshop) -> None:
    """Let alerts begin and end as the tables say now. Raises IngestDatabaseDown."""
    now = shop.desk.now()
    with shop.database() as db:
        subscribed = {
            TenantId(tenant): _Subscribed(until, reason) for tenant, until, reason in db.execute(_SUBSCRIPTIONS)
        }
        _sync(db, Alert.SUBSCRIPTION_LOST, _lost(subscribed, now), now)
        _sync(db, Alert.SUBSCRIPTION_EXPIRING, _expiring(subscribed, now), now)
        failing = _found(db, _FAILING, failures=FAILURES, told=_OTHERWISE_TOLD, now=now)
        _sync(db, Alert.JOB_FAILING, failing, now)
        _sync(db, Alert.DEAD_LETTERS, _found(db, _UNREAD), now)
        _sync(db, Alert.CALLS_MISSING, _found(db, _MISSING, missing_for=MISSING_FOR), now)


def _lost(subscribed: Mapping[TenantId, _Subscribed], now: datetime) -> dict[TenantId, str]:
    """Ended, or none could be made. Before the first try none is expected."""
    return {
        tenant: _told("ended" if each.until else "none", each)
        for tenant, each in subscribed.items()
        if (each.until is None and each.reason) or (each.until is not None and each.until <= now)
    }


def _expiring(subscribed: Mapping[TenantId, _Subscribed], now: datetime) -> dict[TenantId, str]:
    return {
        tenant: _told("ends", each)
        for tenant, each in subscribed.items()
        if each.until is not None and now < each.until < now + EXPIRING
    }


def _told(what: str, each: _Subscribed) -> str:
    return " ".join(word for word in (what, each.until and f"{each.until:%Y-%m-%dT%H:%MZ}", each.reason) if word)


def _found(db: Connection, query: str, **given: object) -> dict[TenantId, str]:
    return {TenantId(tenant): detail for tenant, detail in db.execute(query.encode(), given or None)}


def _sync(db: Connection, kind: Alert, found: Mapping[TenantId, str], now: datetime) -> None:
    """Exactly these tenants have the alert. In one order, so that two at once cannot lock each other out."""
    open_now = {each.tenant for each in alerts.open_alerts(db) if each.kind is kind and each.tenant is not None}
    for tenant in sorted(open_now | found.keys()):
        if tenant in found:
            alerts.sound(db, kind, tenant, found[tenant], now)
        else:
            alerts.settle(db, kind, tenant)
