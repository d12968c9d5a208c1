"""Waits until tables have followed what was just said of people in the log."""

from collections.abc import Collection
from time import monotonic, sleep

from app.assembly import Parts
from app.domain.ids import TenantId
from app.projections.engine import advance
from app.projections.status import standings

_FOLLOWED_WITHIN_S = 60
_LOOK_S = 0.2


def followed(parts: Parts, tenant: TenantId, tables: Collection[str]) -> list[str]:
    """Take the log in, up to its end as it is now. Returns those of these tables that could not follow."""
    head = parts.store.head(tenant)
    until = monotonic() + _FOLLOWED_WITHIN_S
    while monotonic() < until:
        progress = advance(parts.pool, parts.store, tenant)
        if progress.busy:
            sleep(_LOOK_S)  # a worker is on it
        elif not progress.more:
            break
    return sorted(
        each.projection for each in standings(parts.pool, tenant) if each.projection in tables and each.position < head
    )
