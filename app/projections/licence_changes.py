"""The audit trail of licences: every change, when it happened, when and from what SUA learned of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import LicenceAssigned, LicenceAssignmentFailed, LicenceChanged, LicenceRemoved
from app.domain.ids import GroupId, SkuId, TenantId, UserId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Rest
from app.projections.reading import rows
from app.projections.statements import Cursor, inserts

ASSIGNED, CHANGED, REMOVED, FAILED = "ASSIGNED", "CHANGED", "REMOVED", "FAILED"


@dataclass(frozen=True, slots=True)
class LicenceChange:
    """`via` None: directly. `detail`: service plans switched off, or Graph's word for the failure. `cause`: the run."""

    position: int
    happened_at: datetime
    recorded_at: datetime
    user: UserId
    sku: SkuId
    via: GroupId | None
    change: str
    detail: str | None
    cause: UUID


async def listed(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    position: int,
    *,
    user: UserId | None = None,
    sku: SkuId | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None,
    limit: int,
) -> list[LicenceChange]:
    """Changes known at `position` that happened in [since, until), the newest knowledge first.

    `after`: the position of the last one of the page before.
    """
    found = await rows(
        db,
        """
        SELECT l.position, l.happened_at, l.recorded_at, l.user_id, l.sku_id,
               nullif(l.via_id, '00000000-0000-0000-0000-000000000000'), l.change, l.detail, l.cause
        FROM licence_changes l
        WHERE l.tenant_id = %(tenant)s AND l.position <= %(position)s
          AND (%(after)s::bigint IS NULL OR l.position < %(after)s::bigint)
          AND (%(user)s::uuid IS NULL OR l.user_id = %(user)s::uuid)
          AND (%(sku)s::uuid IS NULL OR l.sku_id = %(sku)s::uuid)
          AND (%(since)s::timestamptz IS NULL OR l.happened_at >= %(since)s::timestamptz)
          AND (%(until)s::timestamptz IS NULL OR l.happened_at < %(until)s::timestamptz)
        ORDER BY l.position DESC LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": position,
            "after": after,
            "user": user,
            "sku": sku,
            "since": since,
            "until": until,
            "limit": limit,
        },
    )
    return [LicenceChange(*row) for row in found]


_DIRECT = UUID(int=0)
_COLUMNS = (
    Column("position", "bigint"),
    Column("happened_at", "timestamptz"),
    Column("recorded_at", "timestamptz"),
    Column("user_id", "uuid"),
    Column("sku_id", "uuid"),
    Column("via_id", "uuid"),
    Column("change", "text"),
    Column("detail", "text"),
    Column("cause", "uuid"),
)


class _LicenceChanges:
    name = "licence_changes"
    version = 1
    tables = ("licence_changes",)
    facts: frozenset[type[Event]] = frozenset(
        {LicenceAssigned, LicenceChanged, LicenceRemoved, LicenceAssignmentFailed}
    )

    def take(self, _: Cursor, tenant: TenantId, facts: Sequence[Fact], __: Bearings) -> Rest:
        return lambda: inserts("licence_changes", _COLUMNS, tenant, project(facts))


PROJECTION = _LicenceChanges()


def project(facts: Sequence[Fact]) -> list[tuple[Any, ...]]:
    """One row a fact."""
    rows_made: list[tuple[Any, ...]] = []
    for fact in facts:
        event = fact.event
        match event:
            case LicenceAssigned():
                change, detail = ASSIGNED, _plans(event.disabled_plans)
            case LicenceChanged():
                change, detail = CHANGED, _plans(event.disabled_plans)
            case LicenceRemoved():
                change, detail = REMOVED, None
            case LicenceAssignmentFailed():
                change, detail = FAILED, event.error
            case _:
                continue
        about = (event.user, event.sku, event.via or _DIRECT)
        rows_made.append((fact.position, fact.at, fact.learned_at, *about, change, detail, fact.cause))
    return rows_made


def _plans(disabled: Sequence[UUID]) -> str | None:
    return ", ".join(map(str, disabled)) or None
