"""Calls and participant time of each user of the tenant, per day and direction; and of all of them, per day."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg

from app.domain.events import Event
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import CallId, TenantId
from app.domain.stand_ins import IS_STAND_IN, span_name
from app.domain.telephony import Direction
from app.projections.bearings import Bearings
from app.projections.call_usage_shares import Share, count, kept, load_shares, share_of
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Rest
from app.projections.reading import OPEN, Moment, Question, known, rows
from app.projections.statements import Cursor, Statement
from app.projections.versioned import Book, Key, Table, load

Grouping = Literal["department", "company", "cost_centre", "country", "user", "day", "direction"]
GROUPINGS: tuple[Grouping, ...] = ("department", "company", "cost_centre", "country", "user", "day", "direction")

_KEYS = {
    "department": "coalesce(u.department, s.department)",
    "company": "coalesce(u.company, s.company)",
    "cost_centre": "coalesce(u.cost_centre, s.cost_centre)",
    "country": "coalesce(u.country, s.country)",
    "user": f"CASE WHEN NOT {IS_STAND_IN.format('c.user_id')} THEN c.user_id::text END",
    "day": "c.day",
    "direction": "c.direction",
}


@dataclass(frozen=True, slots=True)
class Usage:
    """`key` None: the directory says nothing (unallocated), or these are users of months whose details are gone.

    `calls` counts a call once for each of its users. `participant_seconds`: whole seconds, the union of each user's
    legs within a call. `users`: at least so many, where details are gone; see `app.domain.stand_ins`.
    """

    key: str | None
    calls: int
    participant_seconds: int
    users: int
    failed_calls: int


async def spent_together(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    since: date,
    until: date,
    group_by: Grouping,
    keys: Collection[str | None],
) -> Usage:
    """As `spent_in`, of some keys as if they were one, which is None: each of their users counts once."""
    key = _KEYS[group_by]
    ((calls, seconds, users, failed),) = await rows(
        db,
        f"""
        SELECT coalesce(t.calls, 0), coalesce(t.seconds, 0), {_PEOPLE}, coalesce(t.failed, 0)
        FROM (SELECT {_SUMS}
              {_usage_by(key)} AND (({key})::text = ANY (%(keys)s::text[]) OR ({key} IS NULL AND %(nowhere)s))) AS t
        """,
        {
            **_asked(tenant, at, since, until),
            "keys": [each for each in keys if each is not None],
            "nowhere": None in keys,
        },
    )
    return Usage(None, int(calls), int(seconds), users, int(failed))


async def spent_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping
) -> list[Usage]:
    """What the tenant's users spent on calls that began on the days [since, until) up to the moment, by key.

    Departments and the like are those the user had at the end of that day. Test calls are not counted.
    """
    return [usage_of(row) for row in await rows(db, *spending(tenant, at, since, until, group_by))]


def spending(tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping) -> Question:
    """The question of `spent_in`; `usage_of` reads its rows."""
    if group_by == "day":
        return Question(_BY_DAY, _asked(tenant, at, since, until))
    key = _KEYS[group_by]
    query = f"""
        SELECT t.key::text, t.calls, t.seconds, {_PEOPLE}, t.failed
        FROM (SELECT {key} AS key, {_SUMS} {_usage_by(key)} GROUP BY 1) AS t
        ORDER BY 1 NULLS LAST
    """
    return Question(query, _asked(tenant, at, since, until))


def usage_of(row: tuple[Any, ...]) -> Usage:
    key, calls, seconds, users, failed = row
    return Usage(key, int(calls), int(seconds), users, int(failed))


def _usage_by(key: str) -> str:
    return f"""
        FROM {known("call_usage")} c {_MEMBERSHIP if "u." in key else ""}
        WHERE c.day >= %(since)s AND c.day < %(until)s AND c.day <= %(on)s AND c.calls > 0
    """


def _asked(tenant: TenantId, at: Moment, since: date, until: date) -> dict[str, object]:
    return {
        "tenant": tenant,
        "position": at.position,
        "zone": at.zone,
        "on": at.on,
        "since": since,
        "until": until,
    }


_MEMBERSHIP = f"""
    LEFT JOIN {known("users")} u ON u.tenant_id = c.tenant_id AND u.user_id = c.user_id
     AND u.valid_from < ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
     AND u.valid_until >= ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
    LEFT JOIN call_stand_ins s ON s.tenant_id = c.tenant_id AND s.user_id = c.user_id
     AND s.since_position <= %(position)s AND s.until_position > %(position)s
     AND s.valid_from < ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
     AND s.valid_until >= ((c.day + 1)::timestamp AT TIME ZONE %(zone)s)
"""

_STANDS_IN = IS_STAND_IN.format("c.user_id")
_SUMS = f"""
    sum(c.calls) AS calls, sum(c.seconds)::bigint AS seconds, sum(c.failed_calls) AS failed,
    count(DISTINCT c.user_id) FILTER (WHERE NOT {_STANDS_IN}) AS users,
    array_agg(DISTINCT c.user_id) FILTER (WHERE {_STANDS_IN}) AS stand_ins
"""
_PEOPLE = """
    CASE WHEN t.stand_ins IS NULL THEN t.users ELSE greatest(t.users, (
        SELECT max(of_span.people)
        FROM (SELECT count(*) AS people FROM unnest(t.stand_ins) AS each GROUP BY left(each::text, 8)) AS of_span)) END
