"""Graph's published limits, enforced where switched on.

Follows "Microsoft Graph service-specific throttling limits": refused requests count, the answer is 429 with
Retry-After (a decimal) and x-ms-throttle-scope, which tells whether one tenant or the whole application is limited.
Rates are measured whether or not they are enforced.
"""

import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

RECORDS = re.compile(r"^/v1\.0/communications/callRecords(?:/([^/?(]+))?")
LOGS = re.compile(r"^/v1\.0/communications/callRecords/(?:microsoft\.graph\.callRecords\.)?(get\w+)\(")
REPORTS = re.compile(r"^/v1\.0/(?:copilot/)?reports/(?:microsoft\.graph\.)?(get\w+)\(")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`. `tenant`: counted for each tenant by itself."""

    name: str
    requests: int
    seconds: float
    tenant: bool = True


RECORDS_PER_TENANT = Limit("callRecords", 1500, 20)
RECORDS_PER_APP = Limit("callRecords of all tenants", 15_000, 20, tenant=False)
LISTING = Limit("callRecords listing", 40, 20)
ONE_RECORD = Limit("one callRecord", 40, 20)
ONE_LOG = Limit("one log of calls", 50, 60)
LOGS_PER_TENANT = Limit("logs of calls", 200, 60)
SIGN_INS = Limit("users with signInActivity", 10, 60, tenant=False)
ONE_REPORT = Limit("report", 14, 600)
SUBSCRIPTION_WRITES = Limit("subscription writes", 1000, 20)


@dataclass(slots=True)
class Window:
    """Requests of one scope lately, by the wall clock: `highest` ever within the window, and how many were refused."""

    limit: Limit
    times: deque[float] = field(default_factory=deque)
    highest: int = 0
    refused: int = 0

    def enter(self, now: float, seconds: float) -> float | None:
        """Count a request. When the window is full: in how many seconds it will have room."""
        while self.times and self.times[0] <= now - seconds:
            self.times.popleft()
        self.times.append(now)
        self.highest = max(self.highest, len(self.times))
        over = len(self.times) - self.limit.requests
        return None if over <= 0 else self.times[over - 1] + seconds - now


@dataclass(slots=True)
class Limits:
    """`scale`: how many times faster than published (1 a minute is `scale` a minute), for simulated time."""

    on: bool = False
    scale: float = 1.0
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def refuse(self, method: str, target: str, tenant: str, app: str) -> tuple[float, str] | None:
        """Count one request in all its scopes. Where one is full: the pause in seconds and the scope's header."""
        refusal = None
        for limit, what in _scopes(method, unquote(target)):
            key = (limit.name + what, tenant if limit.tenant else "")
            window = self.windows.setdefault(key, Window(limit))
            pause = window.enter(time.monotonic(), limit.seconds / self.scale)
            if pause is not None and self.on:
                window.refused += 1
                scope = (
                    f"Tenant_Application/ReadWrite/{app}/{tenant}" if limit.tenant else f"Application/ReadWrite/{app}"
                )
                refusal = max(refusal or (0.0, ""), (pause, scope))
        return refusal

    def as_json(self) -> dict[str, Any]:
        """Of each limit: the highest number of requests seen within its window in any one scope, and refusals."""
        found: dict[str, dict[str, Any]] = {}
        for window in self.windows.values():
            limit = window.limit
            start = {"allowed": limit.requests, "seconds": limit.seconds / self.scale, "highest": 0, "refused": 0}
            entry = found.setdefault(limit.name, start)
            entry["highest"] = max(entry["highest"], window.highest)
            entry["refused"] += window.refused
        return {"on": self.on, "scale": self.scale, "limits": found, "refused": self.refused}

    @property
    def refused(self) -> int:
        return sum(window.refused for window in self.windows.values())


def _scopes(method: str, target: str) -> Iterator[tuple[Limit, str]]:
    """The limits a request counts in, each with what tells its scopes apart."""
    path = target.partition("?")[0]
    if log := LOGS.match(path):
        yield ONE_LOG, f" {log[1]}"
        yield LOGS_PER_TENANT, ""
    elif record := RECORDS.match(path):
        yield RECORDS_PER_TENANT, ""
        yield RECORDS_PER_APP, ""
        yield (LISTING, "") if record[1] is None else (ONE_RECORD, f" {record[1]}")
    elif report := REPORTS.match(path):
        yield ONE_REPORT, f" {report[1]}"
    elif path.startswith("/v1.0/users") and "signInActivity" in target:
        yield SIGN_INS, ""
    elif path.startswith("/v1.0/subscriptions") and method != "GET":
        yield SUBSCRIPTION_WRITES, ""
