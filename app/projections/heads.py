"""How far the tables of tenants have come, and how far the log is ahead of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from app.domain.ids import TenantId
from app.projections.reading import Question, Reached, rows


@dataclass(frozen=True, slots=True)
class Head:
    """Of one tenant. `position`: the last fact answers take into account; 0: none. `ahead`: facts recorded after it.

    `recorded_at`: when that fact was recorded; None: there is none. `tables`: equal while every table of the tenant is
    at the same position, of the same version of its code, and stopped or not as before.
    """

    position: int
    ahead: int
    recorded_at: datetime | None
    tables: str


async def heads_of(db: psycopg.AsyncConnection[Any], tenants: Sequence[TenantId]) -> Mapping[TenantId, Head]:
    """The heads of these tenants, all at one look. A table that stopped holds nobody back, as in `reading.moment`."""
    return heads_in(await rows(db, *heads_question(tenants))) if tenants else {}


def heads_question(tenants: Sequence[TenantId]) -> Question:
    """The question of `heads_of`; `heads_in` reads its rows."""
    return Question(_HEADS, {"tenants": list(tenants)})


def heads_in(found: Sequence[tuple[Any, ...]]) -> Mapping[TenantId, Head]:
    return {TenantId(tenant): Head(*head) for tenant, *head in found}


_HEADS = """
    WITH h AS MATERIALIZED (
        SELECT t.tenant_id, l.newest, least(c.tabulated, l.newest) AS position, c.tables
        FROM unnest(%(tenants)s::uuid[]) AS t (tenant_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0) AS tabulated,
                   coalesce(md5(string_agg(concat_ws(' ', projection, version, position, stopped_at), ','
                                           ORDER BY projection)), '') AS tables
            FROM checkpoints WHERE tenant_id = t.tenant_id
        ) c
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT e.position FROM events e WHERE e.tenant_id = t.tenant_id
                             ORDER BY e.position DESC LIMIT 1), 0) AS newest
        ) l
    )
    SELECT h.tenant_id, h.position, h.newest - h.position,
           (SELECT e.recorded_at FROM events e WHERE e.tenant_id = h.tenant_id AND e.position = h.position),
           h.tables
    FROM h
"""


class Standing(NamedTuple):
    """What a question about one tenant begins with: how far its tables were at an instant, and how far they are."""

    reached: Reached
    head: Head

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "Standing":
        return cls(Reached(*row[:3]), Head(*row[3:]))


def standing(tenant: TenantId, known_at: datetime | None) -> Question:
    """`reading.reached_by` and `heads_of` for one tenant, together in one row for `Standing.of`."""
    return Question(_STANDING, {"tenant": tenant, "known_at": known_at})


class Unmoved(NamedTuple):
    """Whether a tenant's tables are where they were: while `tables` is the same, so is all of a `Standing` but how far
    the log, whose last position is `newest`, is ahead; for the log only grows. It costs a fifth of a `standing`.
    """

    position: int
    newest: int
    tables: str


def unmoved(tenant: TenantId) -> Question:
    """One row for `Unmoved`; none where nothing was ever recorded of the tenant."""
    return Question(_UNMOVED, {"tenant": tenant})


_UNMOVED = """
    SELECT least(c.tabulated, h.position), h.position, c.tables
    FROM tenant_heads h, (
        SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0) AS tabulated,
               coalesce(md5(string_agg(concat_ws(' ', projection, version, position, stopped_at), ','
                                       ORDER BY projection)), '') AS tables
        FROM checkpoints WHERE tenant_id = %(tenant)s
    ) c
    WHERE h.tenant_id = %(tenant)s
"""


def moved(standings: Mapping[TenantId, Head]) -> Question:
    """A row of each of these tenants that does not stand so any more: by its tables, or by the end of its log."""
    heads = standings.values()
    return Question(
        _MOVED,
        {
            "tenants": list(standings),
            "tables": [each.tables for each in heads],
            "newest": [each.position + each.ahead for each in heads],
        },
    )


_MOVED = """
    SELECT s.tenant_id
    FROM unnest(%(tenants)s::uuid[], %(tables)s::text[], %(newest)s::bigint[]) AS s (tenant_id, tables, newest)
    LEFT JOIN tenant_heads h ON h.tenant_id = s.tenant_id
    CROSS JOIN LATERAL (
        SELECT coalesce(md5(string_agg(concat_ws(' ', projection, version, position, stopped_at), ','
                                       ORDER BY projection)), '') AS tables
        FROM checkpoints WHERE tenant_id = s.tenant_id
    ) c
    WHERE h.position IS DISTINCT FROM s.newest OR c.tables <> s.tables
"""

_STANDING = """
    WITH c AS MATERIALIZED (
        SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0) AS tabulated,
               coalesce(md5(string_agg(concat_ws(' ', projection, version, position, stopped_at), ','
                                       ORDER BY projection)), '') AS tables
        FROM checkpoints WHERE tenant_id = %(tenant)s
    ), r AS MATERIALIZED (
        SELECT c.tabulated, c.tables,
               coalesce((SELECT e.position FROM events e WHERE e.tenant_id = %(tenant)s
                         ORDER BY e.position DESC LIMIT 1), 0) AS newest,
               least(c.tabulated, coalesce((
                   SELECT e.position FROM events e
                   WHERE e.tenant_id = %(tenant)s
                     AND e.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity'::timestamptz)
                   ORDER BY e.recorded_at DESC, e.position DESC LIMIT 1), 0)) AS position
        FROM c
    )
    SELECT r.position,
           (SELECT e.happened_at FROM events e
            WHERE e.tenant_id = %(tenant)s AND e.position = 1
              AND e.recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity'::timestamptz)),
           (SELECT t.time_zone FROM tenants t
            WHERE t.tenant_id = %(tenant)s AND t.since_position <= r.position AND t.until_position > r.position
            ORDER BY t.valid_until DESC LIMIT 1),
           least(r.tabulated, r.newest), r.newest - least(r.tabulated, r.newest),
           (SELECT e.recorded_at FROM events e
            WHERE e.tenant_id = %(tenant)s AND e.position = least(r.tabulated, r.newest)),
           r.tables
    FROM r
"""
