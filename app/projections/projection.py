"""What the engine expects of a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.events import Event
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId
from app.projections.bearings import Bearings
from app.projections.facts import Fact
from app.projections.statements import Cursor, Statement
from app.projections.versioned import Book, Table, load

Rest = Callable[[], Iterator[Statement]]
"""The second half of taking facts in: folds without touching the database, and says what to write."""


class Projection(Protocol):
    """A table that follows from the log.

    `version` rises when the code would make other rows of the same facts. `tables` are all it writes, its own first.
    `facts` are the only ones it is handed. `take` may be handed any cut of the log, in order and without gaps.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def tables(self) -> tuple[str, ...]: ...

    @property
    def facts(self) -> frozenset[type[Event]]: ...

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings, /) -> Rest:
        """Read what the facts bear upon, and return the rest to be done.

        In two halves, so that one table is folded while PostgreSQL writes another. Anything either half raises leaves
        it to the caller.
        """


Lookups = Callable[[Sequence[Fact]], Mapping[str, Iterable[Any]]]
Fold = Callable[[Sequence[Fact], Book, Bearings], None]


@dataclass(frozen=True, slots=True)
class Versioned:
    """A projection of one position-versioned table: `looked_up` names the keys a batch touches, `project` is pure."""

    table: Table
    facts: frozenset[type[Event]]
    looked_up: Lookups
    project: Fold
    version: int = 1

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table.name,)

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Rest:
        earliest = min([fact.at for fact in facts])
        book = load(db, self.table, tenant, self.looked_up(facts), earliest)

        def rest() -> Iterator[Statement]:
            self.project(facts, book, bearings)
            yield from book.statements(tenant)

        return rest


def calls_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    """The look-up of tables by call."""
    events = [fact.event for fact in facts]
    return {"call_id": {event.call.call for event in events if isinstance(event, CallCompleted | CallRevised)}}


def users_of(facts: Sequence[Fact]) -> Mapping[str, Iterable[Any]]:
    """The look-up of tables by user, whose facts all name one."""
    return {"user_id": {fact.event.user.int for fact in facts}}  # type: ignore[attr-defined]
