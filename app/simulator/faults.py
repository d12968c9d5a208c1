"""Faults a test can ask the simulator for: how often, for which requests, in which way.

Follows "Microsoft Graph throttling guidance" (Retry-After may be a decimal, or absent; 503 may come with HTML) and
what networks do: cut connections, truncated bodies, slow answers, pages of another shape.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

KINDS = (
    "throttle",
    "server_error",
    "cut",
    "truncate",
    "html",
    "missing",
    "mistype",
    "foreign_link",
    "status",
    "slow",
    "entra",
)
TRANSIENT = (90006, 90012, 90024, 90033, 90055, 90090, 50033, 50087)


@dataclass(slots=True)
class Fault:
    """One wish: requests whose path and query match `path` (searched) fail in the way `kind` says.

    `times`: how often (None: always); `skip`: let so many matching requests pass before (page n = skip n - 1);
    `share`: how likely each matching request is struck, 0 to 1, after `skip` and until `times` are used up;
    `tenant`: only for that directory id; `status` for status and server_error; `retry_after` (throttle and
    server_error) in seconds as text, None: no header; `seconds` for slow; `property` and `value` for missing and
    mistype; `host` for foreign_link; `number` for entra: the AADSTS number (None: any transient one).
    """

    path: str
    kind: str
    times: int | None = 1
    skip: int = 0
    share: float = 1.0
    tenant: str | None = None
    method: str | None = None
    status: int = 503
    retry_after: str | None = "0.3"
    seconds: float = 1.0
    property: str = "id"
    value: Any = 42
    host: str = "https://elsewhere.example"
    number: int | None = None
    hits: int = 0

    def concerns(self, method: str, target: str, tenant: str | None) -> bool:
        """Whether it is still to strike and this request is of the sort asked for."""
        if self.times == 0 or re.search(self.path, target) is None:
            return False
        return self.tenant in (None, tenant) and self.method in (None, method)

    def due(self, rng: Random) -> bool:
        """Whether it strikes a request that it concerns. Counts one that is let pass."""
        if self.skip > 0:
            self.skip -= 1
            return False
        return self.share >= 1 or rng.random() < self.share

    def strike(self) -> None:
        self.hits += 1
        self.times = None if self.times is None else self.times - 1

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("path", "kind", "tenant", "share", "times", "hits")}


def read_fault(wish: Any) -> Fault:
    """A fault from JSON (names as in `Fault`). Raises ValueError for an unknown kind or name, or no share.

    A wish that says nothing of `times` strikes once; with a `share` it strikes for ever.
    """
    if not isinstance(wish, dict) or wish.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    try:
        named: dict[str, Any] = {"times": None} if "share" in wish else {}
        fault = Fault(**{**named, **wish})
        re.compile(fault.path)
    except (TypeError, re.error) as error:
        raise ValueError(str(error)) from error
    share: Any = fault.share
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError("share must be a number from 0 to 1")
    return fault
