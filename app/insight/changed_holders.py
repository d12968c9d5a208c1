"""About whom anything may have become different from one day to the next: whom to ask the tables for again.

A user is named too often rather than too seldom. One pass over each table for all days: most rows say the same on all
of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from app.domain.ids import TenantId, UserId
from app.domain.policy import Policy
from app.insight.standings import idle_days_of, thresholds_at
from app.projections.reading import Moment, known

_IN_FORCE = "x.valid_until >= (%(ends)s::timestamptz[])[1] AND x.valid_from < (%(ends)s::timestamptz[])[%(days)s]"
_BOUNDS = (
    "width_bucket(x.valid_from, %(ends)s::timestamptz[])",
    "width_bucket(x.valid_until, %(ends)s::timestamptz[])",
)


async def changed_on(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, moments: Sequence[Moment], policy: Policy
) -> list[dict[str, set[UserId]]]:
    """For each of some days in a row, judged by the same policy, by table the users of whom it may tell otherwise than
    the day before; nobody for the first. Minutes of calls are left out.
    """
    numbers = idle_days_of(policy)
    thresholds = [thresholds_at(at, policy, numbers) for at in moments]
    parameters: dict[str, object] = {
        **{f"cutoffs_{nth}": [each.cutoffs[nth] for each in thresholds] for nth in range(len(numbers))},
        "tenant": tenant,
        "position": moments[0].position,
        "days": len(moments),
        "first": moments[0].on,
        "ends": [at.at for at in moments],
        "judged": [each.judged_at for each in thresholds],
        "young": [each.young for each in thresholds],
        "disabled": [each.disabled_before for each in thresholds],
    }
    found: list[dict[str, set[UserId]]] = [{} for _ in moments]
    for table, statement in _statements(len(numbers)):
        async with db.cursor(binary=True) as cursor:
            await cursor.execute(statement, parameters)
            async for user, nth in cursor:
                found[nth].setdefault(table, set()).add(UserId(user))
    return found


def _statements(numbers: int) -> Iterator[tuple[str, str]]:
    """Each day is that of the first moment which lies beyond the row's own time: so many moments lie before it."""
    yield _changes(
        "users",
        _IN_FORCE,
        *_BOUNDS,
        "width_bucket(x.created_at, %(young)s::timestamptz[])",
        "width_bucket(x.disabled_since, %(disabled)s::timestamptz[])",
    )
    yield _changes("idle_licences", _IN_FORCE, *_BOUNDS, "width_bucket(x.held_since, %(young)s::timestamptz[])")
    yield _changes("licence_holdings", _IN_FORCE, *_BOUNDS)
    yield _changes("findings", _IN_FORCE, *_BOUNDS, "x.exempt_until - %(first)s::date")
    cutoffs = [f"width_bucket(x.gap_from, %(cutoffs_{nth})s::timestamptz[])" for nth in range(numbers)]
    for table in ("activity_gaps", "workload_gaps"):
        lasting = (
            "x.gap_until >= (%(judged)s::timestamptz[])[1] AND x.gap_from < (%(cutoffs_0)s::timestamptz[])[%(days)s]"
        )
        yield _changes(table, lasting, "width_bucket(x.gap_until, %(judged)s::timestamptz[])", *cutoffs)


def _changes(table: str, where: str, *days: str) -> tuple[str, str]:
    """The table, and the question of it."""
    listed = ", ".join(f"({day})" for day in days)
    return (
        table,
        f"""
        SELECT DISTINCT x.user_id, changed.nth
        FROM {known(table)} AS x CROSS JOIN LATERAL (VALUES {listed}) AS changed (nth)
        WHERE {where} AND changed.nth > 0 AND changed.nth < %(days)s
    """,
    )
