"""Calls and participant time of each user of the tenant, per day and direction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg

from app.domain.events import Event
from app.domain.events.telephony import Call, CallCompleted, CallRevised
from app.domain.ids import CallId, TenantId
from app.domain.stand_ins import IS_STAND_IN
from app.domain.telephony import direction_of, local_day
from app.projections.bearings import Bearings
from app.projections.columns import Column, pack
from app.projections.facts import Fact
from app.projections.projection import Rest
from app.projections.reading import Moment, Question, known, rows
from app.projections.statements import Cursor, Statement, inserts
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


@dataclass(frozen=True, slots=True)
class Share:
    """What one call adds to its users' day: to each (id as an integer) seconds, and whether all their legs failed."""

    day: date
    direction: str
    users: tuple[int, ...]
    seconds: tuple[int, ...]
    failed: tuple[bool, ...]


_TABLE = Table(
    "call_usage",
    key=(Column("user_id", "uuid"), Column("day", "date"), Column("direction", "text")),
    place=(),
    values=(Column("calls", "integer"), Column("seconds", "bigint"), Column("failed_calls", "integer")),
)
_SHARE_COLUMNS = (
    Column("call_id", "uuid"),
    Column("day", "date"),
    Column("direction", "text"),
    Column("users", "uuid[]"),
    Column("seconds", "integer[]"),
    Column("failed", "boolean[]"),
)
_REPLACING = """
    ON CONFLICT (tenant_id, call_id) DO UPDATE SET day = excluded.day, direction = excluded.direction,
        users = excluded.users, seconds = excluded.seconds, failed = excluded.failed
"""


class _CallUsage:
    name = "call_usage"
    version = 1
    tables = ("call_usage", "call_usage_shares")
    facts: frozenset[type[Event]] = frozenset({CallCompleted, CallRevised})

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        added = [
            (fact.position, fact.event.call.call, share_of(fact.event.call, fact.position, bearings))
            for fact in facts
            if isinstance(fact.event, CallCompleted | CallRevised)
        ]
        shares = _load_shares(db, tenant, {call for _, call, _ in added})
        touched = [*shares.values(), *(share for _, _, share in added)]
        lookups: dict[str, Iterable[Any]] = {
            "user_id": {user for share in touched for user in share.users},
            "day": {share.day for share in touched},
        }
        book = load(db, _TABLE, tenant, lookups)

        def rest() -> Iterator[Statement]:
            project(added, shares, book)
            yield from book.statements(tenant)
            yield from _kept(tenant, {call: shares[call] for _, call, _ in added})

        return rest


PROJECTION = _CallUsage()


def share_of(call: Call, position: int, bearings: Bearings) -> Share:
    """The tenant's own users in a call; nobody's, if it is a test call."""
    own = [] if call.test else [one for one in bearings.parties(position, call) if bearings.is_own(one, position)]
    return Share(
        day=local_day(call, bearings.zone_at(position)),
        direction=direction_of(call, bearings.home_at(position)).value,
        users=tuple(one.user.int for one in own if one.user is not None),
        seconds=tuple(one.seconds for one in own),
        failed=tuple(one.failed for one in own),
    )


def project(added: Sequence[tuple[int, CallId, Share]], shares: dict[CallId, Share], book: Book) -> None:
    """Each call adds its share to its users' days; a revision takes its former share (in `shares`) away first."""
    for position, call, share in added:
        changes: dict[Key, list[int]] = {}
        former = shares.get(call)
        if former is not None:
            _count(changes, former, -1)
        _count(changes, share, 1)
        shares[call] = share
        for key, change in changes.items():
            versions = book.of(key)
            before = versions[0].value if versions else (0, 0, 0)
            after = tuple(was + more for was, more in zip(before, change, strict=True))
            book.put(key, [((), after)] if after[0] else [], position)


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
    book = Book(_TABLE)
    project(added, {}, book)
    query = "DELETE FROM call_usage WHERE tenant_id = %(tenant)s AND day = %(day)s"
    yield Statement(query, {"tenant": tenant, "day": day})
    yield from book.statements(tenant)


def shares_of(tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Iterator[Statement]:
    """What puts the shares these calls add anew. `facts`: all of each call, in order of the log."""
    shares = {
        fact.event.call.call: share_of(fact.event.call, fact.position, bearings)
        for fact in facts
        if isinstance(fact.event, CallCompleted | CallRevised)
    }
    yield from _kept(tenant, shares)


def _kept(tenant: TenantId, shares: Mapping[CallId, Share]) -> Iterator[Statement]:
    rows = [
        (call.int, share.day, share.direction, share.users, share.seconds, share.failed)
        for call, share in shares.items()
    ]
    yield from inserts("call_usage_shares", _SHARE_COLUMNS, tenant, rows, _REPLACING)


def _count(changes: dict[Key, list[int]], share: Share, sign: int) -> None:
    for user, seconds, failed in zip(share.users, share.seconds, share.failed, strict=True):
        change = changes.setdefault((user, share.day, share.direction), [0, 0, 0])
        change[0] += sign
        change[1] += sign * seconds
        change[2] += sign * failed


def _load_shares(db: Cursor, tenant: TenantId, calls: Iterable[CallId]) -> dict[CallId, Share]:
    found = db.execute(
        """
        SELECT call_id, day, direction, users, seconds, failed FROM call_usage_shares
        WHERE tenant_id = %s AND call_id = ANY (%s::uuid[])
        """,
        (tenant, pack("uuid", list(calls))),
        binary=True,
    )
    return {
        call: Share(day, direction, tuple(user.int for user in users), tuple(seconds), tuple(failed))
        for call, day, direction, users, seconds, failed in found
    }
