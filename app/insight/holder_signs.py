"""What the tables say of every user who may hold something, or of some of them, each table read once, by user.

One statement a table, and put together here: joined by the server, the planner takes one pair of users in two hundred
for the same and prepares for thousands of millions of them. Users are keyed by the bytes of their ids, which hash
fastest.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import psycopg

from app.domain.ids import UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE
from app.domain.standing import Source
from app.projections.reading import in_force, known

Parameters = dict[str, object]
Key = bytes

BITS = {source: 1 << nth for nth, source in enumerate(Source)}
ALL_BITS = sum(BITS.values())

ENABLED, DISABLED_LONG, YOUNG, OLDER_THAN_SUCCESSES = (1 << nth for nth in range(4))
SEAT_YOUNG, SEAT_DIRECT, SEAT_BY_GROUP = (1 << nth for nth in range(3))
PATHS = 8
"""What a seat's number of paths is multiplied with, above its flags."""
SEAT_BYTES = 18

TABLES = ("users", "idle_licences", "licence_holdings", "findings", "activity_gaps", "workload_gaps")
"""Each says something of its own of a user: what it says of a day follows from no other."""

_NEVER = "'1900-01-01Z'::timestamptz"
_FOREVER = "'9999-12-31Z'::timestamptz"
_DIRECT = "'00000000-0000-0000-0000-000000000000'::uuid"
_BIT = "CASE g.source " + " ".join(f"WHEN '{source}' THEN {bit}" for source, bit in BITS.items()) + " ELSE 0 END"


class User(NamedTuple):
    """`flags` are ENABLED and those beside it. `confidence` None: the usual one of the kind."""

    user: UserId
    key: Key
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    kind: str
    confidence: str | None
    flags: int


class Gap(NamedTuple):
    """The gap a user was in. `lasted`: a bit for each of the numbers of idle days. `never`: no activity before it."""

    lasted: int
    never: bool


ACTIVE = Gap(0, False)


@dataclass(slots=True)
class Tables:
    """`seats`: each SEAT_BYTES long, the product's id and the flags, one after the other. `off`: of each path with
    plans switched off, product and plans. `exempt`: products. `evidence`, `weak`: the gaps that lasted for the fewest
    of the idle days. `silent`: for each number of idle days a bit of each silent source; absent: all, always.
    """

    users: dict[Key, User] = field(default_factory=dict)
    seats: dict[Key, bytes] = field(default_factory=dict)
    off: dict[Key, tuple[tuple[bytes, str], ...]] = field(default_factory=dict)
    exempt: dict[Key, frozenset[bytes]] = field(default_factory=dict)
    evidence: dict[Key, Gap] = field(default_factory=dict)
    weak: dict[Key, Gap] = field(default_factory=dict)
    silent: dict[Key, tuple[int, ...]] = field(default_factory=dict)

    def forget(self, table: str, users: Iterable[UserId]) -> None:
        of_table: dict[str, tuple[dict[Key, Any], ...]] = {
            "users": (self.users,),
            "idle_licences": (self.seats,),
            "licence_holdings": (self.off,),
            "findings": (self.exempt,),
            "activity_gaps": (self.evidence, self.weak),
            "workload_gaps": (self.silent,),
        }
        for said in of_table[table]:
            for user in users:
                said.pop(user.bytes, None)


async def read(db: psycopg.AsyncConnection[Any], parameters: Parameters, days: int) -> Tables:
    """`parameters` are those of a moment with `days` cutoffs, `cutoff_0` of the fewest idle days first."""
    tables = Tables()
    for table in TABLES:
        await _fill(db, tables, table, parameters, days, some=False)
    return tables


async def read_again(
    db: psycopg.AsyncConnection[Any],
    tables: Tables,
    parameters: Parameters,
    days: int,
    changed: Mapping[str, Collection[UserId]],
) -> None:
    """Bring what was read of another day to a moment: by table, the users of whom it may say something else."""
    for table, users in changed.items():
        tables.forget(table, users)
        # Written out by hand: the driver takes longer for it than the server for the answer.
        asked = {**parameters, "users": "{" + ",".join(map(str, users)) + "}"}
        await _fill(db, tables, table, asked, days, some=True)


async def _fill(
    db: psycopg.AsyncConnection[Any], tables: Tables, table: str, parameters: Parameters, days: int, *, some: bool
) -> None:
    match table:
        case "users":
            for row in await _rows(db, _users(some), parameters):
                tables.users[row[1]] = User(*row)
        case "idle_licences":
            seats = tables.seats
            for user, seat in await _rows(db, _seats(some), parameters):
                seats[user] = seats.get(user, b"") + seat
        case "licence_holdings":
            for user, sku, plans in await _rows(db, _off(some), parameters):
                tables.off[user] = (*tables.off.get(user, ()), (sku, plans))
        case "findings":
            for user, sku in await _rows(db, _exempt(some), parameters):
                tables.exempt[user] = tables.exempt.get(user, frozenset()) | {sku}
        case "activity_gaps":
            grades = {"EVIDENCE": tables.evidence, "WEAK": tables.weak}
            for user, grade, lasted, never in await _rows(db, _gaps(days, some), parameters):
                grades[grade][user] = Gap(lasted, never)
        case "workload_gaps":
            silent = await _rows(db, _silences(days, some), parameters)
            tables.silent.update((row[0], row[1:]) for row in silent)


