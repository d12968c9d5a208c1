"""What leads to a request's questions: answers remembered from before, each to be asked again with the questions.

What is supposed decides how soon the questions are known, never what is said: an answer is told only where everything
supposed was true in the one batch, which is one snapshot, that its rows come from. But what was seen to be true a
moment ago stands for as long as a look does (`look_seconds`; docs/decisions/answers-kept-by-position.md) and is not
asked again: rows are read at a position, and what stood at a position does not change when the tables go on.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Final, TypeVar

import msgspec

from app.auth.viewer import ALL, Viewer
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches, Part, opened_to
from app.graphql.compiled.leading import (
    NOT_TOLD,
    Key,
    Leading,
    SupposedRows,
    SupposedStanding,
    SupposedTenants,
    SupposedUnmoved,
)
from app.graphql.compiled.looks import Look, Looks
from app.graphql.compiled.showing import Rows
from app.graphql.pool import ReadPool, registered
from app.projections.heads import Head, Standing, Unmoved, standing, unmoved
from app.projections.reading import Question

SUPPOSED_MAX: Final = 20_000
"""Answers remembered: which tenants a directory has, how far each is known. Nothing of a person is among them."""

T = TypeVar("T")

_TO_NONE: Final = opened_to(())


class Unknown(Exception):
    """Nothing is remembered of a question that others follow from."""


class Memory:
    """Answers to leading questions, the longest unused leave first. `looks`: those that need not be asked at all."""

    def __init__(self, look_seconds: float = 0.0) -> None:
        self.looks = Looks(look_seconds)
        self._known: OrderedDict[Key, Any] = OrderedDict()

    def found(self, key: Key) -> Any:
        """The answer as it was; None: nothing is known."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def hear(self, supposed: Leading, rows: Rows, asked_at: float, forgotten: int) -> bool:
        """The true answer; whether it is as supposed. `asked_at`: a moment before it was asked, by the monotonic clock;
        `forgotten`: of the looks, at that moment.
        """
        agrees = supposed.agrees(rows)
        if not agrees or not isinstance(supposed, SupposedUnmoved):
            self._keep(supposed.key, supposed.learned(rows))
        saw = supposed.saw(rows)
        if saw is not None and forgotten == self.looks.forgotten:
            self.looks.take(supposed, saw, asked_at)
        return agrees

    def _keep(self, key: Key, answer: object) -> None:
        self._known[key] = answer
        self._known.move_to_end(key)
        while len(self._known) > SUPPOSED_MAX:
            self._known.popitem(last=False)


class Paper(msgspec.Struct):
    """One going through. `register`: the directory, if any, whose tenants were looked up, by the first of what leads.

    `opening`: what opens the batch to tenants; only to such as the viewer may see, by what is supposed of them.
    `looks`: those it rests on. `came_at`: when the request came, `begun_at`: when this going through of it began.
    """

    memory: Memory
    register: tuple[DirectoryId, ...] = ()
    opening: str = _TO_NONE
    leading: list[Leading] = msgspec.field(default_factory=list)
    came_at: float = msgspec.field(default_factory=monotonic)
    begun_at: float = msgspec.field(default_factory=monotonic)
    forgotten: int = 0
    looks: Sequence[Look] = ()

    def __post_init__(self) -> None:
        self.forgotten = self.memory.looks.forgotten

    def stands(self) -> bool:
        """Whether what was seen may still be taken for true: a look ends, and with it the waiting on its grounds."""
        if not self.looks:
            return True
        looks = self.memory.looks
        return self.forgotten == looks.forgotten and monotonic() < self.begun_at + looks.seconds

    def open(self, tenants: Sequence[TenantId], viewer: Viewer) -> tuple[TenantId, ...]:
        """Those of these tenants that are the viewer's: what follows finds no row of another."""
        seen = viewer.tenants
        opened = tuple(each for each in tenants if seen is ALL or each in seen)
        self.opening = opened_to(opened)
        return opened

    def suppose(self, question: Question) -> Rows:
        """The answer as it was. Raises Unknown."""
        key = (question.query, *map(str, question.parameters.values()))
        supposed: Rows | None = self.memory.found(key)
        self.leading.append(SupposedRows(key, question, supposed))
        return _told(supposed)

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        """What the register says; as `TenantRegister` does."""
        key = ("register", directory.int)
        seen: frozenset[TenantId] | None = self._seen(key)
        if seen is not None:
            return seen
        self.register = (directory,)
        supposed: frozenset[TenantId] | None = self.memory.found(key)
        self.leading.append(SupposedTenants(key, directory, registered(directory), supposed))
        return _told(supposed)

    def standing(self, tenant: TenantId, known_at: datetime | None) -> "Stood":
        """How far the tenant's tables were at an instant, as it was. Raises Unknown."""
        key, place = ("standing", tenant.int, known_at), len(self.leading)
        seen: Standing | None = self._seen(key)
        if seen is not None:
            return Stood(seen)
        supposed: Standing | None = self.memory.found(key)
        if known_at is None and supposed is not None and supposed.head.tables != NOT_TOLD:
            self.leading.append(SupposedUnmoved(key, tenant, unmoved(tenant), supposed))
            return Stood(supposed, place, whole=False)
        self.leading.append(SupposedStanding(key, tenant, known_at, standing(tenant, known_at), supposed))
        return Stood(_told(supposed), place, whole=True)

    def _seen(self, key: Key) -> Any:
        look = self.memory.looks.found(key, self.came_at)
        if look is None:
            return None
        self.looks = (*self.looks, look)
        return look.answer

    def true(self, found: Sequence[Rows]) -> bool:
        """Whether all that was supposed is so. Remembers what is."""
        true = True
        for supposed, rows in zip(self.leading, found, strict=True):
            true = self.memory.hear(supposed, rows, self.begun_at, self.forgotten) and true
        return true


@dataclass(frozen=True, slots=True)
class Stood:
    """A standing supposed, or seen. `place`: of its question among what leads; None: it is not asked again. `whole`:
    the question asks for all of it.
    """

    supposed: Standing
    place: int | None = None
    whole: bool = False

    def head(self, leading: Sequence[Rows]) -> Head:
        """How far the tables are, by the true answers."""
        if self.place is None:
            return self.supposed.head
        (row,) = leading[self.place]
        if self.whole:
            return Standing.of(row).head
        head = self.supposed.head
        return Head(head.position, Unmoved(*row).newest - head.position, head.recorded_at, head.tables)


def _told(supposed: T | None) -> T:
    if supposed is None:
        raise Unknown
    return supposed


def part_of(paper: Paper, questions: Sequence[Question]) -> Part:
    """What leads to the questions, and they, as part of a message; opened to what the paper says."""
    if not paper.leading:
        return Part.opened((), (), paper.opening, questions, paper.stands)
    leading, of_register = [each.question for each in paper.leading], len(paper.register)
    asked = [*leading[of_register:], *questions]
    return Part.opened(paper.register, leading[:of_register], paper.opening, asked, paper.stands)


async def asked_with(pool: ReadPool, batches: Batches, paper: Paper, questions: Sequence[Question]) -> list[Rows]:
    """The true answers, in one snapshot: to what leads to the questions, and to them."""
    return await batches.alone(pool, part_of(paper, questions))
