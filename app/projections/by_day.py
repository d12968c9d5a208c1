"""Tables of few rows at several moments at once: most rows say the same at most of them, and are read once."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import psycopg

from app.domain.ids import TenantId
from app.projections.reading import Moment, known, rows

T = TypeVar("T")


async def in_force_on(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    moments: Sequence[Moment],
    table: str,
    alias: str,
    columns: str,
    order: str,
    made: Callable[[tuple[Any, ...]], T],
) -> list[Sequence[T]]:
    """For each of some moments of one knowledge, in order of time, the rows in force then.

    Moments in a row at which the table says the same have the same list.
    """
    if not moments:
        return []
    ends = [at.at for at in moments]
    found = await rows(
        db,
        f"""
        SELECT * FROM (
            SELECT width_bucket({alias}.valid_from, %(ends)s::timestamptz[]) AS first,
                   width_bucket({alias}.valid_until, %(ends)s::timestamptz[]) AS last, {columns}
            FROM {known(table)} {alias}
            WHERE {alias}.valid_until >= %(begin)s AND {alias}.valid_from < %(end)s
        ) AS {alias} WHERE first < last ORDER BY {order}
        """,
        {"tenant": tenant, "position": moments[0].position, "ends": ends, "begin": ends[0], "end": ends[-1]},
    )
    spans = [(row[0], row[1], made(row[2:])) for row in found]
    bounds = sorted({0, len(moments)}.union(*((first, last) for first, last, _ in spans)))
    said: list[Sequence[T]] = []
    for begin, end in pairwise(bounds):
        said += [[row for first, last, row in spans if first <= begin < last]] * (end - begin)
    return said
