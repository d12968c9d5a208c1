"""Many questions in one message to PostgreSQL, which answers them in one transaction: one round trip.

The statements of one message are one transaction by themselves, which ends with it, also after an error; what SET
LOCAL opened is closed again with it. Each question is a prepared statement of its connection, so that it is parsed
once; what it is asked with are literals. SET LOCAL with literals reaches the other nodes of a cluster, as parameters
and set_config() would not.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
import psycopg

from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.exchange import Lease, Wire, exchanged, leased
from app.graphql.compiled.literals import in_a_list, literal, literals
from app.graphql.compiled.planning import Way
from app.graphql.compiled.showing import Rows
from app.graphql.pool import Db, ReadPool
from app.projections.reading import Question

PREPARED_MAX = 200
"""Statements kept prepared on one connection; the longest unused leaves first."""

STATEMENTS_MAX = 2_000
SCOPES_MAX = 10_000
"""Texts remembered that open a scope; most name one tenant."""

_THERE = b"SELECT name FROM pg_prepared_statements WHERE name LIKE 'sua!_%' ESCAPE '!'"

_NO_DIRECTORY = "SET LOCAL sua.directory = '';"

_WAYS = tuple(Way)

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s|%%")


class LookOver(Exception):
    """Who asked has waited so long that it has to be seen again what they may see."""


class Scope(msgspec.Struct, frozen=True):
    """What a part of a message may see: the register of these directories' tenants, and rows of these tenants."""

    directories: tuple[DirectoryId, ...]
    tenants: tuple[TenantId, ...]


_TYPES: Mapping[type, str] = {UUID: "uuid", datetime: "timestamptz", date: "date", int: "bigint", bool: "boolean"}
"""What the driver says of its parameters; of texts, lists and nulls it leaves the type to PostgreSQL, too."""


class _Statement(NamedTuple):
    """A question's text with the types of its parameters. The name follows from both, so it means the same everywhere.

    `order`: names of its parameters.
    """

    name: str
    prepare: str
    order: tuple[str, ...]
    way: Way


_Asked: TypeAlias = tuple[_Statement, str]
"""A statement, and with the values it is asked with, as it is sent."""


class Part(msgspec.Struct, frozen=True):
    """What one request asks within a message, and what opens exactly its scope before it.

    `register`: what reads the register of tenants, opened by `directories`; `questions`: the rest, opened by `tenants`.
    `stands`: whether what it was opened by may still be taken for true; asked at the last moment before it is sent.
    """

    directories: str
    register: Sequence[_Asked]
    tenants: str
    questions: Sequence[_Asked]
    stands: Callable[[], bool]

    @classmethod
    def of(
        cls,
        scope: Scope,
        register: Sequence[Question],
        questions: Sequence[Question],
        stands: Callable[[], bool] = lambda: True,
    ) -> "Part":
        """Raises TypeError for a value of a type no question of the read side has."""
        return cls.opened(scope.directories, register, opened_to(scope.tenants), questions, stands)

    @classmethod
    def opened(
        cls,
        directories: Sequence[DirectoryId],
        register: Sequence[Question],
        tenants: str,
        questions: Sequence[Question],
        stands: Callable[[], bool],
    ) -> "Part":
        """As `of`. `tenants`: what `opened_to` made of them."""
        return cls(
            _opened_to_register(directories) if register else _NO_DIRECTORY,
            [_asked(each) for each in register] if register else (),
            tenants,
            [_asked(each) for each in questions],
            stands,
        )

    def __len__(self) -> int:
        """How many questions it asks."""
        return len(self.register) + len(self.questions)


class Batch(msgspec.Struct, frozen=True):
    """A message ready to be sent, again and again. `places`: where each question's rows are among the results."""

    message: bytes
    statements: tuple[_Statement, ...]
    places: tuple[int, ...]


