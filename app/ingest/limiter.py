"""Graph's limits honoured by all workers together: the buckets stand in PostgreSQL and go by its clock.

A statement of its own takes slots, so nobody waits for another's transaction; a process that is killed gives nothing
back, which costs time only. Slots of wide limits are taken in batches and used from memory.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import ClassVar

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from app.domain.errors import Unavailable
from app.ingest.limits import Scope
from app.telemetry import count

QUEUE_S = 60.0
"""How far ahead slots are given away at most, however patient the one who asks."""

FORGOTTEN_AFTER = timedelta(hours=1)

_TAKE = """
    INSERT INTO graph_limits AS known (scope, taken_until)
    VALUES (%(scope)s, coalesce(%(at)s, now()) + %(cost)s)
    ON CONFLICT (scope) DO UPDATE
    SET taken_until = greatest(known.taken_until, coalesce(%(at)s, now())) + %(cost)s
    WHERE known.paused_until <= coalesce(%(at)s, now())
    AND greatest(known.taken_until, coalesce(%(at)s, now())) + %(cost)s <= coalesce(%(at)s, now()) + %(reach)s
    RETURNING extract(epoch FROM taken_until - %(room)s - coalesce(%(at)s, now()))::float8
"""

_WAIT = """
    SELECT extract(
        epoch FROM greatest(paused_until, taken_until + %(cost)s - %(room)s) - coalesce(%(at)s, now())
    )::float8
    FROM graph_limits WHERE scope = %(scope)s
"""

_PAUSE = """
    INSERT INTO graph_limits AS known (scope, taken_until, paused_until)
    SELECT name, now(), now() + %s FROM unnest(%s::text[]) AS scope (name) ORDER BY name
    ON CONFLICT (scope) DO UPDATE SET paused_until = greatest(known.paused_until, excluded.paused_until)
"""


class LimitsUnavailable(Unavailable):
    """The database that counts requests to Graph is away. Nothing is asked uncounted."""

    code: ClassVar[str] = "LIMITS_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Answer:
    """Granted: the slot is the asker's after `wait_s`. Not granted: ask again after `wait_s`; nothing was taken."""

    granted: bool
    wait_s: float


@dataclass(slots=True)
class _Stock:
    """Slots taken and not used yet; times of this process's monotonic clock."""

    left: int
    ready_at: float
    lost_at: float


class Limiter:
    """For one process, all of its threads and event loops. `pool`: as sua_writer."""

    def __init__(self, pool: ConnectionPool[Connection], pace: float = 1.0) -> None:
        self._pool = pool
        self._pace = pace
        self._lock = Lock()
        self._stocks: dict[str, _Stock] = {}
        self._takers: dict[str, Lock] = {}

    async def admit(self, scopes: Sequence[Scope], patience_s: float) -> Answer:
        """Take a slot of each scope. One that would come free only after `patience_s` is not taken.

        Slots of the others are then lost, which costs time only. Raises LimitsUnavailable.
        """
        wait_s = 0.0
        for scope in scopes:
            answer = self._from_stock(scope)
            if answer is None:
                answer = await asyncio.to_thread(self._from_database, scope, patience_s)
            if not answer.granted:
                count("graph.limited")
                return answer
            wait_s = max(wait_s, answer.wait_s)
        return Answer(granted=True, wait_s=wait_s)

    async def pause(self, scopes: Sequence[Scope], seconds: float) -> None:
        """Nobody is admitted to these scopes for so long; slots another process has in memory end within KEPT_S."""
        with self._lock:
            for scope in scopes:
                self._stocks.pop(scope.name, None)
        await asyncio.to_thread(self._pause, [scope.name for scope in scopes], seconds)

    def _from_stock(self, scope: Scope) -> Answer | None:
        now = monotonic()
        with self._lock:
            stock = self._stocks.get(scope.name)
            if stock is None or stock.lost_at <= now:
                return None
            stock.left -= 1
            if stock.left == 0:
                del self._stocks[scope.name]
            return Answer(granted=True, wait_s=max(0.0, stock.ready_at - now))

    def _from_database(self, scope: Scope, patience_s: float) -> Answer:
        if scope.limit.batch == 1:
            return self._taken(scope, patience_s)
        with self._taker(scope.name):  # so that threads that find the stock empty together take one batch and not each
            return self._from_stock(scope) or self._taken(scope, patience_s)

    def _taken(self, scope: Scope, patience_s: float) -> Answer:
        asked_at = monotonic()
        with self._database() as db:
            answer = take(db, scope, patience_s, self._pace)
        if answer.granted and scope.limit.batch > 1:
            ready_at = asked_at + answer.wait_s
            with self._lock:
                self._stocks[scope.name] = _Stock(scope.limit.batch - 1, ready_at, ready_at + scope.limit.kept_s)
        return answer

    def _taker(self, name: str) -> Lock:
        with self._lock:
            return self._takers.setdefault(name, Lock())

    def _pause(self, names: list[str], seconds: float) -> None:
        with self._database() as db:
            db.execute(_PAUSE, (timedelta(seconds=seconds), names))

    @contextmanager
    def _database(self) -> Iterator[Connection]:
        try:
            with self._pool.connection() as db:
                yield db
        except OperationalError as error:  # PoolTimeout among them
            raise LimitsUnavailable(f"The limits of Graph cannot be counted: {type(error).__name__}.") from error


def take(db: Connection, scope: Scope, patience_s: float, pace: float = 1.0, at: datetime | None = None) -> Answer:
    """Take one batch of a scope's slots, or nothing. `at`: instead of the database's own time."""
    limit = scope.limit
    interval_s = limit.interval_s(pace)
    room = timedelta(seconds=limit.burst * interval_s)
    queue = timedelta(seconds=min(max(patience_s, 0.0), QUEUE_S))
    cost = timedelta(seconds=limit.batch * interval_s)
    given = {"scope": scope.name, "cost": cost, "room": room, "reach": room + queue, "at": at}
    row = db.execute(_TAKE, given, prepare=True).fetchone()
    if row is not None:
        return Answer(granted=True, wait_s=max(0.0, row[0]))
    row = db.execute(_WAIT, given).fetchone()
    return Answer(granted=False, wait_s=max(interval_s, row[0] if row is not None else 0.0))


def forget_idle(db: Connection) -> int:
    """Delete buckets that have long been full: they begin full. Returns how many."""
    query = "DELETE FROM graph_limits WHERE greatest(taken_until, paused_until) < now() - %s"
    return db.execute(query, (FORGOTTEN_AFTER,)).rowcount
