"""After calm everything works again as before the faults. By plain SQL; imports nothing of SUA."""

from collections.abc import Sequence
from typing import Any

import httpx
import psycopg

from tests.soak.oracle import Findings, Pair, Truth

_STATE = """
SELECT state, cardinality(permissions), entra_p1, concealed_names FROM tenants
WHERE tenant_id = %(tenant)s AND valid_until = '9999-12-31Z'
  AND until_position > (SELECT position FROM tenant_heads WHERE tenant_id = %(tenant)s)
"""
_AS_BEFORE = ("CONSENTED", 5, True, False)

_FAILING = (
    "SELECT job, failures, last_reason FROM schedule WHERE tenant_id = %s AND (failures > 0 OR last_reason IS NOT NULL)"
)
_DEAD = "SELECT call_id, reason FROM inbox WHERE tenant_id = %s AND state = 'DEAD'"
_SUBSCRIBED = "SELECT subscription_id FROM graph_subscriptions WHERE tenant_id = %s AND subscription_id IS NOT NULL"


def check_recovery(db: psycopg.Connection, truth: Truth, pairs: Sequence[Pair], found: Findings) -> None:
    """Consent and permissions stand, one live subscription each, no job failing, no call given up."""
    known = httpx.get(f"{truth.url}/_subscriptions", timeout=60).raise_for_status().json()["subscriptions"]
    for pair in pairs:
        _check_subscription(db, pair, known, found)
        state = db.execute(_STATE, {"tenant": pair.tenant}).fetchone()
        if state != _AS_BEFORE:
            found.wrong.append(f"{pair.tenant}: state, permissions, P1, concealed are {state}, not {_AS_BEFORE}")
        for job in db.execute(_FAILING, (pair.tenant,)):
            found.wrong.append(f"{pair.tenant}: after calm a job ended with a failure: {job}")
        for item in db.execute(_DEAD, (pair.tenant,)):
            found.wrong.append(f"{pair.tenant}: after calm a call is given up: {item}")
        found.checked["tenants back as before"] += 1


def _check_subscription(db: psycopg.Connection, pair: Pair, known: Sequence[dict[str, Any]], found: Findings) -> None:
    live = {each["id"] for each in known if each["tenant"] == str(pair.directory) and each["live"]}
    ours = {subscription for (subscription,) in db.execute(_SUBSCRIBED, (pair.tenant,))}
    if len(live) != 1 or not live <= ours:
        found.wrong.append(f"{pair.tenant}: Graph has the live subscriptions {live}, SUA knows {ours}")