class Batches:
    """`longest`: how long one statement may take. No statement has parallel workers: there are always others to be
    answered.
    """

    def __init__(self, longest: timedelta) -> None:
        self._timed = f"SET LOCAL statement_timeout = {int(longest.total_seconds() * 1000)};"
        self._opening = (
            f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL jit = off; {self._timed}"
            " SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL plan_cache_mode = force_generic_plan;"
        )
        self._prepared: WeakKeyDictionary[Db, OrderedDict[str, None]] = WeakKeyDictionary()

    def batch(self, scope: Scope, register: Sequence[Question], questions: Sequence[Question]) -> Batch:
        """These questions in one message. `register`: those that read the register of tenants; they come first."""
        return self.together([Part.of(scope, register, questions)])

    def together(self, parts: Sequence[Part]) -> Batch:
        """What several ask in one message: each statement in the scope of those who ask it, and once for them."""
        message, opened = [self._opening], ""
        places: dict[tuple[str, str], int] = {}
        for part in parts:
            for _, text in part.register:
                if (part.directories, text) not in places:
                    message += [part.directories, text]
                    opened = part.directories
                    places[opened, text] = len(places)
        if opened:
            message.append(_NO_DIRECTORY)
        for way, by_tenants in _by_way(parts):
            message += way.before()
            for tenants, texts in by_tenants.items():
                if tenants != opened:
                    message.append(tenants)
                    opened = tenants
                for text in texts:
                    places[tenants, text] = len(places)
                message += texts
            message += way.after()
        statements: dict[str, _Statement] = {}
        found = []
        for part in parts:
            for opening, asked in ((part.directories, part.register), (part.tenants, part.questions)):
                for statement, text in asked:
                    statements[statement.name] = statement
                    found.append(places[opening, text])
        return Batch("".join(message).encode(), tuple(statements.values()), tuple(found))

    async def alone(self, pool: ReadPool, part: Part) -> list[Rows]:
        """The rows in the order of the questions, by a message of one's own. Raises LookOver."""
        async with leased(pool) as lease:
            return await self.by_lease(lease, part)

    async def by_lease(self, lease: Lease, part: Part) -> list[Rows]:
        """As `alone`; asked once more where the connection was lost: the server may have gone and come back."""
        batch, lost = self.together([part]), False
        while True:
            wire = await lease.wire()
            if not part.stands():
                raise LookOver
            try:
                return await self.answers(wire, batch)
            except psycopg.OperationalError:
                if lost or not wire.db.closed:
                    raise
                lost = True

    async def answers(self, wire: Wire, batch: Batch) -> list[Rows]:
        """The rows in the order of the questions, all from one snapshot."""
        try:
            if lacking := self._lacking(wire, batch):
                await self._prepare(wire, lacking)
            return await _told(wire, batch)
        except (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement):
            # Where a transaction of the general way was rolled back, psycopg has its connection forget all statements;
            # and a request broken off may have prepared some without a word.
            (there,) = await exchanged(wire, _THERE)
            self._prepared[wire.db] = OrderedDict.fromkeys([name for (name,) in there])
            if lacking := self._lacking(wire, batch):
                await self._prepare(wire, lacking)
            return await _told(wire, batch)

    def _lacking(self, wire: Wire, batch: Batch) -> Sequence[_Statement]:
        known = self._prepared.get(wire.db)
        if known is None:
            return batch.statements
        lacking = []
        for each in batch.statements:
            if each.name in known:
                known.move_to_end(each.name)
            else:
                lacking.append(each)
        return lacking

    async def _prepare(self, wire: Wire, lacking: Sequence[_Statement]) -> None:
        known = self._prepared.setdefault(wire.db, OrderedDict())
        message = [self._timed, *(each.prepare for each in lacking)]
        while known and len(known) + len(lacking) > PREPARED_MAX:
            oldest, _ = known.popitem(last=False)
            message.append(f"DEALLOCATE {oldest};")
        await exchanged(wire, "".join(message).encode())
        known.update((each.name, None) for each in lacking)


async def _told(wire: Wire, batch: Batch) -> list[Rows]:
    found = await exchanged(wire, batch.message)
    return [found[place] for place in batch.places]


def _by_way(parts: Sequence[Part]) -> list[tuple[Way, dict[str, dict[str, None]]]]:
    """What is asked of rows, sorted by how it is planned and then by the tenants that are open to it."""
    found: dict[Way, dict[str, dict[str, None]]] = {}
    for part in parts:
        for statement, text in part.questions:
            found.setdefault(statement.way, {}).setdefault(part.tenants, {})[text] = None
    return [(way, found[way]) for way in _WAYS if way in found]


@lru_cache(SCOPES_MAX)
def opened_to(tenants: tuple[TenantId, ...]) -> str:
    """What opens the rows of these, and of no other."""
    return f"SET LOCAL sua.tenants = {literal(','.join(map(in_a_list, tenants)))};"


def _opened_to_register(directories: Sequence[DirectoryId]) -> str:
    return f"SET LOCAL sua.directory = {literal(','.join(map(in_a_list, directories)))};"


@lru_cache(STATEMENTS_MAX)
def _statement(text: str, names: tuple[str, ...], types: tuple[type, ...]) -> _Statement:
    order: list[str] = []
    unnamed = count()

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] or str(next(unnamed))
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    query, of_type = _PLACEHOLDER.sub(number, text), dict(zip(names, types, strict=True))
    said = ", ".join(_TYPES.get(of_type[name], "unknown") for name in order)
    form = f"{f' ({said})' if said else ''} AS {query};"
    name = f"sua_{hashlib.sha256(form.encode()).hexdigest()[:32]}"
    return _Statement(name, f"PREPARE {name}{form}", tuple(order), Way.of(text))


def _asked(question: Question) -> _Asked:
    query, parameters = question
    statement = _statement(query, tuple(parameters), tuple(map(type, parameters.values())))
    if not statement.order:
        return statement, f"EXECUTE {statement.name};"
    values = literals([parameters[name] for name in statement.order])
    return statement, f"EXECUTE {statement.name} ({values});"