"""
"""People can be told apart among those who are known, and within each month whose details are gone; never across."""

_OF_DAYS = """
    SELECT * FROM call_usage_days WHERE tenant_id = %(tenant)s AND since_position <= %(position)s
"""
_DAYS = "day >= %(since)s AND day < %(until)s AND day <= %(on)s"
_BY_DAY = f"""
    SELECT d.day::text, sum(d.calls)::bigint, sum(d.seconds)::bigint, max(d.users)::bigint, sum(d.failed_calls)::bigint
    FROM (
        {_OF_DAYS} AND until_position = {OPEN} AND {_DAYS}
        UNION ALL
        {_OF_DAYS} AND until_position > %(position)s AND until_position < {OPEN} AND ({_DAYS}) IS TRUE
    ) d
    GROUP BY d.day ORDER BY d.day
"""
"""As `known`, but IS TRUE keeps the planner from the index by day: planned once for all values it would read every
version of the days, of which there are as many as calls.
"""


USAGE = Table(
    "call_usage",
    key=(Column("user_id", "uuid"), Column("day", "date"), Column("direction", "text")),
    place=(),
    values=(Column("calls", "integer"), Column("seconds", "bigint"), Column("failed_calls", "integer")),
)
DAYS = Table(
    "call_usage_days",
    key=(Column("day", "date"), Column("span", "text")),
    place=(),
    values=(
        Column("calls", "integer"),
        Column("seconds", "bigint"),
        Column("failed_calls", "integer"),
        Column("users", "integer"),
    ),
    few_open=True,
)
"""The sums of USAGE by day, and how many different users it has there. `span`: see `app.domain.stand_ins.span_name`."""

_DIRECTIONS = tuple(direction.value for direction in Direction)


class _CallUsage:
    name = "call_usage"
    version = 2
    """2: has call_usage_days, which migration 0031 filled for the customers there were."""
    tables = ("call_usage", "call_usage_days", "call_usage_shares")
    facts: frozenset[type[Event]] = frozenset({CallCompleted, CallRevised})

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        added = [
            (fact.position, fact.event.call.call, share_of(fact.event.call, fact.position, bearings))
            for fact in facts
            if isinstance(fact.event, CallCompleted | CallRevised)
        ]
        shares = load_shares(db, tenant, {call for _, call, _ in added})
        touched = [*shares.values(), *(share for _, _, share in added)]
        lookups: dict[str, Iterable[Any]] = {
            "user_id": {user for share in touched for user in share.users},
            "day": {share.day for share in touched},
        }
        usage = load(db, USAGE, tenant, lookups)
        days = load(db, DAYS, tenant, {"day": lookups["day"]})

        def rest() -> Iterator[Statement]:
            project(added, shares, usage, days)
            yield from usage.statements(tenant)
            yield from days.statements(tenant)
            yield from kept(tenant, {call: shares[call] for _, call, _ in added})

        return rest


PROJECTION = _CallUsage()


def project(added: Sequence[tuple[int, CallId, Share]], shares: dict[CallId, Share], usage: Book, days: Book) -> None:
    """Each call adds its share to its users' days; a revision takes its former share (in `shares`) away first.

    `usage` has all directions of the users and days of these shares, `days` those days.
    """
    for position, call, share in added:
        changes: dict[Key, list[int]] = {}
        former = shares.get(call)
        if former is not None:
            count(changes, former, -1)
        count(changes, share, 1)
        shares[call] = share
        sums: dict[Key, list[int]] = {}
        for key, change in changes.items():
            versions = usage.of(key)
            before = versions[0].value if versions else _NOTHING
            calls, seconds, failed = change
            after = (before[0] + calls, before[1] + seconds, before[2] + failed)
            usage.put(key, [((), after)] if after[0] else [], position)
            user, day, _ = key
            of_day = sums.setdefault((day, span_name(user)), [0, 0, 0, 0])
            of_day[0] += calls
            of_day[1] += seconds
            of_day[2] += failed
            if not (before[0] and after[0]) and not _has_another(usage, key):
                of_day[3] += 1 if after[0] else -1
        for key, (calls, seconds, failed, users) in sums.items():
            versions = days.of(key)
            was = versions[0].value if versions else _NOBODY
            total = (was[0] + calls, was[1] + seconds, was[2] + failed, was[3] + users)
            days.put(key, [((), total)] if total[0] else [], position)


_NOTHING = (0, 0, 0)
_NOBODY = (0, 0, 0, 0)


def _has_another(usage: Book, key: Key) -> bool:
    """Whether the user has calls in another direction on that day."""
    user, day, direction = key
    return any(usage.of((user, day, other)) for other in _DIRECTIONS if other != direction)


def of_day(tenant: TenantId, day: date, facts: Sequence[Fact], bearings: Bearings) -> Iterator[Statement]:
    """What puts the usage of one day, summed from these facts, in place of what there is. `facts`: all of every call
    of which any fact counts on that day, in order of the log."""
    added = []
    for fact in facts:
        if isinstance(fact.event, CallCompleted | CallRevised):
            share = share_of(fact.event.call, fact.position, bearings)
            if share.day != day:
                share = Share(share.day, share.direction, (), (), ())
            added.append((fact.position, fact.event.call.call, share))
    usage, days = Book(USAGE), Book(DAYS)
    project(added, {}, usage, days)
    for book in (usage, days):
        query = f"DELETE FROM {book.table.name} WHERE tenant_id = %(tenant)s AND day = %(day)s"
        yield Statement(query, {"tenant": tenant, "day": day})
        yield from book.statements(tenant)
