"""What is told beside every answer, in `extensions`: its cost, the time here, and how far the tables it follows from
have come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from app.clock import Clock
from app.domain.ids import TenantId
from app.graphql.ids import thing_id
from app.graphql.limits import Cost
from app.projections.heads import Head

COSTS_MAX = 1_000
NAMED_MAX = 10_000
"""Tenants whose ids are remembered as they are written."""

_SECOND = timedelta(seconds=1)


def cost_told(cost: Cost | None) -> dict[str, Any]:
    """`cost`: levels, aliases and fields with every spread counted out, and objects asked for at most."""
    return {} if cost is None else {"cost": _named_cost(cost)}


@lru_cache(COSTS_MAX)
def _named_cost(cost: Cost) -> Mapping[str, int]:
    return cost._asdict()


def heads_told(heads: Mapping[TenantId, Head], now: datetime) -> dict[str, Any]:
    """`now`: the time that every instant of the answer goes by, which need not be the client's.

    By the tenant's id: `position`, the last fact taken into account; `lag`, facts the log is ahead of it, and whole
    seconds since that fact was recorded (null: there is none; 0, too, where another machine's clock, which recorded it,
    is ahead).
    """
    if not heads:
        return {"now": now}
    positions: dict[str, str] = {}
    lags: dict[str, Mapping[str, int | None]] = {}
    for tenant, head in sorted(heads.items()) if len(heads) > 1 else heads.items():
        name, recorded_at = _named(tenant), head.recorded_at
        positions[name] = str(head.position)
        since = None if recorded_at is None else max(0, (now - recorded_at) // _SECOND)
        lags[name] = {"facts": head.ahead, "seconds": since}
    return {"now": now, "position": positions, "lag": lags}


def told_later(told: Mapping[str, Any], clock: Clock, heads: Mapping[TenantId, Head]) -> Mapping[str, Any]:
    """What is known of an answer before it was found, and how far the tables were then."""
    return {**told, **heads_told(heads, clock.now())}


@lru_cache(NAMED_MAX)
def _named(tenant: TenantId) -> str:
    return thing_id("Tenant", tenant)
