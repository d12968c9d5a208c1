"""Lists of users at a moment: which of them, in which order, and how many there are of a department and the like."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict, Unpack
from uuid import UUID

import psycopg

from app.domain.events.licensing import UserKind
from app.domain.ids import SkuId, TenantId
from app.domain.licensing import SUCCESSES_KEPT_SINCE
from app.projections.reading import IN_ORDER, Moment, Question, in_force, known, rows
from app.projections.users import COLUMNS, UserRow, row_of

TEXTS_MAX = 500
"""Statements remembered: they differ in what is selected, wanted and gone on from, not in the values."""


class UserOrder(StrEnum):
    """What users are put in order by. The last of a page tells where the next begins: by each of the order's values."""

    NAME = "NAME"
    DEPARTMENT = "DEPARTMENT"


NAME = "CASE WHEN u.display_name IS NULL THEN '' ELSE u.display_name END"
DEPARTMENT = "CASE WHEN u.department IS NULL THEN '' ELSE u.department END"
"""As the indexes have them, which seek by these alone (0027_users_in_order_of_name.sql)."""

_PLACES = {UserOrder.NAME: (NAME, "u.user_id"), UserOrder.DEPARTMENT: (DEPARTMENT, NAME, "u.user_id")}


class Activity(StrEnum):
    """Whether a user is active at a moment (definitions: evidence of activity, never-used, observable)."""

    ACTIVE = "ACTIVE"
    QUIET = "QUIET"
    NEVER = "NEVER"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True)
class ActivityWanted:
    """`idle_days`: as the tenant judges; None: nothing showed activity of late, so all are UNVERIFIABLE."""

    states: Collection[Activity]
    idle_days: int | None


class Chosen(TypedDict, total=False):
    """Which users, in which order. `search`: part of the name or the principal name, in any case.

    `department`: not ''. `sku`: they hold it, by any path. `by_name` False: names do not count in the order, for
    whoever sees pseudonyms: true names in order would tell them. `after`: what the order goes by ('' where there is
    none) of the last user of the page before, the id last.
    """

    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    kind: UserKind | None
    enabled: bool | None
    search: str | None
    sku: SkuId | None
    activity: ActivityWanted | None
    order: UserOrder
    descending: bool
    by_name: bool
    after: tuple[UUID] | tuple[str, UUID] | tuple[str, str, UUID] | None


class Wanted(Chosen):
    """Which users, and how many at most."""

    limit: int


async def listed_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, **wanted: Unpack[Wanted]
) -> list[UserRow]:
    """Users in the directory at a moment, in order: the rows of a `listing`."""
    return [row_of(row) for row in await rows(db, *listing(tenant, at, **wanted))]


def listing(tenant: TenantId, at: Moment, columns: str = COLUMNS, **wanted: Unpack[Wanted]) -> Question:
    """Users in the directory at a moment, in order. `columns`: expressions over the users' row `u`.

    Only conditions that are meant, and no union of what is `known`: so the order's index gives the page in order, and
    a page costs what it holds and not what the directory holds. Where few are wanted that no index tells from others,
    that would be to go through the directory with all its past: PostgreSQL may choose.
    """
    meant = [condition for name, condition in _CONDITIONS.items() if wanted.get(name) is not None]
    activity, after = wanted.get("activity"), wanted.get("after")
    if activity is not None:
        meant.append(_of_activity(activity))
    by_name = wanted.get("by_name", True)
    place = [each for each in _PLACES[wanted.get("order", UserOrder.NAME)] if by_name or each is not NAME]
    down = wanted.get("descending", False)
    last = {f"after_{nth}": value for nth, value in enumerate(after or ())}
    if last:
        values = ", ".join(
            f"%({name})s::{'uuid' if isinstance(value, UUID) else 'text'}" for name, value in last.items()
        )
        meant.append(f"({', '.join(place)}) {'<' if down else '>'} ({values})")
    in_order = all(wanted.get(each) is None for each in _CONDITIONS if each != "department") and activity is None
    if wanted.get("department") is not None and not by_name:
        in_order = False
    asked: dict[str, object] = {
        "tenant": tenant,
        "position": at.position,
        "at": at.at,
        "limit": wanted["limit"],
        **last,
    }
    asked |= {name: value for name in _CONDITIONS if (value := wanted.get(name)) is not None}
    if "search" in asked:
        asked["search"] = _containing(str(asked["search"]))
    if activity is not None and activity.idle_days is not None:
        asked["cutoff"] = at.day_begins(at.known_on - timedelta(days=activity.idle_days))
        asked["judged_at"] = at.day_ends(at.known_on)
    return Question(_listing(columns, tuple(meant), tuple(place), down=down, in_order=in_order), asked)


