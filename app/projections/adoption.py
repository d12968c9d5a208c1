"""Who used what on which day: one row a source, day and user, known from the position that first told it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import WorkloadUsed
from app.domain.ids import TenantId
from app.domain.standing import Source
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Rest
from app.projections.reading import Moment, rows
from app.projections.signs import FACTS, SOURCES, signs_of
from app.projections.statements import Cursor, Statement, inserts


@dataclass(frozen=True, slots=True)
class Active:
    """`users`: how many were active on any of the days. `user_days`: each once for each day they were."""

    users: int
    user_days: int


async def active_in(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, source: Source, since: date, until: date
) -> Active:
    """Users of a source on the civil days [since, until), up to the moment. Of HUMAN no days are kept."""
    ((users, user_days),) = await rows(
        db,
        """
        SELECT count(DISTINCT a.user_id), count(*) FROM adoption a
        WHERE a.tenant_id = %(tenant)s AND a.source = %(source)s AND a.since_position <= %(position)s
          AND a.day >= %(since)s AND a.day < %(until)s AND a.day <= %(on)s
        """,
        {
            "tenant": tenant,
            "source": source.value,
            "position": at.position,
            "since": since,
            "until": until,
            "on": at.on,
        },
    )
    return Active(users, user_days)


Days = dict[tuple[str, date, int], int]
"""By source, day and the user's id as an integer: the first position that told it."""


def project(facts: Sequence[Fact], bearings: Bearings) -> Days:
    """Reports name the day themselves; telephone calls and meetings count on the tenant's civil day they began."""
    days: Days = {}
    for fact in facts:
        event, position = fact.event, fact.position
        if isinstance(event, WorkloadUsed):
            days.setdefault((SOURCES[event.workload].value, event.last_activity_on, event.user.int), position)
            continue
        for user, source, at in signs_of(fact, bearings):
            if source is not Source.HUMAN:
                on = at.astimezone(bearings.zone_at(position)).date()
                days.setdefault((source.value, on, user.int), position)
    return days


_COLUMNS = (
    Column("source", "text"),
    Column("day", "date"),
    Column("user_id", "uuid"),
    Column("since_position", "bigint"),
)
_FIRST = "ON CONFLICT (tenant_id, source, day, user_id) DO NOTHING"


class _Adoption:
    name = "adoption"
    version = 1
    tables = ("adoption",)
    facts: frozenset[type[Event]] = FACTS

    def take(self, _: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        def rest() -> Iterator[Statement]:
            rows = [(*key, position) for key, position in project(facts, bearings).items()]
            return inserts("adoption", _COLUMNS, tenant, rows, _FIRST)

        return rest


PROJECTION = _Adoption()
