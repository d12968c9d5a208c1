"""Set-based statements: many rows at once, their columns packed as arrays."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import psycopg

from app.domain.ids import TenantId
from app.projections.columns import Column, pack

_AT_ONCE = 10_000
_AHEAD = 32

Row = tuple[Any, ...]
Cursor = psycopg.Cursor[tuple[Any, ...]]


class Statement(NamedTuple):
    """Ready to be executed."""

    query: str
    parameters: dict[str, object]


def inserts(
    table: str, columns: Sequence[Column], tenant: TenantId, rows: Sequence[Row], then: str = ""
) -> Iterator[Statement]:
    """Insert rows of these columns, the tenant's id before them. `then`: what follows, for instance ON CONFLICT."""
    names = ", ".join(column.name for column in columns)
    given = ", ".join(f"%({column.name})s::{column.transport}[]" for column in columns)
    taken = ", ".join(column.taken for column in columns)
    query = (
        f"INSERT INTO {table} (tenant_id, {names}) "
        f"SELECT %(tenant)s::uuid, {taken} FROM unnest({given}) AS new ({names}) {then}"
    )
    return _chunked(query, columns, tenant, rows)


def updates(
    table: str, found_by: Sequence[Column], changed: Sequence[tuple[str, Column]], tenant: TenantId, rows: Sequence[Row]
) -> Iterator[Statement]:
    """Set columns (by name, each from a column of `rows`) of the rows found by others; `rows` have them in order."""
    columns = (*found_by, *(source for _, source in changed))
    names = ", ".join(column.name for column in columns)
    given = ", ".join(f"%({column.name})s::{column.type}[]" for column in columns)
    same = " AND ".join(f"old.{column.name} = new.{column.name}" for column in found_by)
    changes = ", ".join(f"{name} = new.{source.name}" for name, source in changed)
    query = (
        f"UPDATE {table} AS old SET {changes} FROM unnest({given}) AS new ({names}) "
        f"WHERE old.tenant_id = %(tenant)s AND {same}"
    )
    return _chunked(query, columns, tenant, rows)


def _chunked(query: str, columns: Sequence[Column], tenant: TenantId, rows: Sequence[Row]) -> Iterator[Statement]:
    for start in range(0, len(rows), _AT_ONCE):
        by_column = zip(*rows[start : start + _AT_ONCE], strict=True)
        packed = {column.name: pack(column.type, values) for column, values in zip(columns, by_column, strict=True)}
        yield Statement(query, {"tenant": tenant, **packed})


def execute(cursor: Cursor, statement: Statement) -> Cursor:
    """Never prepared: a plan kept from when the table was small would read all of it for ever."""
    return cursor.execute(statement.query, statement.parameters, prepare=False, binary=True)


def write(cursor: Cursor, statements: Iterable[Statement], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Execute statements in order, the next ones being made while PostgreSQL works on the last.

    `meanwhile` is called when all are made and some are still being worked on.
    """
    writing: deque[Future[object]] = deque()
    with ThreadPoolExecutor(max_workers=1) as writer:
        try:
            for statement in statements:
                writing.append(writer.submit(execute, cursor, statement))
                while len(writing) > _AHEAD:
                    writing.popleft().result()
            meanwhile()
            while writing:
                writing.popleft().result()
        finally:
            writer.shutdown(cancel_futures=True)
