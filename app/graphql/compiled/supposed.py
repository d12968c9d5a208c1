"""What leads to a request's questions: answers remembered from before, each to be asked again with the questions.

What is supposed decides how soon the questions are known, never what is said: an answer is told only where rights,
moment and rows come from one batch, which is one snapshot, and everything supposed was true in it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from app.auth.viewer import ALL, Viewer
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches, Scope
from app.graphql.compiled.showing import Rows
from app.graphql.pool import ReadPool, registered
from app.projections.reading import Question

SUPPOSED_MAX: Final = 20_000
"""Answers remembered: which tenants a directory has, how far each is known. Nothing of a person is among them."""

_WHOLE: Final = 1_000
_Key: TypeAlias = tuple[str, ...]


class Unknown(Exception):
    """Nothing is remembered of a question that others follow from."""


class _Supposed(NamedTuple):
    """`steady`: how many columns anything follows from."""

    key: _Key
    question: Question
    rows: Rows | None
    steady: int

    def agrees(self, rows: Rows) -> bool:
        if self.rows is None or len(self.rows) != len(rows):
            return False
        return all(one[: self.steady] == other[: self.steady] for one, other in zip(self.rows, rows, strict=True))


class Memory:
    """Answers to leading questions, the longest unused leave first."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, Rows] = OrderedDict()

    def found(self, key: _Key) -> Rows | None:
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def keep(self, key: _Key, rows: Rows) -> None:
        self._known[key] = rows
        self._known.move_to_end(key)
        while len(self._known) > SUPPOSED_MAX:
            self._known.popitem(last=False)


@dataclass(slots=True)
class Paper:
    """One going through. `register`: the directory whose tenants were looked up, by the first of what leads.

    `tenants`: those the batch is opened to; only such as the viewer may see, by what is supposed of them.
    """

    memory: Memory
    register: DirectoryId | None = None
    tenants: tuple[TenantId, ...] = ()
    leading: list[_Supposed] = field(default_factory=list)

    def open(self, tenants: Sequence[TenantId], viewer: Viewer) -> None:
        """These tenants, as far as they are the viewer's: what follows finds no row of another."""
        seen = viewer.tenants
        self.tenants = tuple(each for each in tenants if seen is ALL or each in seen)

    def suppose(self, question: Question, steady: int = _WHOLE) -> Rows:
        """The answer as it was. Raises Unknown. `steady`: how many columns of the true one must be the same."""
        return self._supposed((question.query, *map(str, question.parameters.values())), question, steady)

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        """What the register says; as `TenantRegister` does."""
        self.register = directory
        found = self._supposed(("register", str(directory)), registered(), _WHOLE)
        return frozenset(TenantId(row[0]) for row in found)

    def _supposed(self, key: _Key, question: Question, steady: int) -> Rows:
        rows = self.memory.found(key)
        self.leading.append(_Supposed(key, question, rows, steady))
        if rows is None:
            raise Unknown
        return rows

    def true(self, found: Sequence[Rows]) -> bool:
        """Whether all that was supposed is so. Remembers what is."""
        true = True
        for supposed, rows in zip(self.leading, found, strict=True):
            if not supposed.agrees(rows):
                true = False
                self.memory.keep(supposed.key, rows)
        return true


async def asked_with(pool: ReadPool, batches: Batches, paper: Paper, questions: Sequence[Question]) -> list[Rows]:
    """The true answers, in one snapshot: to what leads to the questions, and to them."""
    leading = [each.question for each in paper.leading]
    of_register = int(paper.register is not None)
    scope = Scope(paper.register, paper.tenants)
    batch = batches.batch(scope, leading[:of_register], [*leading[of_register:], *questions])
    async with pool.connection() as db:
        found = await batches.answers(db, batch)
    return [each.rows for each in found]
