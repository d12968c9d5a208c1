"""When each source last showed a user active. Newest only; `activity_gaps` knows the past."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import UserSignedIn, WorkloadUsed
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId, UserId
from app.domain.kept_signs import KeptSign
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant, instant
from app.projections.projection import Rest
from app.projections.reading import Moment, rows
from app.projections.signs import took_part
from app.projections.statements import Cursor, Statement, inserts

INTERACTIVE, NON_INTERACTIVE, SUCCESSFUL, CALL = "interactive", "non_interactive", "successful", "call"
"""Sources besides the workloads, which go by their own names. The first two also move with failed attempts."""


@dataclass(frozen=True, slots=True)
class LastActivity:
    user: UserId
    source: str
    at: datetime


async def known_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[LastActivity]:
    """The newest evidence of each source, by user and source.

    A source whose newest evidence came after the moment is left out: what it said before is not kept.
    """
    found = await rows(
        db,
        """
        SELECT l.user_id, l.source, l.at FROM last_activity l
        WHERE l.tenant_id = %(tenant)s AND l.user_id = ANY (%(users)s::uuid[])
          AND l.since_position <= %(position)s AND l.at < %(at)s
        ORDER BY l.user_id, l.source
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users)},
    )
    return [LastActivity(*row) for row in found]


_COLUMNS = (
    Column("user_id", "uuid"),
    Column("source", "text"),
    Column("at", "timestamptz"),
    Column("since_position", "bigint"),
)
_NEWER = """
    ON CONFLICT (tenant_id, user_id, source) DO UPDATE SET at = excluded.at, since_position = excluded.since_position
    WHERE excluded.at > last_activity.at
"""
Newest = dict[tuple[int, str], tuple[Instant, int]]
"""By the user's id as an integer, and source."""


class _LastActivity:
    name = "last_activity"
    version = 1
    tables = ("last_activity",)
    facts: frozenset[type[Event]] = frozenset({UserSignedIn, WorkloadUsed, CallCompleted, CallRevised, KeptSign})

    def take(self, _: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        def rest() -> Iterator[Statement]:
            rows = [(*key, *newest) for key, newest in project(facts, bearings).items()]
            return inserts("last_activity", _COLUMNS, tenant, rows, _NEWER)

        return rest


PROJECTION = _LastActivity()


def project(facts: Sequence[Fact], bearings: Bearings) -> Newest:
    """The newest evidence by user and source, and the first position that told it."""
    newest: Newest = {}
    for fact in facts:
        position = fact.position
        for user, source, at in _seen(fact, bearings):
            known = newest.get((user, source))
            if known is None or at > known[0]:
                newest[user, source] = (at, position)
    return newest


def _seen(fact: Fact, bearings: Bearings) -> Iterator[tuple[int, str, Instant]]:
    event = fact.event
    if isinstance(event, UserSignedIn):
        if event.interactive is not None:
            yield event.user.int, INTERACTIVE, instant(event.interactive)
        if event.non_interactive is not None:
            yield event.user.int, NON_INTERACTIVE, instant(event.non_interactive)
        if event.successful is not None:
            yield event.user.int, SUCCESSFUL, instant(event.successful)
    elif isinstance(event, WorkloadUsed):
        yield event.user.int, event.workload.value, fact.at
    else:
        for user, at in took_part(fact, bearings):
            yield user.int, CALL, instant(at)
