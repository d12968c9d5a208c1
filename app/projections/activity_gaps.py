"""In which stretches users were not active. Only gaps of seven days and more are kept, and the one that may begin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import UserDiscovered, UserSignedIn, WorkloadUsed
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId, UserId
from app.domain.policy import SHORTEST_IDLE_DAYS
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import DAY, OPEN_END, Fact, Instant, instant
from app.projections.projection import Rest
from app.projections.reading import Moment, known, rows
from app.projections.statements import Cursor, Statement
from app.projections.versioned import Book, Key, Placed, Table, load

EVIDENCE, WEAK = "EVIDENCE", "WEAK"

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of a gap before which there was no activity."""


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


_NEVER = instant(NEVER)

SHORTEST = 7 * DAY
"""Shorter gaps have no row. No question may ask for fewer days (policy: shortest idle days)."""

UNTELLABLE = 6 * DAY
"""An open gap may be moved in place by what was learned within this time of its beginning.

Whoever asks at an older position asks about a day up to then, at least seven whole days of quiet, and so begins the
quiet before the gap does, with it or without. A day less than SHORTEST, for the day asked about is taken to its end.
"""

_TABLE = Table(
    "activity_gaps",
    key=(Column("user_id", "uuid"), Column("grade", "text")),
    place=(Column("gap_from", "timestamptz"), Column("gap_until", "timestamptz")),
    values=(),
    moves=True,
)


class _ActivityGaps:
    name = "activity_gaps"
    version = 1
    tables = ("activity_gaps",)
    facts: frozenset[type[Event]] = frozenset({UserDiscovered, UserSignedIn, WorkloadUsed, CallCompleted, CallRevised})

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        seen = list(sightings(facts, bearings))
        earliest = min((at for _, _, at, _ in seen if at is not None), default=OPEN_END)
        book = load(db, _TABLE, tenant, {"user_id": {key[0] for _, key, _, _ in seen}}, earliest)

        def rest() -> Iterator[Statement]:
            project(seen, book)
            yield from book.statements(tenant)

        return rest


PROJECTION = _ActivityGaps()

Sighting = tuple[int, Key, Instant | None, Instant]
"""Position; user and grade; when they were active, None: only discovered; when SUA learned it."""


def sightings(facts: Sequence[Fact], bearings: Bearings) -> Iterator[Sighting]:
    """What facts say of users' activity, in order. A failed leg and a test call prove nothing."""
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
        elif isinstance(event, CallCompleted | CallRevised) and not event.call.test:
            for leg in event.call.legs:
                if leg.party.user is not None and not leg.failed and bearings.is_own(leg.party, position):
                    yield position, (leg.party.user.int, EVIDENCE), instant(leg.started_at), learned_at


def project(seen: Sequence[Sighting], book: Book) -> None:
    """Sightings in any order of time give the same gaps, each version at the position that changed it."""
    for position, key, at, learned_at in seen:
        versions = book.of(key)
        if not versions:
            first = [((_NEVER, OPEN_END), ())] if at is None else [((_NEVER, at), ()), ((at, OPEN_END), ())]
            book.put(key, first, position)
            continue
        if at is None:
            continue
        open_gap = versions[-1]
        began = open_gap.place[0]
        if at > began:
            if at - began >= SHORTEST:
                book.replace_last(key, [((began, at), ()), ((at, OPEN_END), ())], position)
            elif learned_at - began < UNTELLABLE:
                book.move(key, open_gap, (at, OPEN_END))
            else:
                book.replace_last(key, [((at, OPEN_END), ())], position)
        elif at < began:
            book.put(key, _split([(gap.place, gap.value) for gap in versions], at), position)


def _split(gaps: list[Placed], at: Instant) -> list[Placed]:
    """The gaps with an activity inside an ended one, or, where it falls between them, as they are."""
    wanted: list[Placed] = []
    for place, nothing in gaps:
        began, ended = place
        if not began < at < ended:
            wanted.append((place, nothing))
            continue
        if at - began >= SHORTEST:
            wanted.append(((began, at), nothing))
        if ended - at >= SHORTEST:
            wanted.append(((at, ended), nothing))
    return wanted
