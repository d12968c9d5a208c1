"""Stretches without any sign of a user, kept by what the sign would have been; how two tables fold alike.

Only gaps of seven days and more have a row, and each key one open row: the gap that may be beginning.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.events import Event
from app.domain.ids import TenantId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import DAY, OPEN_END, Fact, Instant, instant
from app.projections.projection import Rest
from app.projections.statements import Cursor, Statement
from app.projections.versioned import Book, Key, Placed, Table, load

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of a gap before which there was no activity."""

_NEVER = instant(NEVER)

SHORTEST = 7 * DAY
"""Shorter gaps have no row. No question may ask for fewer days (policy: shortest idle days)."""

UNTELLABLE = 6 * DAY
"""An open gap may be moved in place by what was learned within this time of its beginning.

Whoever asks at an older position asks about a day up to then, at least seven whole days of quiet, and so begins the
quiet before the gap does, with it or without. A day less than SHORTEST, for the day asked about is taken to its end.
"""

Sighting = tuple[int, Key, Instant | None, Instant]
"""Position; user and grade or source; when they were active, None: only discovered; when SUA learned it."""

Sightings = Callable[[Sequence[Fact], Bearings], Iterator[Sighting]]


def gap_table(name: str, sort: str) -> Table:
    """A table of gaps by user and `sort`, the name of a text column."""
    return Table(
        name,
        key=(Column("user_id", "uuid"), Column(sort, "text")),
        place=(Column("gap_from", "timestamptz"), Column("gap_until", "timestamptz")),
        values=(),
        moves=True,
    )


@dataclass(frozen=True, slots=True)
class Gaps:
    """A projection of gaps: `sightings` says what facts show, in order."""

    table: Table
    facts: frozenset[type[Event]]
    sightings: Sightings
    version: int = 1

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table.name,)

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        seen = list(self.sightings(facts, bearings))
        earliest = min((at for _, _, at, _ in seen if at is not None), default=OPEN_END)
        book = load(db, self.table, tenant, {"user_id": {key[0] for _, key, _, _ in seen}}, earliest)

        def rest() -> Iterator[Statement]:
            fold(seen, book)
            yield from book.statements(tenant)

        return rest


def fold(seen: Sequence[Sighting], book: Book) -> None:
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
