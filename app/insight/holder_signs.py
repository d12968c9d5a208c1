"""What the tables say of every user who may hold something, each table read once, by user.

One statement a table, and put together here: joined by the server, the planner takes one pair of users in two hundred
for the same and prepares for thousands of millions of them. Users are keyed by the bytes of their ids, which hash
fastest.
"""

from collections.abc import Iterable, Mapping, Sequence
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
_BIT = "CASE x.source " + " ".join(f"WHEN '{source}' THEN {bit}" for source, bit in BITS.items()) + " ELSE 0 END"


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
    """The gap a user was in. `lasted`: for so many of the numbers of idle days. `never`: no activity before it."""

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

    def take(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of the question of a table."""
        match table:
            case "users":
                for row in rows:
                    self.users[row[1]] = User(*row)
            case "idle_licences":
                seats = self.seats
                for user, seat in rows:
                    seats[user] = seats.get(user, b"") + seat
            case "licence_holdings":
                for user, sku, plans in rows:
                    self.off[user] = (*self.off.get(user, ()), (sku, plans))
            case "findings":
                for user, sku in rows:
                    self.exempt[user] = self.exempt.get(user, frozenset()) | {sku}
            case "activity_gaps":
                grades = {"EVIDENCE": self.evidence, "WEAK": self.weak}
                for user, grade, lasted, never in rows:
                    grades[grade][user] = Gap(lasted, never)
            case "workload_gaps":
                self.silent.update((row[0], row[1:]) for row in rows)

    def forget(self, table: str, users: Iterable[Key]) -> None:
        """What a table said of users."""
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
                said.pop(user, None)


class Asked(NamedTuple):
    """What is asked of a table's rows `x` at a moment, the user first, and by what rows of one user are put together.

    Its parameters are those of a moment.
    """

    columns: str
    where: str
    together: str = ""


async def read(db: psycopg.AsyncConnection[Any], parameters: Parameters, days: int, *, paths: bool) -> Tables:
    """`parameters` are those of a moment with `days` cutoffs, `cutoff_0` of the fewest idle days first.

    `paths`: seats say whether they are held directly and by a group.
    """
    tables = Tables()
    for table, (columns, where, together) in questions(days, paths=paths).items():
        group = f"GROUP BY {together}" if together else ""
        statement = f"SELECT {columns} FROM {known(table)} x WHERE {where} {group}"
        tables.take(table, await answered(db, statement, parameters))
    return tables


async def answered(db: psycopg.AsyncConnection[Any], query: str, parameters: Parameters) -> Sequence[tuple[Any, ...]]:
    """Planned for these users and days: a plan for any others takes several times as long."""
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters, prepare=False)
        return await cursor.fetchall()


@cache
def questions(days: int, *, paths: bool) -> Mapping[str, Asked]:
    """By table. Each says something of its own of a user: what it says of a day follows from no other."""
    return {
        "users": _users(),
        "idle_licences": _seats(paths=paths),
        "licence_holdings": _off(),
        "findings": _exempt(),
        "activity_gaps": _gaps(days),
        "workload_gaps": _silences(days),
    }


def _users() -> Asked:
    return Asked(
        f"""
        x.user_id, uuid_send(x.user_id), x.department, x.company, x.cost_centre, x.country, x.kind, x.kind_confidence,
        CASE WHEN x.enabled THEN {ENABLED} ELSE 0 END
        + CASE WHEN x.disabled_since < %(disabled_before)s THEN {DISABLED_LONG} ELSE 0 END
        + CASE WHEN x.created_at >= %(young)s THEN {YOUNG} ELSE 0 END
        + CASE WHEN x.created_at >= '{SUCCESSES_KEPT_SINCE.isoformat()}' THEN 0 ELSE {OLDER_THAN_SUCCESSES} END
        """,
        f"{in_force('x')} AND NOT x.deleted",
    )


def _seats(*, paths: bool) -> Asked:
    by_path = f"""
            + CASE WHEN {_DIRECT} = ANY (x.paths) THEN {SEAT_DIRECT} ELSE 0 END
            + CASE WHEN x.paths <> ARRAY[{_DIRECT}] THEN {SEAT_BY_GROUP} ELSE 0 END
    """
    return Asked(
        f"""
        uuid_send(x.user_id), uuid_send(x.sku_id) || int2send((
            CASE WHEN x.held_since >= %(young)s THEN {SEAT_YOUNG} ELSE 0 END {by_path if paths else ""}
            + {PATHS} * cardinality(x.paths))::int2)
        """,
        in_force("x"),
    )


def _off() -> Asked:
    return Asked(
        "uuid_send(x.user_id), uuid_send(x.sku_id), array_to_string(x.disabled_plans, ',')",
        f"{in_force('x')} AND x.disabled_plans <> '{{}}'",
    )


def _exempt() -> Asked:
    return Asked(
        "uuid_send(x.user_id), uuid_send(x.sku_id)",
        f"{in_force('x')} AND x.exempt_reason IS NOT NULL AND (x.exempt_until IS NULL OR x.exempt_until > %(day)s)",
    )


def _gaps(days: int) -> Asked:
    lasted = " + ".join(f"CASE WHEN x.gap_from < %(cutoff_{nth})s THEN 1 ELSE 0 END" for nth in range(days))
    return Asked(
        f"uuid_send(x.user_id), x.grade, {lasted}, x.gap_from = {_NEVER}",
        "x.grade IN ('EVIDENCE', 'WEAK') AND x.gap_from < %(cutoff_0)s AND x.gap_until >= %(judged_at)s",
    )


def _silences(days: int) -> Asked:
    """The gap that lasts to this day has begun early enough; or there is no row: nobody ever saw them there."""
    silent = ", ".join(
        f"bit_or(CASE WHEN x.gap_from < %(cutoff_{nth})s THEN {_BIT} ELSE 0 END)"
        f" | ({ALL_BITS} & ~bit_or(CASE WHEN x.gap_until = {_FOREVER} THEN {_BIT} ELSE 0 END))"
        for nth in range(days)
    )
    return Asked(
        f"uuid_send(x.user_id), {silent}",
        f"x.gap_until >= %(judged_at)s AND (x.gap_from < %(cutoff_0)s OR x.gap_until = {_FOREVER})",
        "x.user_id",
    )