@lru_cache(TEXTS_MAX)
def _listing(columns: str, conditions: tuple[str, ...], place: tuple[str, ...], *, down: bool, in_order: bool) -> str:
    return f"""
        {IN_ORDER if in_order else ""} SELECT {columns} FROM users u
        WHERE u.tenant_id = %(tenant)s AND {_known("u")} AND {in_force("u")} AND NOT u.deleted
          {"".join(f" AND {condition}" for condition in conditions)}
        ORDER BY {", ".join(f"{each} DESC" if down else each for each in place)} LIMIT %(limit)s
    """


def _known(alias: str) -> str:
    return f"{alias}.since_position <= %(position)s AND {alias}.until_position > %(position)s"


_CONDITIONS = {
    "department": f"{DEPARTMENT} = %(department)s::text",
    "company": "u.company = %(company)s::text",
    "cost_centre": "u.cost_centre = %(cost_centre)s::text",
    "country": "u.country = %(country)s::text",
    "kind": "u.kind = %(kind)s::text",
    "enabled": "u.enabled = %(enabled)s::boolean",
    "search": "(u.display_name ILIKE %(search)s::text OR u.user_principal_name ILIKE %(search)s::text)",
    "sku": f"""EXISTS (
        SELECT FROM idle_licences s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.user_id
          AND s.sku_id = %(sku)s::uuid AND {_known("s")} AND {in_force("s")})""",
}


def _gap(grade: str, condition: str) -> str:
    """They are in a gap of that grade which began so."""
    return f"""EXISTS (
        SELECT FROM activity_gaps g WHERE g.tenant_id = u.tenant_id AND g.user_id = u.user_id AND g.grade = '{grade}'
          AND {_known("g")} AND g.gap_until >= %(judged_at)s::timestamptz AND {condition})"""


_QUIET = "g.gap_from < %(cutoff)s::timestamptz"
_BEFORE = "'1900-01-01Z'::timestamptz"
_NEVER = _gap("EVIDENCE", f"g.gap_from = {_BEFORE}")
_UNPROVEN = f"""(NOT {_gap("WEAK", f"g.gap_from = {_BEFORE}")}
    AND (u.created_at IS NULL OR u.created_at < '{SUCCESSES_KEPT_SINCE.isoformat()}'))"""
"""Somebody tried to sign in, and the account is older than Microsoft's record of successes."""

_STATES = {
    Activity.ACTIVE: f"NOT {_gap('EVIDENCE', _QUIET)}",
    Activity.QUIET: _gap("EVIDENCE", f"{_QUIET} AND g.gap_from > {_BEFORE}"),
    Activity.NEVER: f"({_NEVER} AND NOT {_UNPROVEN})",
    Activity.UNVERIFIABLE: f"({_NEVER} AND {_UNPROVEN})",
}


def _of_activity(wanted: ActivityWanted) -> str:
    if wanted.idle_days is None:
        return "true" if Activity.UNVERIFIABLE in wanted.states else "false"
    return f"({' OR '.join(_STATES[each] for each in sorted(set(wanted.states))) or 'false'})"


def _containing(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


class Counted(NamedTuple):
    """Users who have a value in common; None: the directory says none. `persons`: accounts that may be a person's."""

    value: str | None
    users: int
    persons: int


async def counted_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, column: str) -> list[Counted]:
    """Users in the directory at a moment by department, company, cost_centre or country."""
    if column not in ("department", "company", "cost_centre", "country"):
        raise ValueError(column)
    found = await rows(
        db,
        f"""
        SELECT u.{column}, count(*), count(*) FILTER (WHERE u.kind NOT IN ('ROOM', 'PHONE_RESOURCE', 'AGENT'))
        FROM {known("users")} u WHERE {in_force("u")} AND NOT u.deleted GROUP BY u.{column}
        """,
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return [Counted(*row) for row in found]
