"""A connection on paper: it gives the answers that are known already and writes down every question.

A read is gone through on paper first, with answers remembered from before, to learn its questions; these are asked all
at once; then it is gone through again with what was answered. Only an answer of that one batch may end up in what is
told: whatever was merely remembered decides how soon the questions are known, never what is said.
"""

import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, TypeAlias
from uuid import UUID

from app.auth.viewer import ALL, Viewer
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.showing import Rows
from app.graphql.pool import registered, tenants_in
from app.projections.reading import Question

Key: TypeAlias = tuple[Hashable, ...]

REMEMBERED_MAX = 10_000


class Answer:
    """The rows of one question. Stands in for a cursor."""

    __slots__ = ("rows",)

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    async def fetchall(self) -> Rows:
        return self.rows

    async def fetchone(self) -> tuple[Any, ...] | None:
        return self.rows[0] if self.rows else None


_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)")
_LEADING = {"tenants", "checkpoints", "events", "r"}
"""Tables (and a name of no table) of the questions that come first: which tenants there are, how far they are known."""


class Remembered:
    """Answers of earlier batches to the questions that come first, the longest unused leave first.

    None that could hold a person's data: what an erasure takes from the tables must not stay in memory.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Answer] = OrderedDict()

    def found(self, key: Key) -> Answer | None:
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def keep(self, answers: Mapping[Key, Answer]) -> None:
        for key, answer in answers.items():
            if is_of_register(key) or _leads(str(key[0])):
                self._known[key] = answer
                self._known.move_to_end(key)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)


@lru_cache(1_000)
def _leads(query: str) -> bool:
    return set(_TABLES.findall(query)) <= _LEADING


class Script:
    """Stands in for the connection and for the register of tenants, while a read is gone through on paper.

    `true`: every answer given so far is one of the batch. An answer that is not even remembered is taken to be empty:
    what would be asked next is then at least partly the same. What would then be asked of nothing at all is left out.
    """

    def __init__(self, answers: Mapping[Key, Answer], remembered: Remembered) -> None:
        self._answers = answers
        self._remembered = remembered
        self.questions: dict[Key, Question] = {}
        self.directories: tuple[DirectoryId, ...] = ()
        self.true = True
        self._supposing = False
        self._tenants: set[TenantId] = set()

    async def execute(self, query: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> Answer:
        """The answer as far as it is known."""
        values = parameters.values() if isinstance(parameters, Mapping) else parameters
        query = intern(query)
        key = (query, *[tuple(each) if isinstance(each, list) else each for each in values])
        self._note_tenants(parameters)
        return self._answer(key, query, parameters)

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        """What the register says; as `TenantRegister` does."""
        self.directories = (directory,)
        question = registered(directory)
        answer = self._answer(register_key(directory), *question)
        return tenants_in(answer.rows)

    def tenants(self, viewer: Viewer) -> tuple[TenantId, ...]:
        """Those spoken of that the viewer may see: no other is opened to the batch."""
        seen = self._tenants if viewer.tenants is ALL else self._tenants & viewer.tenants
        return tuple(sorted(seen))

    def _answer(self, key: Key, query: str, parameters: Mapping[str, Any] | Sequence[Any]) -> Answer:
        named = parameters if isinstance(parameters, Mapping) else {str(n): each for n, each in enumerate(parameters)}
        known = self._answers.get(key)
        if known is not None:
            self.questions[key] = Question(query, named)
            return known
        self.true = False
        known = self._remembered.found(key)
        if known is not None or not self._supposing or [] not in named.values():
            self.questions[key] = Question(query, named)
        if known is None:
            self._supposing = True
            return _NOTHING
        return known

    def _note_tenants(self, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
        given: Sequence[Any]
        if isinstance(parameters, Mapping):
            given = [parameters.get("tenant"), *(parameters.get("tenants") or ())]
        else:
            given = [each for one in parameters for each in (one if isinstance(one, list) else [one])]
        self._tenants.update(TenantId(each) for each in given if isinstance(each, UUID))


_NOTHING = Answer([])
_REGISTER = "register"


def register_key(directory: DirectoryId) -> Key:
    return (_REGISTER, directory)


def is_of_register(key: Key) -> bool:
    """Asked where the register of tenants is open."""
    return key[0] == _REGISTER
