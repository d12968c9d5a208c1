"""Questions that others follow from: what their answers are supposed to be, whether they are, and what is learned."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.showing import Rows
from app.graphql.pool import tenants_in
from app.projections.heads import Standing, Unmoved
from app.projections.reading import Question

NOT_TOLD: Final = ""
"""In place of a standing's `tables`, where the rest is a guess."""
Key: TypeAlias = tuple[Hashable, ...]


class Leading(Protocol):
    """A question others follow from, and what its answer is supposed to be."""

    key: Key
    question: Question

    def agrees(self, rows: Rows) -> bool:
        """Whether all that follows from it is as it was supposed."""

    def learned(self, rows: Rows) -> object:
        """What to suppose from now on: where it was not as supposed, and where its question asks for all of it."""

    def saw(self, rows: Rows) -> object:
        """What to take for true for as long as a look stands; None: nothing."""


@dataclass(slots=True)
class SupposedRows:
    """`supposed` None: nothing is known."""

    key: Key
    question: Question
    supposed: Rows | None

    def agrees(self, rows: Rows) -> bool:
        return self.supposed is not None and self.supposed == rows

    def learned(self, rows: Rows) -> object:
        return rows

    def saw(self, rows: Rows) -> object:  # noqa: ARG002
        return None


@dataclass(slots=True)
class SupposedTenants:
    """A directory's, of the register. `supposed` None: nothing is known."""

    key: Key
    directory: DirectoryId
    question: Question
    supposed: frozenset[TenantId] | None

    def agrees(self, rows: Rows) -> bool:
        return self.supposed is not None and self.supposed == tenants_in(rows)

    def learned(self, rows: Rows) -> object:
        return tenants_in(rows)

    saw = learned


@dataclass(slots=True)
class SupposedStanding:
    """Of its columns the moment follows from those of `Reached`; the others tell how far the tables are meanwhile.
    `supposed` None: nothing is known. `known_at`: as of when; None: of all that is known.
    """

    key: Key
    tenant: TenantId
    known_at: datetime | None
    question: Question
    supposed: Standing | None

    def agrees(self, rows: Rows) -> bool:
        return self.supposed is not None and self.supposed.reached == Standing.of(rows[0]).reached

    def learned(self, rows: Rows) -> object:
        return Standing.of(rows[0])

    saw = learned


@dataclass(slots=True)
class SupposedUnmoved:
    """A tenant stands as it did, `supposed`, if its tables have not moved since: asked instead of the standing."""

    key: Key
    tenant: TenantId
    question: Question
    supposed: Standing

    def agrees(self, rows: Rows) -> bool:
        return len(rows) == 1 and Unmoved(*rows[0]).tables == self.supposed.head.tables

    def learned(self, rows: Rows) -> object:
        """Where it moved, most likely only the position is another; but that has to be asked."""
        reached, head = self.supposed
        position = Unmoved(*rows[0]).position if rows else reached.position
        return Standing(reached._replace(position=position), replace(head, tables=NOT_TOLD))

    def saw(self, rows: Rows) -> object:
        """The standing with the log's new end; None: it moved, so it has to be asked."""
        if not self.agrees(rows):
            return None
        ahead = Unmoved(*rows[0]).newest - self.supposed.head.position
        if ahead == self.supposed.head.ahead:
            return self.supposed
        return Standing(self.supposed.reached, replace(self.supposed.head, ahead=ahead))
