"""What an operator must look at: kept while it lasts, told once when it begins and once when it ends.

Every function works in its caller's transaction.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg import Connection

from app.domain.ids import TenantId
from app.telemetry import count, say

_NOBODY = UUID(int=0)

_SOUND = """
    INSERT INTO alerts (kind, tenant_id, detail, since, seen_at)
    VALUES (%(kind)s, %(tenant)s, %(detail)s, %(at)s, %(at)s)
    ON CONFLICT (kind, tenant_id) DO UPDATE SET detail = excluded.detail, seen_at = excluded.seen_at
    RETURNING xmax = 0
"""


class Alert(StrEnum):
    SUBSCRIPTION_EXPIRING = "SUBSCRIPTION_EXPIRING"
    """Less than a quarter of its life is left and it was not renewed: notifications will end."""
    SUBSCRIPTION_LOST = "SUBSCRIPTION_LOST"
    """Nothing notifies SUA of the customer's calls; they are found by listing, later."""
    CREDENTIAL_REFUSED = "CREDENTIAL_REFUSED"
    """Entra refuses SUA's own secret or certificate: nothing of anybody is read."""
    CREDENTIAL_EXPIRING = "CREDENTIAL_EXPIRING"
    CONSENT_LOST = "CONSENT_LOST"
    TENANT_BLOCKED = "TENANT_BLOCKED"
    TENANT_GONE = "TENANT_GONE"
    PERMISSIONS_MISSING = "PERMISSIONS_MISSING"
    JOB_FAILING = "JOB_FAILING"
    """A job has failed five times in a row or more, or was refused and not done since."""
    DEAD_LETTERS = "DEAD_LETTERS"
    """Notifications were given up, or payloads could not be translated."""
    CALLS_MISSING = "CALLS_MISSING"
    """Calls that Graph lists have been missing for more than six hours."""
    EVIDENCE_BROKEN = "EVIDENCE_BROKEN"
    """A log, or what was signed of it, is not what it was. Lasts until `sua audit verify` finds it whole."""


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that lasts. `tenant` None: the installation's. `seen_at`: when it was last found to be so."""

    kind: Alert
    tenant: TenantId | None
    detail: str
    since: datetime
    seen_at: datetime


def sound(db: Connection, kind: Alert, tenant: TenantId | None, detail: str, at: datetime) -> None:
    """It is so at `at`. Told when it was not so before. `detail` holds ids, codes and numbers, nothing personal."""
    given = {"kind": kind, "tenant": tenant or _NOBODY, "detail": detail, "at": at}
    row = db.execute(_SOUND, given).fetchone()
    if row == (True,):
        count(f"alert.{kind.lower()}")
        say("alert.begins", logging.ERROR, kind=str(kind), tenant=tenant, detail=detail)


def settle(db: Connection, kind: Alert, tenant: TenantId | None) -> None:
    """It is so no more. Nothing where it was not."""
    gone = db.execute("DELETE FROM alerts WHERE kind = %s AND tenant_id = %s", (kind, tenant or _NOBODY))
    if gone.rowcount:
        say("alert.ends", logging.WARNING, kind=str(kind), tenant=tenant)


def settle_all(db: Connection, tenant: TenantId) -> None:
    """The customer left."""
    db.execute("DELETE FROM alerts WHERE tenant_id = %s", (tenant,))


def open_alerts(db: Connection, tenant: TenantId | None = None) -> list[Open]:
    """Those that last, the oldest first; of one customer or of all."""
    rows = db.execute(
        "SELECT kind, nullif(tenant_id, %(nobody)s), detail, since, seen_at FROM alerts"
        " WHERE %(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s ORDER BY since, kind, tenant_id",
        {"nobody": _NOBODY, "tenant": tenant},
    )
    known = [row for row in rows if _is_known(row[0])]
    return [Open(Alert(kind), None if whose is None else TenantId(whose), *rest) for kind, whose, *rest in known]


def _is_known(kind: str) -> bool:
    """Not where a later release has been here: its alerts are for it to end."""
    known = kind in Alert.__members__.values()
    if not known:
        count("alerts.unknown_kind")
    return known
