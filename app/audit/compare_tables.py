"""Row sets of tables at a moment beside the replay's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from app.audit.difference import Difference
from app.audit.replay import WholeReplay
from app.audit.rows_of_seats import week_before
from app.audit.tables import Compared, Key, Kind, Row
from app.projections.reading import rows


async def compared(
    db: psycopg.AsyncConnection[Any], replay: WholeReplay, what: Compared, *, present: int
) -> tuple[int, Difference | None]:
    """How many rows were compared, and the first that differs. `present`: the position the tables have reached.

    `db` stands in a transaction that sees the tenant.
    """
    cut = replay.cut
    if what.kind is Kind.PRESENT and cut.position != present:
        return 0, None
    expected = dict(what.expected(replay)) if cut.position else {}
    if what.kind is Kind.NEWEST:
        return _newest(expected, await _rows_of(db, replay, what), replay, what)
    counted = 0
    for key, told in await _rows_of(db, replay, what):
        counted += 1
        replayed = expected.pop(key, None)
        if replayed != told:
            return counted, _difference(replay, what, key, replayed, told)
    for key, replayed in expected.items():
        return counted, _difference(replay, what, key, replayed, None)
    return counted, None


def _newest(
    expected: Mapping[Key, Row], told: Sequence[tuple[Key, Row]], replay: WholeReplay, what: Compared
) -> tuple[int, Difference | None]:
    """A row newer than the moment has taken the place of the one that was newest then; no other is missing."""
    position = replay.cut.position
    found = dict(told)
    for key in [*found, *expected]:
        replayed, row = expected.get(key), found.get(key)
        superseded = replayed is not None and row is not None and row[0] > replayed[0] and row[1] > position
        unknown_then = replayed is None and row is not None and row[1] > position
        if replayed != row and not superseded and not unknown_then:
            return len(found), _difference(replay, what, key, replayed, row)
    return len(found), None


async def _rows_of(db: psycopg.AsyncConnection[Any], replay: WholeReplay, what: Compared) -> Sequence[tuple[Key, Row]]:
    cut, width = replay.cut, len(what.key)
    found = await rows(
        db,
        f"SELECT {', '.join((*what.key, *what.values))} FROM {what.table}"  # noqa: S608 - constants of app.audit.tables
        f" WHERE tenant_id = %(tenant)s AND {what.kind.value}",
        {
            "tenant": cut.tenant,
            "position": cut.position,
            "at": cut.at,
            "judged_at": cut.judged_at,
            "week_before": week_before(replay),
        },
    )
    return [(row[:width], tuple(_read(what, row[width:]))) for row in found]


def _read(what: Compared, values: Sequence[Any]) -> Iterator[Any]:
    for column, value in zip(what.values, values, strict=True):
        reader = what.read.get(column)
        if reader is not None:
            yield reader(value)
        else:
            yield tuple(value) if isinstance(value, list) else value


def _difference(replay: WholeReplay, what: Compared, key: Key, replayed: Row | None, told: Row | None) -> Difference:
    return Difference.between(
        f"table {what.table}",
        key,
        None if replayed is None else dict(zip(what.values, replayed, strict=True)),
        None if told is None else dict(zip(what.values, told, strict=True)),
        replay.cut,
    )
