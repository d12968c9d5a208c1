"""Rows about a person who was erased, folded anew from facts that no longer tell who it was.

Not by blanking: two rows that differed in a name only are one row without it, and tables must stay equal to what the
log comes to. So the streams that held values about the person are folded again, from their first fact, and what comes
of them takes the place of the old rows, past versions too, in the transaction that takes in the fact of the erasure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.domain.events.persons import UserErased
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.projections.bearings import take_bearings
from app.projections.checkpoints import Checkpoint
from app.projections.columns import pack
from app.projections.facts import fact_of
from app.projections.log_reader import Reader
from app.projections.projection import Versioned
from app.projections.statements import Cursor, Statement, write
from app.projections.versioned import Book, Key, Table

PERSONAL: Final = {
    "users": ("display_name", "user_principal_name"),
    "call_participants": ("label",),
    "pstn_charges": ("label", "caller", "callee"),
    "direct_routing_calls": ("label", "caller", "callee"),
    "findings": ("exempt_reason", "exempt_owner", "note"),
}
"""Every column of a table that holds values people could be known by; a test finds out which these are.

Each of these tables has one row key for each stream, whose facts are all its rows follow from.
"""


def retell(
    db: Cursor, reader: Reader, tenant: TenantId, standing: Iterable[Checkpoint], facts: Sequence[Recorded]
) -> None:
    """Where somebody was erased in these facts, fold anew what the tables that took them in say of that person."""
    erased = [(each.position, each.event) for each in facts if isinstance(each.event, UserErased)]
    about: dict[int, list[Recorded]] = {}  # the log is looked through once: most tables stand at one position
    for checkpoint in standing if erased else ():
        projection, until = checkpoint.projection, checkpoint.position
        subjects = {subject for position, fact in erased if position <= until for subject in fact.subjects}
        if projection.name in PERSONAL and isinstance(projection, Versioned) and subjects:
            if until not in about:
                about[until] = reader.about(subjects, until)
            write(db, anew(db, projection, tenant, about[until]))


def anew(db: Cursor, projection: Versioned, tenant: TenantId, facts: Iterable[Recorded]) -> Iterator[Statement]:
    """What puts the rows that follow from these streams in place of those there are."""
    handled = [fact_of(each) for each in facts if type(each.event) in projection.facts]
    book = Book(projection.table)
    projection.project(handled, book, take_bearings(db, tenant))
    if keys := book.keys():
        yield _removal(projection.table, tenant, keys)
        yield from book.statements(tenant)


def _removal(table: Table, tenant: TenantId, keys: Sequence[Key]) -> Statement:
    columns = [column.name for column in table.key]
    parts = zip(*keys, strict=True)
    query = (
        f"DELETE FROM {table.name} AS old USING unnest({', '.join(f'%({name})s::uuid[]' for name in columns)})"
        f" AS gone ({', '.join(columns)}) WHERE old.tenant_id = %(tenant)s AND "
        + " AND ".join(f"old.{name} = gone.{name}" for name in columns)
    )
    packed = {name: pack("uuid", values) for name, values in zip(columns, parts, strict=True)}
    return Statement(query, {"tenant": tenant, **packed})
