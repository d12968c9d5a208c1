"""Two states of a tenant's licences held against each other: which seats are others at one moment than at another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from app.domain.ids import SkuId, TenantId, UserId
from app.projections.reading import Moment, in_force, known, rows


class Outcome(StrEnum):
    """What became of a seat: a user with a product, by however many paths.

    PATH: held at both moments, and not by the same paths. PLANS: by the same paths, with other service plans off.
    """

    GAINED = "GAINED"
    LOST = "LOST"
    PATH = "PATH"
    PLANS = "PLANS"


@dataclass(frozen=True, slots=True)
class Moments:
    """`then` and `now` are but names: either may lie before the other, or both on one day by different knowledge."""

    then: Moment
    now: Moment


@dataclass(frozen=True, slots=True)
class Difference:
    """`name`, `department`: of the user now, or then where they are not known now."""

    user: UserId
    sku: SkuId
    outcome: Outcome
    name: str | None
    department: str | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which seats; None: any. `department`: as `Difference` tells it."""

    user: UserId | None = None
    sku: SkuId | None = None
    department: str | None = None
    outcomes: Collection[Outcome] | None = None


class Total(NamedTuple):
    """How many seats of a product became what."""

    sku: SkuId
    outcome: Outcome
    seats: int


def _held(position: str, at: str) -> str:
    return f"""
        SELECT h.user_id, h.sku_id, h.via_id, h.disabled_plans FROM {known("licence_holdings", position)} h
        WHERE {in_force("h", at)}
          AND (%(user)s::uuid IS NULL OR h.user_id = %(user)s::uuid)
          AND (%(sku)s::uuid IS NULL OR h.sku_id = %(sku)s::uuid)
    """


_DIFFERENT = f"""
    WITH paths AS (
        SELECT user_id, sku_id, b.disabled_plans IS NOT NULL AS was, a.disabled_plans IS NOT NULL AS is_now,
               NOT (a.disabled_plans <@ b.disabled_plans AND a.disabled_plans @> b.disabled_plans) AS replanned
        FROM ({_held("then_position", "then_at")}) b
        FULL JOIN ({_held("position", "at")}) a USING (user_id, sku_id, via_id)
    ),
    seats AS (
        SELECT user_id, sku_id,
               CASE WHEN NOT bool_or(was) THEN 'GAINED' WHEN NOT bool_or(is_now) THEN 'LOST'
                    WHEN bool_or(was <> is_now) THEN 'PATH' WHEN bool_or(replanned) THEN 'PLANS' END AS outcome
        FROM paths GROUP BY user_id, sku_id
    ),
    different AS (
        SELECT s.user_id, s.sku_id, s.outcome,
               CASE WHEN u.user_id IS NULL THEN b.display_name ELSE u.display_name END AS name,
               CASE WHEN u.user_id IS NULL THEN b.department ELSE u.department END AS department
        FROM seats s
        LEFT JOIN {known("users")} u ON u.user_id = s.user_id AND {in_force("u")}
        LEFT JOIN {known("users", "then_position")} b ON b.user_id = s.user_id AND {in_force("b", "then_at")}
        WHERE s.outcome IS NOT NULL
    )
"""

_FITTING = """
    (%(department)s::text IS NULL OR d.department = %(department)s::text)
    AND (%(outcomes)s::text[] IS NULL OR d.outcome = ANY (%(outcomes)s::text[]))
"""


async def differences(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moments,
    which: Which,
    *,
    by_name: bool,
    after: tuple[str, UUID, UUID] | None,
    limit: int,
) -> list[Difference]:
    """Seats that differ between the two states, by name, user and product. What came and went in between does not.

    `by_name` False: by user and product alone, for whoever sees pseudonyms: true names in order would tell them.
    `after`: name ('' where there is none, or it does not count), user and product of the last seat of the page before.
    """
    name = "coalesce(d.name, '')" if by_name else "''::text"
    found = await rows(
        db,
        f"""
        {_DIFFERENT}
        SELECT d.user_id, d.sku_id, d.outcome, d.name, d.department FROM different d
        WHERE {_FITTING}
          AND (%(name)s::text IS NULL
               OR ({name}, d.user_id, d.sku_id)
                  > (%(name)s::text, %(after_user)s::uuid, %(after_sku)s::uuid))
        ORDER BY {name}, d.user_id, d.sku_id LIMIT %(limit)s
        """,
        {
            **_asked(tenant, at, which),
            "name": after and after[0],
            "after_user": after and after[1],
            "after_sku": after and after[2],
            "limit": limit,
        },
    )
    return [Difference(user, sku, Outcome(outcome), *who) for user, sku, outcome, *who in found]


async def totals(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moments, which: Which) -> list[Total]:
    """The seats of `differences`, counted by product and outcome."""
    found = await rows(
        db,
        f"""
        {_DIFFERENT}
        SELECT d.sku_id, d.outcome, count(*) FROM different d WHERE {_FITTING}
        GROUP BY d.sku_id, d.outcome ORDER BY d.sku_id, d.outcome
        """,
        _asked(tenant, at, which),
    )
    return [Total(sku, Outcome(outcome), seats) for sku, outcome, seats in found]


async def changed_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moments, users: Sequence[UserId]
) -> Mapping[tuple[UserId, SkuId], datetime]:
    """When these users' seats last changed before the end of the later day, as known now."""
    found = await rows(
        db,
        f"""
        SELECT h.user_id, h.sku_id, max(changed.at) FROM {known("licence_holdings")} h
        CROSS JOIN LATERAL (VALUES (h.valid_from), (h.valid_until)) AS changed (at)
        WHERE h.user_id = ANY (%(users)s::uuid[]) AND changed.at < %(later)s
        GROUP BY h.user_id, h.sku_id
        """,
        {
            "tenant": tenant,
            "position": at.now.position,
            "users": list(users),
            "later": max(at.now.at, at.then.at),
        },
    )
    return {(user, sku): changed for user, sku, changed in found}


def _asked(tenant: TenantId, at: Moments, which: Which) -> dict[str, object]:
    return {
        "tenant": tenant,
        "position": at.now.position,
        "at": at.now.at,
        "then_position": at.then.position,
        "then_at": at.then.at,
        "user": which.user,
        "sku": which.sku,
        "department": which.department,
        "outcomes": None if which.outcomes is None else [each.value for each in which.outcomes],
    }
