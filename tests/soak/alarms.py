"""Alerts: each has a cause among the faults, and none is left once they are over. Imports nothing of SUA."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from tests.soak.oracle import Findings, Pair
from tests.soak.plan import Event, Turn

CAUSES = {
    "CREDENTIAL_REFUSED": {Turn.CREDENTIAL_REFUSED},
    "CREDENTIAL_EXPIRING": set(),
    "CONSENT_LOST": {Turn.CONSENT_WITHDRAWN},
    "TENANT_BLOCKED": {Turn.CONSENT_WITHDRAWN},
    "TENANT_GONE": {Turn.CONSENT_WITHDRAWN},
    "PERMISSIONS_MISSING": {Turn.PERMISSION_WITHDRAWN},
}
"""Which turns explain which alert, in the life of the same customer. The other alerts any fault of Graph explains."""

OF_NOBODY = {"CREDENTIAL_REFUSED", "CREDENTIAL_EXPIRING"}


def check_alarms(
    db: psycopg.Connection, logs: Path, pairs: Sequence[Pair], events: Sequence[Event], found: Findings
) -> Counter[str]:
    """Returns how often each alert was told, by kind."""
    told: Counter[str] = Counter()
    numbers = {str(pair.tenant): number for number, pair in enumerate(pairs)}
    for kind, tenant, detail in _told(logs):
        told[f"alert {kind}"] += 1
        causes = CAUSES.get(kind)
        met = {event.turn for event in events if kind in OF_NOBODY or event.tenant == numbers.get(tenant or "")}
        if causes is not None and not causes & met:
            found.wrong.append(f"{tenant}: alert {kind} ({detail}) has no cause")
    for kind, tenant, detail, since in db.execute("SELECT kind, tenant_id, detail, since FROM alerts"):
        found.wrong.append(f"{tenant}: after calm alert {kind} ({detail}) of {since} is still open")
    return told


def _told(logs: Path) -> Iterator[tuple[str, str | None, str]]:
    for log in logs.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            if '"alert.begins"' in line:
                said = json.loads(line)
                yield said["kind"], said["tenant"], said["detail"]