def _of(table: str, some: bool) -> str:
    """The rows of a table as known: of all users, or of each of those asked for, one after the other by the key.

    OFFSET 0 keeps the planner from reading everybody's for the few. No condition but the user's stands before it: by
    any other it takes an index that is led by the time, and reads that for each of them.
    """
    if not some:
        return known(table)
    return f"""
        (SELECT k.* FROM unnest(%(users)s::uuid[]) AS asked (id) CROSS JOIN LATERAL (
            SELECT * FROM {table} WHERE tenant_id = %(tenant)s AND user_id = asked.id OFFSET 0
        ) AS k WHERE k.since_position <= %(position)s AND k.until_position > %(position)s)
    """


@cache
def _users(some: bool) -> str:
    return f"""
        SELECT u.user_id, uuid_send(u.user_id), u.department, u.company, u.cost_centre, u.country, u.kind,
               u.kind_confidence,
               CASE WHEN u.enabled THEN {ENABLED} ELSE 0 END
               + CASE WHEN u.disabled_since < %(disabled_before)s THEN {DISABLED_LONG} ELSE 0 END
               + CASE WHEN u.created_at >= %(young)s THEN {YOUNG} ELSE 0 END
               + CASE WHEN u.created_at >= '{SUCCESSES_KEPT_SINCE.isoformat()}' THEN 0 ELSE {OLDER_THAN_SUCCESSES} END
        FROM {_of("users", some)} u WHERE {in_force("u")} AND NOT u.deleted
    """


@cache
def _seats(some: bool) -> str:
    return f"""
        SELECT uuid_send(s.user_id), uuid_send(s.sku_id) || int2send((
            CASE WHEN s.held_since >= %(young)s THEN {SEAT_YOUNG} ELSE 0 END
            + CASE WHEN {_DIRECT} = ANY (s.paths) THEN {SEAT_DIRECT} ELSE 0 END
            + CASE WHEN s.paths <> ARRAY[{_DIRECT}] THEN {SEAT_BY_GROUP} ELSE 0 END
            + {PATHS} * cardinality(s.paths))::int2)
        FROM {_of("idle_licences", some)} s WHERE {in_force("s")}
    """


@cache
def _off(some: bool) -> str:
    return f"""
        SELECT uuid_send(h.user_id), uuid_send(h.sku_id), array_to_string(h.disabled_plans, ',')
        FROM {_of("licence_holdings", some)} h WHERE {in_force("h")} AND h.disabled_plans <> '{{}}'
    """


@cache
def _exempt(some: bool) -> str:
    return f"""
        SELECT uuid_send(f.user_id), uuid_send(f.sku_id) FROM {_of("findings", some)} f
        WHERE {in_force("f")} AND f.exempt_reason IS NOT NULL AND (f.exempt_until IS NULL OR f.exempt_until > %(on)s)
    """


@cache
def _gaps(days: int, some: bool) -> str:
    lasted = " + ".join(f"CASE WHEN g.gap_from < %(cutoff_{nth})s THEN {1 << nth} ELSE 0 END" for nth in range(days))
    return f"""
        SELECT uuid_send(g.user_id), g.grade, {lasted}, g.gap_from = {_NEVER} FROM {_of("activity_gaps", some)} g
        WHERE g.grade IN ('EVIDENCE', 'WEAK') AND g.gap_from < %(cutoff_0)s AND g.gap_until >= %(judged_at)s
    """


@cache
def _silences(days: int, some: bool) -> str:
    """The gap that lasts to this day has begun early enough; or there is no row: nobody ever saw them there."""
    silent = ", ".join(
        f"bit_or(CASE WHEN g.gap_from < %(cutoff_{nth})s THEN {_BIT} ELSE 0 END)"
        f" | ({ALL_BITS} & ~bit_or(CASE WHEN g.gap_until = {_FOREVER} THEN {_BIT} ELSE 0 END))"
        for nth in range(days)
    )
    return f"""
        SELECT uuid_send(g.user_id), {silent} FROM {_of("workload_gaps", some)} g
        WHERE g.gap_until >= %(judged_at)s AND (g.gap_from < %(cutoff_0)s OR g.gap_until = {_FOREVER})
        GROUP BY g.user_id
    """


async def _rows(db: psycopg.AsyncConnection[Any], query: str, parameters: Parameters) -> Sequence[tuple[Any, ...]]:
    """Planned for these users and days: a plan for any others takes several times as long."""
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters, prepare=False)
        return await cursor.fetchall()
