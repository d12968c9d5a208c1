"""What the tables say of every user who may hold something, each table read once, by user.

One statement a table, and put together here: joined by the server, the planner takes one pair of users in two hundred
for the same and prepares for thousands of millions of them. Users are keyed by the bytes of their ids, which hash
fastest.
"""

from collections.abc import Sequence
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

_NEVER = "'1900-01-01Z'::timestamptz"
_FOREVER = "'9999-12-31Z'::timestamptz"
_DIRECT = "'00000000-0000-0000-0000-000000000000'::uuid"
_BIT = "CASE g.source " + " ".join(f"WHEN '{source}' THEN {bit}" for source, bit in BITS.items()) + " ELSE 0 END"

_USERS = f"""
    SELECT u.user_id, uuid_send(u.user_id), u.department, u.company, u.cost_centre, u.country, u.kind,
           u.kind_confidence,
           CASE WHEN u.enabled THEN {ENABLED} ELSE 0 END
           + CASE WHEN u.disabled_since < %(disabled_before)s THEN {DISABLED_LONG} ELSE 0 END
           + CASE WHEN u.created_at >= %(young)s THEN {YOUNG} ELSE 0 END
           + CASE WHEN u.created_at >= '{SUCCESSES_KEPT_SINCE.isoformat()}' THEN 0 ELSE {OLDER_THAN_SUCCESSES} END
    FROM {known("users")} u WHERE {in_force("u")} AND NOT u.deleted
"""
_SEATS = f"""
    SELECT uuid_send(s.user_id), uuid_send(s.sku_id) || int2send((
        CASE WHEN s.held_since >= %(young)s THEN {SEAT_YOUNG} ELSE 0 END
        + CASE WHEN {_DIRECT} = ANY (s.paths) THEN {SEAT_DIRECT} ELSE 0 END
        + CASE WHEN s.paths <> ARRAY[{_DIRECT}] THEN {SEAT_BY_GROUP} ELSE 0 END
        + {PATHS} * cardinality(s.paths))::int2)
    FROM {known("idle_licences")} s WHERE {in_force("s")}
"""
_OFF = f"""
    SELECT uuid_send(h.user_id), uuid_send(h.sku_id), array_to_string(h.disabled_plans, ',')
    FROM {known("licence_holdings")} h WHERE {in_force("h")} AND h.disabled_plans <> '{{}}'
"""
_EXEMPT = f"""
    SELECT uuid_send(f.user_id), uuid_send(f.sku_id) FROM {known("findings")} f
    WHERE {in_force("f")} AND f.exempt_reason IS NOT NULL AND (f.exempt_until IS NULL OR f.exempt_until > %(on)s)
"""


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

    users: list[User]
    seats: dict[Key, bytes] = field(default_factory=dict)
    off: dict[Key, tuple[tuple[bytes, str], ...]] = field(default_factory=dict)
    exempt: dict[Key, frozenset[bytes]] = field(default_factory=dict)
    evidence: dict[Key, Gap] = field(default_factory=dict)
    weak: dict[Key, Gap] = field(default_factory=dict)
    silent: dict[Key, tuple[int, ...]] = field(default_factory=dict)


async def read(db: psycopg.AsyncConnection[Any], parameters: Parameters, days: int) -> Tables:
    """`parameters` are those of a moment with `days` cutoffs, `cutoff_0` of the fewest idle days first."""
    tables = Tables([User(*row) for row in await _rows(db, _USERS, parameters)])
    seats = tables.seats
    for user, seat in await _rows(db, _SEATS, parameters):
        seats[user] = seats[user] + seat if user in seats else seat
    for user, sku, plans in await _rows(db, _OFF, parameters):
        tables.off[user] = (*tables.off.get(user, ()), (sku, plans))
    for user, sku in await _rows(db, _EXEMPT, parameters):
        tables.exempt[user] = tables.exempt.get(user, frozenset()) | {sku}
    for user, grade, lasted, never in await _rows(db, _gaps(days), parameters):
        (tables.evidence if grade == "EVIDENCE" else tables.weak)[user] = Gap(lasted, never)
    for user, *silent in await _rows(db, _silences(days), parameters):
        tables.silent[user] = tuple(silent)
    return tables


@cache
def _gaps(days: int) -> str:
    lasted = " + ".join(f"CASE WHEN g.gap_from < %(cutoff_{nth})s THEN {1 << nth} ELSE 0 END" for nth in range(days))
    return f"""
        SELECT uuid_send(g.user_id), g.grade, {lasted}, g.gap_from = {_NEVER} FROM {known("activity_gaps")} g
        WHERE g.grade IN ('EVIDENCE', 'WEAK') AND g.gap_from < %(cutoff_0)s AND g.gap_until >= %(judged_at)s
    """


@cache
def _silences(days: int) -> str:
    """The gap that lasts to this day has begun early enough; or there is no row: nobody ever saw them there."""
    silent = ", ".join(
        f"bit_or(CASE WHEN g.gap_from < %(cutoff_{nth})s THEN {_BIT} ELSE 0 END)"
        f" | ({ALL_BITS} & ~bit_or(CASE WHEN g.gap_until = {_FOREVER} THEN {_BIT} ELSE 0 END))"
        for nth in range(days)
    )
    return f"""
        SELECT uuid_send(g.user_id), {silent} FROM {known("workload_gaps")} g
        WHERE g.gap_until >= %(judged_at)s AND (g.gap_from < %(cutoff_0)s OR g.gap_until = {_FOREVER})
        GROUP BY g.user_id
    """


async def _rows(db: psycopg.AsyncConnection[Any], query: str, parameters: Parameters) -> Sequence[tuple[Any, ...]]:
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()
