"""Calls that come when the details of their month are gone already: counted, and not stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.commands.desk import Desk
from app.domain.ids import TenantId
from app.domain.retention import month_of
from app.telemetry import count


def late_among(tenant: TenantId, begun: Mapping[str, datetime], desk: Desk) -> dict[str, str]:
    """By stream, the months of those among these (start by stream) whose details were dropped."""
    dropped = desk.store.dropped_months(tenant)
    if not dropped:
        return {}
    months = {stream: month_of(at) for stream, at in begun.items()}
    return {stream: month for stream, month in months.items() if month in dropped}


def count_late(tenant: TenantId, late: Iterable[tuple[str, str]], desk: Desk) -> None:
    """Each stream once, however often it comes."""
    streams = dict(late)
    if streams:
        count("calls.late", desk.store.count_late(tenant, streams, desk.now()))
