"""About whom anything may have become different from one day to the next, and what the tables say of them then.

A user is named too often rather than too seldom. One statement a table for all days: a pass over its rows, most of
which say the same on all of them, and a look-up of each user on each day on which something may be different.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import psycopg

from app.insight.holder_signs import Asked, Key, Parameters, answered, questions
from app.projections.reading import known


class Told(NamedTuple):
    """What a table says on a day: of these users, in these rows; of one without a row, nothing."""

    users: set[Key]
    rows: list[tuple[Any, ...]]


Changes = Mapping[str, Told]
"""By table."""


async def read_changes(
    db: psycopg.AsyncConnection[Any], known_by: Parameters, days: Sequence[Parameters], numbers: int, *, paths: bool
) -> Sequence[Changes]:
    """For each of some days in a row what may be otherwise than on the day before; nothing for the first.

    `known_by`: the tenant and the position. `days`: the parameters of each day's moment, with `numbers` cutoffs.
    `paths` as of `holder_signs.read`. Minutes of calls are left out.
    """
    changes: list[dict[str, Told]] = [{} for _ in days]
    if len(days) < 2:
        return changes
    of_days = {f"{name}s": [day[name] for day in days] for name in days[0]}
    parameters = {**known_by, **of_days, "count": len(days)}
    for table, statement in _statements(numbers, paths=paths):
        for nth, user, *row in await answered(db, statement, parameters):
            told = changes[nth].get(table)
            if told is None:
                told = changes[nth][table] = Told(set(), [])
            told.users.add(user)
            if row[0] is not None:
                told.rows.append(tuple(row))
    return changes


@cache
def _statements(numbers: int, *, paths: bool) -> Sequence[tuple[str, str]]:
    asked = questions(numbers, paths=paths)
    return [(table, _statement(table, times, asked[table], numbers)) for table, times in _times(numbers)]


def _times(numbers: int) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """Of each table the times of a row that tell of a day, each with the instants it is compared to.

    The first two are its beginning and its end.
    """
    span = [("valid_from", "at"), ("valid_until", "at")]
    yield "users", [*span, ("created_at", "young"), ("disabled_since", "disabled_before")]
    yield "idle_licences", [*span, ("held_since", "young")]
    yield "licence_holdings", span
    yield "findings", [*span, ("exempt_until - 1", "day")]  # a day begins with what an instant ends with
    begun = [("gap_from", f"cutoff_{nth}") for nth in range(numbers)]
    for table in ("activity_gaps", "workload_gaps"):
        yield table, [begun[0], ("gap_until", "judged_at"), *begun[1:]]


def _statement(table: str, times: Sequence[tuple[str, str]], asked: Asked, numbers: int) -> str:
    """The question of a table, asked of those who changed, with the moment's parameters of each day instead.

    A time tells of the first day whose instant lies beyond it: so many lie before it. Of most rows all times lie before
    or beyond all instants, which is cheaper to see than between which ones. OFFSET 0 keeps the planner from reading
    everybody's rows for the few. No condition but the user's stands before it: by any other it takes an index that is
    led by the time, and reads that for each of them.
    """
    columns, of_moment, together = (_PARAMETER.sub(r"d.\1", text) for text in asked)
    names = ["at", "judged_at", "young", "disabled_before", *(f"cutoff_{nth}" for nth in range(numbers))]
    arrays = ", ".join(["%(days)s::date[]", *(f"%({name}s)s::timestamptz[]" for name in names)])
    compared = [(f"x.{time}", f"%({name}s)s::{'date' if name == 'day' else 'timestamptz'}[]") for time, name in times]
    (begins, of_begin), (ends, of_end), *_ = compared
    within = " OR ".join(f"{time} >= ({to})[1] AND {time} < ({to})[%(count)s]" for time, to in compared)
    days = ", ".join(f"(width_bucket({time}, {to}))" for time, to in compared)
    return f"""
        WITH changed AS MATERIALIZED (
            SELECT DISTINCT x.user_id, changed.nth
            FROM {known(table)} x CROSS JOIN LATERAL (VALUES {days}) AS changed (nth)
            WHERE {ends} >= ({of_end})[1] AND {begins} < ({of_begin})[%(count)s] AND ({within})
              AND changed.nth > 0 AND changed.nth < %(count)s
        )
        SELECT changed.nth, uuid_send(changed.user_id), {columns}
        FROM changed
        JOIN unnest({arrays}) WITH ORDINALITY AS d (day, {", ".join(names)}, nth) ON d.nth = changed.nth + 1
        LEFT JOIN LATERAL (
            SELECT * FROM {table} WHERE tenant_id = %(tenant)s AND user_id = changed.user_id OFFSET 0
        ) AS x ON x.since_position <= %(position)s AND x.until_position > %(position)s AND {of_moment}
        {f"GROUP BY changed.nth, changed.user_id, {together}" if together else ""}
    """


_PARAMETER = re.compile(r"%\((\w+)\)s")
