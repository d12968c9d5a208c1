"""How questions are asked: for which tenants, as of which day, by what was known when."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.ids import TenantId
from app.domain.period import day_begins, day_ends
from app.domain.policy import DEFAULT_POLICY

OPEN = 9223372036854775807
"""`until_position` of what is known now."""


class AsOfOutOfRange(Refused):
    """A day that has not begun yet, where the tenant is: nothing can be true of it."""

    code: ClassVar[str] = "AS_OF_OUT_OF_RANGE"


class NotReady(Unavailable):
    """The read side has not reached the wanted position within five seconds, or a table is being built for the first
    time. Ask again."""

    code: ClassVar[str] = "NOT_READY"


@dataclass(frozen=True, slots=True)
class Moment:
    """The two times of a question. The same moment always gives the same answer.

    `at` is the end of the civil day `on` in `zone`: a row is in force if `valid_from < at <= valid_until`. `position`
    is what was known; 0: nothing. `known_on` is the last civil day the knowledge can speak of: inactivity is judged on
    it where `on` lies later, for nobody can have been seen after it.
    """

    at: datetime
    on: date
    position: int
    zone: str
    known_on: date
    before_first_fact: bool

    def day_begins(self, on: date) -> datetime:
        return day_begins(on, ZoneInfo(self.zone))

    def day_ends(self, on: date) -> datetime:
        return day_ends(on, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far an answer can be trusted.

    `collected_at`: the last complete read of licences before the moment. `estimated`: that was on an earlier day, so
    the state is carried forward. `complete`: no feed's latest read failed; `failed_feeds` names those.
    """

    collected_at: datetime | None
    complete: bool
    estimated: bool
    before_first_fact: bool
    feeds: Mapping[Feed, datetime | None]
    failed_feeds: tuple[str, ...] = ()
    last_failure: str | None = None
    last_failure_at: datetime | None = None


class Reached(NamedTuple):
    """How far the tables were at an instant: `position`; when the first fact known by then happened; the tenant's time
    zone as known at that position, None: it never said.
    """

    position: int
    first_at: datetime | None
    time_zone: str | None


IN_ORDER = "/* in order */"
"""In a statement on one table: its index gives the rows in order, so that it ends where enough are found. PostgreSQL
counts on a handful of rows where it plans without values, and would rather read and sort all of them.
"""

WHOLE = "/* whole */"
"""In a statement that joins what there is of a tenant: each table is read once. PostgreSQL counts on a handful of rows
where conditions on days and positions come together, and would rather look every row of the other tables up.
"""


class Question(NamedTuple):
    """A statement and its parameters by name: what `rows` asks by itself, or a batch asks together with others.

    A batch has it planned as IN_ORDER or WHOLE says, where one of them stands in it.
    """

    query: str
    parameters: Mapping[str, object]


@asynccontextmanager
async def scope(
    db: psycopg.AsyncConnection[Any], tenants: Sequence[TenantId], *, longest: timedelta = timedelta(seconds=15)
) -> AsyncIterator[None]:
    """A read-only transaction that sees these tenants and no other, by row-level security. No tenants: no rows.

    `longest`: how long one statement may take.

    Literals and SET LOCAL, because neither parameters nor set_config() reach the other nodes of a cluster. Without
    compilation (jit): the planner takes the unions of `known` for thousands of millions of rows, and compiling for
    those costs seconds a question.
    """
    named = sql.Literal(",".join(str(tenant) for tenant in tenants))
    async with db.transaction():
        await db.execute(
            sql.SQL(
                "SET TRANSACTION READ ONLY; SET LOCAL jit = off;"
                " SET LOCAL sua.tenants = {}; SET LOCAL statement_timeout = {}"
            ).format(named, sql.Literal(int(longest.total_seconds() * 1000)))
        )
        yield


async def moment(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    as_of: date | None,
    known_at: datetime | None,
    now: datetime,
) -> Moment:
    """The moment a question is about; both times default to now.

    A day in the future is refused; one before the first fact gives a moment at which nothing is known.
    """
    ((*reached,),) = await rows(db, *reached_by(tenant, known_at))
    return moment_of(Reached(*reached), as_of, known_at, now)


def moment_of(reached: Reached, as_of: date | None, known_at: datetime | None, now: datetime) -> Moment:
    """The moment, where it is known how far the tables are. Raises as `moment` does."""
    zone = ZoneInfo(reached.time_zone or DEFAULT_POLICY.time_zone)
    today = now.astimezone(zone).date()
    on = as_of or today
    if on > today:
        raise AsOfOutOfRange(f"{on} has not begun in {zone.key}; the newest day is {today}.")
    at = day_ends(on, zone)
    known_on = min(on, today if known_at is None else known_at.astimezone(zone).date())
    early = reached.first_at is None or at <= reached.first_at
    return Moment(at, on, 0 if early else reached.position, zone.key, known_on, early)


