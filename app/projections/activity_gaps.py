"""In which stretches users were not active. Only gaps of seven days and more are kept, and the one that may begin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from app.domain.events.licensing import UserDiscovered, UserSignedIn, WorkloadUsed
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId, UserId
from app.domain.kept_signs import KeptSign
from app.domain.policy import SHORTEST_IDLE_DAYS
from app.projections.bearings import Bearings
from app.projections.facts import Fact, instant
from app.projections.gaps import Gaps, Sighting, gap_table
from app.projections.reading import Moment, known, rows
from app.projections.signs import took_part

EVIDENCE, WEAK = "EVIDENCE", "WEAK"


@dataclass(frozen=True, slots=True)
class Quiet:
    """The gap of a week or more a user was in at a moment. `since` None: never active before.

    `grade` of the activity that is missing.
    """

    user: UserId
    grade: str
    since: datetime | None


async def quiet_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[Quiet]:
    """The gap each user was in at a moment, by user and grade, if it had lasted for a week of civil days or more.

    Not a shorter one: it may still be moved in place, and the moment would later have another answer.
    """
    found = await rows(
        db,
        f"""
        SELECT g.user_id, g.grade, nullif(g.gap_from, '1900-01-01Z') FROM {known("activity_gaps")} g
        WHERE g.user_id = ANY (%(users)s::uuid[]) AND g.gap_from < %(cutoff)s AND g.gap_until >= %(at)s
        ORDER BY g.user_id, g.grade
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "at": at.day_ends(at.known_on),
            "cutoff": at.day_begins(at.known_on - timedelta(days=SHORTEST_IDLE_DAYS)),
            "users": list(users),
        },
    )
    return [Quiet(*row) for row in found]


def project(facts: Sequence[Fact], bearings: Bearings) -> Iterator[Sighting]:
    """What facts say of users' activity, in order."""
    for fact in facts:
        event, position, learned_at = fact.event, fact.position, fact.learned_at
        if isinstance(event, UserSignedIn):
            if event.successful is not None:
                yield position, (event.user.int, EVIDENCE), instant(event.successful), learned_at
            for attempt in (event.interactive, event.non_interactive):
                if attempt is not None:
                    yield position, (event.user.int, WEAK), instant(attempt), learned_at
        elif isinstance(event, WorkloadUsed):
            yield position, (event.user.int, EVIDENCE), fact.at, learned_at
        elif isinstance(event, UserDiscovered):
            yield position, (event.user.int, EVIDENCE), None, learned_at
            yield position, (event.user.int, WEAK), None, learned_at
        else:
            for user, at in took_part(fact, bearings):
                yield position, (user.int, EVIDENCE), instant(at), learned_at


PROJECTION = Gaps(
    table=gap_table("activity_gaps", "grade"),
    facts=frozenset({UserDiscovered, UserSignedIn, WorkloadUsed, CallCompleted, CallRevised, KeptSign}),
    sightings=project,
)
