"""Position-versioned rows: closed and inserted, never overwritten, so that a table can be read as at any position.

A batch loads the open versions of the keys it touches in one query, folds in memory into versions at the exact
positions of the facts that made them, and applies the difference in two statements. So the rows do not depend on how
the log was cut into batches.

Two spans of a key that touch and say the same are one: a row begins where what it says began to be so. So the rows
known at any position are those of the fold, however late its facts were learned, and in whatever order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.numeric import Int8BinaryLoader

from app.domain.ids import TenantId
from app.projections.columns import Column, pack
from app.projections.facts import OPEN_END, Instant, datetime_of
from app.projections.reading import OPEN
from app.projections.statements import Cursor, Statement, execute, inserts, updates

Key = tuple[Any, ...]
"""Ids in keys and arrays are integers (`UUID.int`): a UUID hashes and compares in Python, a million times a batch."""
Value = tuple[Any, ...]
Place = tuple[Any, ...]
"""Where a row stands among those of its key: see `Table`."""
Placed = tuple[Place, Value]
Change = Callable[[Value | None], Value | None]

_SINCE = Column("since_position", "bigint")
_UNTIL = Column("until_position", "bigint")
VALID = (Column("valid_from", "timestamptz"), Column("valid_until", "timestamptz"))


@dataclass(frozen=True, slots=True)
class Table:
    """A read table: `key` after the tenant, `place`, `values`, and the two positions.

    `place` tells the rows known of one key at one position apart: by their spans (two instants, since and until), by
    something else (one column), or not at all, where there is only one. `moves`: a span's beginning may be changed in
    place. `few_open`: a tenant has few open rows and many others of the same keys, so they are looked up among the
    open ones.
    """

    name: str
    key: tuple[Column, ...]
    place: tuple[Column, ...]
    values: tuple[Column, ...]
    moves: bool = False
    few_open: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*self.key, *self.place, *self.values, _SINCE, _UNTIL)


class Version:
    """An open row version. `stored_from`: the first part of its place as stored, None if there is none."""

    __slots__ = ("is_stored", "place", "since", "stored_from", "value")

    def __init__(self, place: Place, value: Value, since: int, *, is_stored: bool = False) -> None:
        self.place = place
        self.value = value
        self.since = since
        self.is_stored = is_stored
        self.stored_from = place[0] if is_stored and place else None


class Book:
    """The open versions of some keys of one table, and what a batch has changed about them."""

    def __init__(self, table: Table, stored: Mapping[Key, list[Version]] | None = None) -> None:
        self.table = table
        self._spans = table.place == VALID
        self._open: dict[Key, list[Version]] = dict(stored or {})
        self._closed: list[tuple[Any, ...]] = []
        self._dead: list[tuple[Any, ...]] = []
        self._moved: dict[int, tuple[Key, Version]] = {}

    def of(self, key: Key) -> Sequence[Version]:
        """What is known now of a key, by place. Not to be changed but by the methods below."""
        return self._open.get(key, ())

    def keys(self) -> list[Key]:
        """The keys something is or was known of, as far as they were looked up."""
        return list(self._open)

    def put(self, key: Key, wanted: Sequence[Placed], position: int) -> None:
        """From this position on, exactly these rows are known of the key. What stays equal keeps its version."""
        missing = merged(wanted) if self._spans else list(wanted)
        kept = []
        for version in self._open.get(key, ()):
            placed = (version.place, version.value)
            if placed in missing:
                missing.remove(placed)
                kept.append(version)
            else:
                self._close(key, version, position)
        kept += [Version(place, value, position) for place, value in missing]
        kept.sort(key=_by_place)
        self._open[key] = kept

    def set_from(self, key: Key, at: Instant, position: int, value: Value | None) -> None:
        """From the instant `at` on this is true of the key; None: nothing is."""
        self.change_from(key, at, position, lambda _: value)

    def change_from(self, key: Key, at: Instant, position: int, change: Change) -> None:
        """Change what is true from the instant `at` on, spans and what lies between them (None) alike."""
        versions = self._open.get(key)
        if not versions:
            if (value := change(None)) is not None:
                self._open[key] = [Version((at, OPEN_END), value, position)]
            return
        last = versions[-1]
        since, until = last.place
        touched = at == until or (at == since and len(versions) > 1 and versions[-2].place[1] == at)
        if since <= at < until == OPEN_END and not touched:
            value = change(last.value)
            if value != last.value:
                self._close(key, versions.pop(), position)
                if since < at:
                    versions.append(Version((since, at), last.value, position))
                if value is not None:
                    versions.append(Version((at, OPEN_END), value, position))
        elif until < at:
            if (value := change(None)) is not None:
                versions.append(Version((at, OPEN_END), value, position))
        else:
            self.put(key, changed_from([(each.place, each.value) for each in versions], at, change), position)

    def replace_last(self, key: Key, placed: Iterable[Placed], position: int) -> None:
        """From this position on these are known in place of the key's last version."""
        versions = self._open[key]
        self._close(key, versions.pop(), position)
        for place, value in placed:
            versions.append(Version(place, value, position))

    def move(self, key: Key, version: Version, place: Place) -> None:
        """Change a version's place and keep its position: for changes that no reader of the past can tell."""
        version.place = place
        if version.is_stored:
            self._moved[id(version)] = (key, version)

    def rows(self) -> list[tuple[Any, ...]]:
        """New rows as the table's columns have them, closed within the batch or open."""
        fresh = [
            (*key, *version.place, *version.value, version.since, OPEN)
            for key, versions in self._open.items()
            for version in versions
            if not version.is_stored
        ]
        return self._dead + fresh

    def statements(self, tenant: TenantId) -> Iterator[Statement]:
        """What writes the changes: the rows closed or moved, then the new ones."""
        table = self.table
        moved = [
            (*key, *_stored_place(version), version.since, version.place[0], OPEN)
            for key, version in self._moved.values()
        ]
        found_by = (*table.key, *table.place[:1], _SINCE)
        changed = [("until_position", _UNTIL)]
        if table.moves:
            changed.insert(0, (table.place[0].name, Column("moved_to", table.place[0].type)))
        yield from updates(table.name, found_by, changed, tenant, self._closed + moved)
        yield from inserts(table.name, table.columns, tenant, self.rows())

    def _close(self, key: Key, version: Version, position: int) -> None:
        if version.is_stored:
            self._moved.pop(id(version), None)
            moved_to = version.place[:1] if self.table.moves else ()
            self._closed.append((*key, *_stored_place(version), version.since, *moved_to, position))
        elif version.since < position:
            self._dead.append((*key, *version.place, *version.value, version.since, position))


