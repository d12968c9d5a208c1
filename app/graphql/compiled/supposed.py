"""What leads to a request's questions: answers remembered from before, each to be asked again with the questions.

What is supposed decides how soon the questions are known, never what is said: an answer is told only where everything
supposed was true in the one batch, which is one snapshot, that its rows come from. But what was seen to be true a
moment ago stands for as long as a look does (`look_seconds`; docs/decisions/answers-kept-by-position.md) and is not
asked again: rows are read at a position, and what stood at a position does not change when the tables go on.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

from app.auth.viewer import ALL, Viewer
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches, Part, Scope
from app.graphql.compiled.showing import Rows
from app.graphql.pool import ReadPool, registered
from app.projections.heads import Head, Standing, Unmoved, standing, unmoved
from app.projections.reading import Question

SUPPOSED_MAX: Final = 20_000
"""Answers remembered: which tenants a directory has, how far each is known. Nothing of a person is among them."""

_WHOLE: Final = 1_000

_STEADY: Final = 3
"""Columns of a standing that the moment follows from; the others tell how far the tables are meanwhile."""

_NOT_TOLD: Final = ""
"""In place of a standing's `tables`, where the rest is a guess."""
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

    def learned(self, rows: Rows) -> Rows:
        """What to remember from now on."""
        return rows

    def saw(self, rows: Rows) -> Rows:
        """What to take for true for as long as a look stands."""
        return rows


class _Unmoved(NamedTuple):
    """A tenant stands as it did, `known`, if its tables have not moved since: asked instead of the standing itself."""

    key: _Key
    question: Question
    known: Standing

    def agrees(self, rows: Rows) -> bool:
        return len(rows) == 1 and Unmoved(*rows[0]).tables == self.known.head.tables

    def learned(self, rows: Rows) -> Rows:
        """Where it moved, most likely only the position is another; but that has to be asked."""
        reached, head = self.known
        position = Unmoved(*rows[0]).position if rows else reached.position
        return ((position, *reached[1:], head.position, head.ahead, head.recorded_at, _NOT_TOLD),)

    def saw(self, rows: Rows) -> Rows | None:
        """The standing with the log's new end; None: it moved, so it has to be asked."""
        if not self.agrees(rows):
            return None
        reached, head = self.known
        return ((*reached, head.position, Unmoved(*rows[0]).newest - head.position, head.recorded_at, head.tables),)


class Memory:
    """Answers to leading questions, the longest unused leave first.

    `look_seconds`: how long after it was asked an answer is taken for true; 0: every request asks again.
    """

    def __init__(self, look_seconds: float = 0.0) -> None:
        self._known: OrderedDict[_Key, Rows] = OrderedDict()
        self.look_seconds = look_seconds
        self._seen: OrderedDict[_Key, tuple[float, Rows]] = OrderedDict()
        self.forgotten = 0

    def seen(self, key: _Key) -> Rows | None:
        """The answer, where somebody saw it so short ago that it stands."""
        found = self._seen.get(key)
        return None if found is None or found[0] <= monotonic() else found[1]

    def see(self, key: _Key, rows: Rows, asked_at: float) -> None:
        """This is so, unless somebody saw what was asked later. `asked_at`: a moment before it was asked, by the
        monotonic clock.
        """
        until = asked_at + self.look_seconds
        if not self.look_seconds or self._seen.get(key, (0.0, ()))[0] > until:
            return
        self._seen[key] = (until, rows)
        self._seen.move_to_end(key)
        while len(self._seen) > SUPPOSED_MAX or next(iter(self._seen.values()))[0] <= asked_at < until:
            self._seen.popitem(last=False)

    def forget(self) -> None:
        """Something moved: whoever asks from now on asks anew, and is told nothing that was asked before."""
        self._seen.clear()
        self.forgotten += 1

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
    leading: list[_Supposed | _Unmoved] = field(default_factory=list)
    begun_at: float = field(default_factory=monotonic)
    forgotten: int = 0
    looked: bool = False

    def __post_init__(self) -> None:
        self.forgotten = self.memory.forgotten

    def stands(self) -> bool:
        """Whether what was seen may still be taken for true: a look ends, and with it the waiting on its grounds."""
        if not self.looked:
            return True
        return self.forgotten == self.memory.forgotten and monotonic() < self.begun_at + self.memory.look_seconds

    def open(self, tenants: Sequence[TenantId], viewer: Viewer) -> None:
        """These tenants, as far as they are the viewer's: what follows finds no row of another."""
        seen = viewer.tenants
        self.tenants = tuple(each for each in tenants if seen is ALL or each in seen)

    def suppose(self, question: Question, steady: int = _WHOLE) -> Rows:
        """The answer as it was. Raises Unknown. `steady`: how many columns of the true one must be the same."""
        return self._supposed(_key_of(question), question, steady)

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        """What the register says; as `TenantRegister` does."""
        key = ("register", str(directory))
        found = self.memory.seen(key)
        if found is None:
            self.register = directory
            found = self._supposed(key, registered(), _WHOLE)
        else:
            self.looked = True
        return frozenset(TenantId(row[0]) for row in found)

    def standing(self, tenant: TenantId, known_at: datetime | None) -> "Stood":
        """How far the tenant's tables were at an instant, as it was. Raises Unknown."""
        question, place = standing(tenant, known_at), len(self.leading)
        key = _key_of(question)
        seen = self.memory.seen(key)
        if seen is not None:
            self.looked = True
            return Stood(Standing.of(seen[0]))
        rows = None if known_at is not None else self.memory.found(key)
        if rows is None or Standing.of(rows[0]).head.tables == _NOT_TOLD:
            return Stood(Standing.of(self._supposed(key, question, _STEADY)[0]), place, whole=True)
        known = Standing.of(rows[0])
        self.leading.append(_Unmoved(key, unmoved(tenant), known))
        return Stood(known, place, whole=False)

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
            agrees = supposed.agrees(rows)
            true = true and agrees
            if not agrees or isinstance(supposed, _Supposed):
                self.memory.keep(supposed.key, supposed.learned(rows))
            saw = supposed.saw(rows)
            if saw is not None and self.forgotten == self.memory.forgotten:
                self.memory.see(supposed.key, saw, self.begun_at)
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


def _key_of(question: Question) -> _Key:
    return (question.query, *map(str, question.parameters.values()))


def part_of(paper: Paper, questions: Sequence[Question]) -> Part:
    """What leads to the questions, and they, as part of a message; opened to what the paper says."""
    leading = [each.question for each in paper.leading]
    of_register = int(paper.register is not None)
    scope = Scope(paper.register, paper.tenants)
    return Part.of(scope, leading[:of_register], [*leading[of_register:], *questions], paper.stands)


async def asked_with(pool: ReadPool, batches: Batches, paper: Paper, questions: Sequence[Question]) -> list[Rows]:
    """The true answers, in one snapshot: to what leads to the questions, and to them."""
    return await batches.alone(pool, part_of(paper, questions))