async def moment_again(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, on: date, position: int, known_on: date, now: datetime
) -> Moment | None:
    """A moment that was told before, by its parts. None: nobody can have been told it, for it has not come yet."""
    ((reached, *_),) = await rows(db, *reached_by(tenant, None))
    if not 0 < position <= reached:
        return None
    zone = await _zone(db, tenant, position)
    if not known_on <= on <= now.astimezone(zone).date():
        return None
    return Moment(day_ends(on, zone), on, position, zone.key, known_on, before_first_fact=False)


def reached_by(tenant: TenantId, known_at: datetime | None) -> Question:
    """The newest position both known at `known_at` and tabulated, in one row: the columns of `Reached`.

    A table that stopped holds nobody back: it goes on showing what it last said.
    """
    return Question(_REACHED, {"tenant": tenant, "known_at": known_at})


_REACHED = """
    WITH r AS MATERIALIZED (
        SELECT least(
            (SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0)
             FROM checkpoints WHERE tenant_id = %(tenant)s),
            coalesce((SELECT position FROM events
                      WHERE tenant_id = %(tenant)s
                        AND recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity'::timestamptz)
                      ORDER BY recorded_at DESC, position DESC LIMIT 1), 0)) AS position
    )
    SELECT r.position,
           (SELECT happened_at FROM events
            WHERE tenant_id = %(tenant)s AND position = 1
              AND recorded_at <= coalesce(%(known_at)s::timestamptz, 'infinity'::timestamptz)),
           (SELECT time_zone FROM tenants
            WHERE tenant_id = %(tenant)s AND since_position <= r.position AND until_position > r.position
            ORDER BY valid_until DESC LIMIT 1)
    FROM r
"""


async def _zone(db: psycopg.AsyncConnection[Any], tenant: TenantId, position: int) -> ZoneInfo:
    """The tenant's time zone as it was known at a position."""
    row = await (
        await db.execute(
            """
            SELECT time_zone FROM tenants
            WHERE tenant_id = %s AND since_position <= %s AND until_position > %s
            ORDER BY valid_until DESC LIMIT 1
            """,
            (tenant, position, position),
        )
    ).fetchone()
    return ZoneInfo((row and row[0]) or DEFAULT_POLICY.time_zone)


async def all_reached(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, versions: Mapping[str, int]
) -> bool:
    """Whether these projections, all in these versions, have come as far as the moment.

    Else one that stopped, was not begun or is of older code may yet change what it says of it.
    """
    ((reached,),) = await rows(
        db,
        """
        SELECT count(*) FROM checkpoints c
        JOIN unnest(%(names)s::text[], %(versions)s::integer[]) AS wanted (projection, version)
            ON wanted.projection = c.projection AND wanted.version = c.version
        WHERE c.tenant_id = %(tenant)s AND c.position >= %(position)s AND c.stopped_at IS NULL
        """,
        {
            "names": list(versions),
            "versions": list(versions.values()),
            "tenant": tenant,
            "position": at.position,
        },
    )
    return bool(reached == len(versions))


def known(table: str, position: str = "position") -> str:
    """The rows of a table as known at the parameter `position`: what is still open, and what was superseded since.

    Two stretches of the index that leads with `until_position`; one condition on both would read all history.
    """
    of_tenant = f"SELECT * FROM {table} WHERE tenant_id = %(tenant)s AND since_position <= %({position})s"
    superseded = f"until_position > %({position})s AND until_position < {OPEN}"
    return f"({of_tenant} AND until_position = {OPEN} UNION ALL {of_tenant} AND {superseded})"


def in_force(alias: str, at: str = "at") -> str:
    """The condition that a row is true at the parameter `at`: at the end of the day asked for."""
    return f"{alias}.valid_until >= %({at})s AND {alias}.valid_from < %({at})s"


async def rows(
    db: psycopg.AsyncConnection[Any], query: str, parameters: Mapping[str, object] | Sequence[object]
) -> list[tuple[Any, ...]]:
    """All rows of one question."""
    return await (await db.execute(query, parameters)).fetchall()


async def log_page(
    db: psycopg.AsyncConnection[Any],
    table: str,
    columns: Sequence[str],
    tenant: TenantId,
    at: Moment,
    *,
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[Any, ...]]:
    """Rows of a table of log rows whose call began in [since, until) and before the moment, the newest first.

    `after`: begin and id of the last row of the page before.
    """
    return await rows(
        db,
        f"""
        SELECT {", ".join(columns)} FROM {table}
        WHERE tenant_id = %(tenant)s AND since_position <= %(position)s AND until_position > %(position)s
          AND began_at >= %(since)s AND began_at < least(%(until)s, %(at)s)
          AND (%(began)s::timestamptz IS NULL OR (began_at, row_id) < (%(began)s::timestamptz, %(row)s::uuid))
        ORDER BY began_at DESC, row_id DESC LIMIT %(limit)s
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "at": at.at,
            "since": since,
            "until": until,
            "began": after and after[0],
            "row": after and after[1],
            "limit": limit,
        },
    )
