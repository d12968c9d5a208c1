"""What is told beside every answer, in `extensions`: its cost, the time here, and how far the tables it follows from
have come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.ids import TenantId
from app.graphql.ids import thing_id
from app.graphql.limits import Cost
from app.projections.heads import Head


def cost_told(cost: Cost | None) -> dict[str, Any]:
    """`cost`: levels, aliases and fields with every spread counted out, and objects asked for at most."""
    return {} if cost is None else {"cost": cost._asdict()}


def heads_told(heads: Mapping[TenantId, Head], now: datetime) -> dict[str, Any]:
    """`now`: the time that every instant of the answer goes by, which need not be the client's.

    By the tenant's id: `position`, the last fact taken into account; `lag`, facts the log is ahead of it, and whole
    seconds since that fact was recorded (null: there is none).
    """
    if not heads:
        return {"now": now.isoformat()}
    named = {thing_id("Tenant", tenant): head for tenant, head in sorted(heads.items())}
    return {
        "now": now.isoformat(),
        "position": {name: str(head.position) for name, head in named.items()},
        "lag": {
            name: {
                "facts": head.ahead,
                "seconds": None if head.recorded_at is None else _seconds(now - head.recorded_at),
            }
            for name, head in named.items()
        },
    }


def _seconds(since: timedelta) -> int:
    """Another machine's clock, which recorded it, may be a little ahead."""
    return max(0, int(since.total_seconds()))
