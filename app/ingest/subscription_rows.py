"""The secrets by which notifications are known, and the subscriptions they belong to: table graph_subscriptions.

A secret is stored, hashed, before Graph hears of it: notifications may overtake the answer that names the
subscription, and are known by the secret then. Every function works in its caller's transaction.
"""

from datetime import datetime, timedelta

from psycopg import Connection

from app.domain.ids import DirectoryId, TenantId
from app.ingest.notifications import hashed

STRAGGLERS = timedelta(hours=5)
"""How long what an ended subscription has sent may still arrive: Graph tries for 4 hours."""


def await_notifications(
    db: Connection, tenant: TenantId, directory: DirectoryId, secret: str, resource: str, now: datetime
) -> None:
    """From now on notifications with this secret are the tenant's."""
    db.execute(
        "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, created_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (hashed(secret), tenant, directory, resource, now),
    )


def name(db: Connection, secret: str, subscription: str, expires_at: datetime) -> None:
    """Graph has answered: this is the subscription the secret belongs to."""
    db.execute(
        "UPDATE graph_subscriptions SET subscription_id = %s, expires_at = %s WHERE client_state_hash = %s",
        (subscription, expires_at, hashed(secret)),
    )


def forget(db: Connection, secret: str) -> None:
    """Graph has not made a subscription with it."""
    db.execute("DELETE FROM graph_subscriptions WHERE client_state_hash = %s", (hashed(secret),))


def known(db: Connection, tenant: TenantId) -> dict[str, datetime]:
    """Subscriptions whose secret is known and that have not been ended, and when each was last known to end."""
    rows = db.execute(
        "SELECT subscription_id, expires_at FROM graph_subscriptions"
        " WHERE tenant_id = %s AND subscription_id IS NOT NULL AND ended_at IS NULL",
        (tenant,),
    )
    return dict(rows.fetchall())


def lives_until(db: Connection, subscription: str, expires_at: datetime) -> None:
    """It was renewed."""
    db.execute("UPDATE graph_subscriptions SET expires_at = %s WHERE subscription_id = %s", (expires_at, subscription))


def end_others(db: Connection, tenant: TenantId, subscription: str | None, now: datetime) -> None:
    """This one is the tenant's (None: none is); the others have ended, and those that did long ago are forgotten."""
    db.execute(
        "UPDATE graph_subscriptions SET ended_at = %s"
        " WHERE tenant_id = %s AND subscription_id IS DISTINCT FROM %s AND ended_at IS NULL",
        (now, tenant, subscription),
    )
    db.execute("DELETE FROM graph_subscriptions WHERE tenant_id = %s AND ended_at < %s", (tenant, now - STRAGGLERS))


def forget_ended(db: Connection, now: datetime) -> None:
    """Of every tenant: those that ended long ago, and secrets of which Graph never told what it made with them; should
    there be something after all, the job deletes it as unknown. The web processes keep the others in memory.
    """
    db.execute(
        "DELETE FROM graph_subscriptions"
        " WHERE ended_at < %(until)s OR (subscription_id IS NULL AND created_at < %(until)s)",
        {"until": now - STRAGGLERS},
    )


def end_all(db: Connection, tenant: TenantId) -> None:
    """The customer left: no notification for it is known any more."""
    db.execute("DELETE FROM graph_subscriptions WHERE tenant_id = %s", (tenant,))
