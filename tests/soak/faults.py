"""All the faults of a soak, at their rates, and how often each struck."""

from typing import Any

from tests.soak.machines import GRAPH_PACE, Machines
from tests.soak.plan import Event, Turn

GRAPH = "/v1.0/"
JSON = r"/v1\.0/(users|subscribedSkus|communications/callRecords)"

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "throttle", "path": GRAPH, "share": 0.03, "retry_after": "0.3"},
    {"kind": "throttle", "path": GRAPH, "share": 0.01, "retry_after": None},
    {"kind": "server_error", "path": GRAPH, "share": 0.02, "retry_after": None},
    {"kind": "server_error", "path": GRAPH, "share": 0.01, "status": 504},
    {"kind": "slow", "path": GRAPH, "share": 0.02, "seconds": 1.0},
    {"kind": "cut", "path": GRAPH, "share": 0.01},
    {"kind": "truncate", "path": JSON, "share": 0.01},
    {"kind": "html", "path": GRAPH, "share": 0.005},
    {"kind": "missing", "path": JSON, "share": 0.002, "property": "id"},
    {"kind": "mistype", "path": JSON, "share": 0.002, "property": "id", "value": 42},
    {"kind": "server_error", "path": "skiptoken", "share": 0.1},
    {"kind": "foreign_link", "path": JSON, "share": 0.002},
    {"kind": "status", "path": GRAPH, "share": 0.005, "status": 401},
    {"kind": "entra", "path": "/oauth2/", "share": 0.05},
)
"""Shares of the requests they concern."""

NOTIFICATIONS: dict[str, Any] = {
    "drop_share": 0.05,
    "repeat_share": 0.1,
    "late_share": 0.1,
    "late_minutes": 150.0,
    "reorder_share": 0.3,
    "give_up_seconds": 6.0,
}
"""Shares of the notifications; what cannot be delivered within so many seconds (wall clock) is dropped, too."""

CALLS: dict[str, Any] = {
    "latency_minutes": 60.0,
    "revised_share": 0.4,
    "early_share": 0.05,
    "stale_share": 0.05,
    "night_share": 0.1,
}
"""Shares of the calls."""

SUBSCRIPTIONS: dict[str, Any] = {"daily_loss_share": 0.02, "reauthorize_hours": 9, "grace_hours": 2}
REPORTS: dict[str, Any] = {"added": ["Seen By Copilot"], "missing": ["Display Name"], "shuffled": True}
SKEW_S = 90

CALM: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/_notifications/rules", {"drop_share": 0.0, "repeat_share": 0.0, "late_share": 0.0, "reorder_share": 0.0}),
    ("/_subscriptions/rules", {"daily_loss_share": 0.0}),
    ("/_reports/rules", {"added": [], "missing": [], "shuffled": False}),
    ("/_clock/skew", {"seconds": None}),
)


def begin(machines: Machines) -> None:
    machines.control("/_faults", body=list(FAULTS))
    machines.control("/_notifications/rules", body=NOTIFICATIONS)
    machines.control("/_subscriptions/rules", body=SUBSCRIPTIONS)
    machines.control("/_reports/rules", body=REPORTS)
    machines.control("/_clock/skew", body={"seconds": SKEW_S})
    machines.control("/_limits", body={"on": True, "scale": GRAPH_PACE})


def end(machines: Machines) -> None:
    """No faults any more but the limits, which are always there."""
    machines.control("/_faults", "DELETE")
    for address, rules in CALM:
        machines.control(address, body=rules)


def survived(machines: Machines) -> dict[str, int]:
    """How often each fault has struck, by the simulator's own count."""
    counts: dict[str, int] = machines.control("/_survived", "GET")
    return counts


def befall(machines: Machines, event: Event) -> None:
    """One turn in a customer's life."""
    tenant = str(machines.simulator.directories[event.tenant])
    _TURNS[event.turn](machines, tenant, event)


def _access(machines: Machines, tenant: str, event: Event) -> None:
    machines.control("/_access", body={"tenant": tenant, "state": event.detail or "ok"})


def _permission(machines: Machines, tenant: str, event: Event) -> None:
    machines.control("/_access", body={"tenant": tenant, "missing": [event.detail] if event.detail else []})


def _credential(machines: Machines, _: str, event: Event) -> None:
    machines.control("/_credential", body={"state": "expired" if event.turn is Turn.CREDENTIAL_REFUSED else "ok"})


def _premium(machines: Machines, tenant: str, event: Event) -> None:
    machines.control(f"/_tenants/{tenant}/premium", body={"on": event.turn is Turn.PREMIUM_BACK})


def _conceal(machines: Machines, tenant: str, event: Event) -> None:
    machines.control(f"/_tenants/{tenant}/conceal", body={"on": event.turn is Turn.NAMES_CONCEALED})


def _lose(machines: Machines, tenant: str, _: Event) -> None:
    machines.control("/_subscriptions/lose", body={"tenant": tenant})


_TURNS = {
    Turn.CONSENT_WITHDRAWN: _access,
    Turn.CONSENT_RESTORED: _access,
    Turn.PERMISSION_WITHDRAWN: _permission,
    Turn.PERMISSION_RESTORED: _permission,
    Turn.PREMIUM_LOST: _premium,
    Turn.PREMIUM_BACK: _premium,
    Turn.NAMES_CONCEALED: _conceal,
    Turn.NAMES_SHOWN: _conceal,
    Turn.CREDENTIAL_REFUSED: _credential,
    Turn.CREDENTIAL_BACK: _credential,
    Turn.SUBSCRIPTION_LOST: _lose,
}