def changed_from(spans: Sequence[Placed], at: Instant, change: Change) -> list[Placed]:
    """Spans of one key with everything from `at` on changed. They come and go sorted and apart from each other.

    Those that touch may say the same: see `merged`.
    """
    wanted: list[Placed] = []
    reached = at
    for place, value in spans:
        since, until = place
        if until <= at:
            wanted.append((place, value))
            continue
        if since > reached:
            _add(wanted, reached, since, change(None))
        begins = max(since, at)
        changed = change(value)
        if changed == value:
            wanted.append((place, value))
        else:
            if since < begins:
                wanted.append(((since, begins), value))
            _add(wanted, begins, until, changed)
        reached = until
    if reached < OPEN_END:
        _add(wanted, reached, OPEN_END, change(None))
    return wanted


def merged(spans: Iterable[Placed]) -> list[Placed]:
    """The same spans, sorted, with those that touch and say the same made one."""
    one: list[Placed] = []
    for place, value in spans:
        if one and one[-1][0][1] == place[0] and one[-1][1] == value:
            one[-1] = ((one[-1][0][0], place[1]), value)
        else:
            one.append((place, value))
    return one


def load(
    db: Cursor,
    table: Table,
    tenant: TenantId,
    lookups: Mapping[str, Iterable[Any]],
    earliest: Instant | None = None,
) -> Book:
    """The open versions of the keys looked up, as far as their places end at `earliest` or later."""
    named = {name: list(values) for name, values in lookups.items()}
    types = {column.name: column.type for column in table.key}
    # IS TRUE keeps the planner from the index that leads with until_position: without statistics it takes a tenant's
    # open rows for few, and reads all of them to find one user's.
    is_open = f"until_position = {OPEN}" if table.few_open else f"(until_position = {OPEN}) IS TRUE"
    conditions = [f"tenant_id = %(tenant)s AND {is_open}"]
    conditions += [f"{name} = ANY (%({name})s::{types[name]}[])" for name in named]
    if len(table.place) == 2 and earliest is not None:
        conditions.append(f"{table.place[1].name} >= %(earliest)s")
    columns = [column.name for column in (*table.key, *table.place, *table.values, _SINCE)]
    packed = {name: pack(types[name], values) for name, values in named.items()}
    query = f"SELECT {', '.join(columns)} FROM {table.name} WHERE {' AND '.join(conditions)}"
    ends = None if earliest is None else datetime_of(earliest)
    cursor = db.connection.cursor()
    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
    found = execute(cursor, Statement(query, {"tenant": tenant, "earliest": ends, **packed}))
    return Book(table, _versions(table, found))


def _versions(table: Table, found: Iterable[tuple[Any, ...]]) -> dict[Key, list[Version]]:
    key_width, place_width = len(table.key), len(table.key) + len(table.place)
    arrays = [nth for nth, column in enumerate(table.values) if column.type.endswith("[]")]
    versions: dict[Key, list[Version]] = {}
    for row in found:
        value = row[place_width:-1]
        if arrays:
            value = tuple(tuple(map(_plain, part)) if nth in arrays else part for nth, part in enumerate(value))
        version = Version(row[key_width:place_width], value, row[-1], is_stored=True)
        key = tuple(map(_plain, row[:key_width]))
        versions.setdefault(key, []).append(version)
    for each in versions.values():
        each.sort(key=_by_place)
    return versions


def _add(wanted: list[Placed], since: Instant, until: Instant, value: Value | None) -> None:
    if value is not None and since < until:
        wanted.append(((since, until), value))


def _plain(part: object) -> object:
    return part.int if isinstance(part, UUID) else part


def _by_place(version: Version) -> Place:
    return version.place


def _stored_place(version: Version) -> Place:
    return () if version.stored_from is None else (version.stored_from,)
