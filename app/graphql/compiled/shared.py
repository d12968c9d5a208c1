"""Questions of several requests in one message: those that come while others are under way are sent together next.

Nothing waits for others to come: whoever finds no message under way, or but few, sends at once. What waits is taken
along by whoever has been answered. A message costs the web process and PostgreSQL about as much as a look-up of one
user does, so the more there is to do, the less of it each request pays (docs/decisions/compiled-reads.md).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import msgspec
import psycopg
import psycopg_pool

from app.graphql.compiled.batch import Batches, LookOver, Part
from app.graphql.compiled.exchange import Kept, Lease
from app.graphql.compiled.found import left
from app.graphql.compiled.showing import Rows
from app.graphql.pool import ReadPool

LANES: Final = 1
"""Messages under way before others wait."""

PATIENCE_SECONDS: Final = 0.005
"""After that without a message more, who waits is sent on another connection: those under way are no short ones."""

LANES_MAX: Final = 8
LONG_PATIENCE_SECONDS: Final = 0.1
"""The same, where so many are under way: more at once make none of them faster. Beyond the pool, the pool refuses."""

WEIGHT_MAX: Final = 32
"""What one message holds at most, in look-ups of a user: it is answered when the last of its statements is."""

FEW: Final = 3
"""A message takes half of those who wait, and at least so many: while PostgreSQL answers it the last ones are told and
others read. All at once would leave one of the two idle (docs/decisions/compiled-reads.md). Where one takes long, the
next takes all.
"""


class _Waiting(msgspec.Struct, eq=False):
    """A request whose questions are to be sent. `answer`: None: the message failed, nobody knows by whose question.

    `message`: what it was sent with.
    """

    part: Part
    weight: int
    answer: asyncio.Future[list[Rows] | None]
    message: "_Message | None" = None


class _Message(msgspec.Struct, eq=False):
    """`carrier`: the task that waits for it; None: it was answered, or is broken off already."""

    requests: Sequence[_Waiting]
    carrier: "asyncio.Task[None] | None"

    def leave(self) -> None:
        """One of its requests was broken off. The message is, too, if it was the last."""
        if self.carrier is not None and all(each.answer.cancelled() for each in self.requests):
            self.carrier.cancel()
            self.carrier = None


@dataclass(slots=True)
class Shared:
    """The messages that requests share. Tasks of its own live only as long as some request waits."""

    pool: ReadPool
    batches: Batches
    rests: bool = True
    _under_way: int = 0
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _carriers: set[asyncio.Task[None]] = field(default_factory=set)
    _impatience: asyncio.Handle | None = None
    _kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self._kept = Kept(self.pool, rests=self.rests)

    async def answers(self, part: Part, weight: int = 1) -> list[Rows]:
        """The rows in the order of the part's questions, all from one snapshot. Raises what asking it alone does."""
        if self._under_way < LANES and not self._waiting:
            return await self._at_once(part)
        request = _Waiting(part, weight, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._impatience is None:
            self._watch()
        try:
            found = await request.answer
        except asyncio.CancelledError:
            if request.message is not None:
                request.message.leave()
            raise
        return await self.batches.alone(self.pool, part) if found is None else found

    async def _at_once(self, part: Part) -> list[Rows]:
        self._under_way += 1
        try:
            async with self._kept.lease() as lease:
                return await self.batches.by_lease(lease, part)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        """A message is done: what waits is the next, unless more than usual are under way."""
        self._forget_broken_off()
        if self._waiting and self._under_way <= LANES:
            self._start()
        else:
            self._under_way -= 1

    def _start(self) -> None:
        carrier = asyncio.create_task(self._carry(), context=Context())  # what it logs is of none of the requests
        self._carriers.add(carrier)
        carrier.add_done_callback(self._carriers.discard)

    async def _carry(self) -> None:
        try:
            async with self._kept.lease() as lease:
                await self._carry_all(lease)
        finally:
            self._go_on()

    async def _carry_all(self, lease: Lease) -> None:
        """By itself, so that nobody's rows are held while the connection goes back."""
        while taken := self._taken():
            await self._send(_Message(taken, asyncio.current_task()), lease)
            if self._under_way > LANES:
                break

    def _taken(self) -> list[_Waiting]:
        weight, taken = 0, list[_Waiting]()
        self._forget_broken_off()
        waiting = len(self._waiting)
        most = max(FEW, waiting // 2) if self._under_way <= LANES else waiting
        while self._waiting and len(taken) < most:
            if taken and weight + self._waiting[0].weight > WEIGHT_MAX:
                break
            taken.append(self._waiting.popleft())
            weight += taken[-1].weight
            self._forget_broken_off()
        self._calm()
        self._watch()
        return taken

    def _forget_broken_off(self) -> None:
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()

    async def _send(self, message: _Message, lease: Lease) -> None:
        """Tell each request its rows. Where the message fails, each is to ask again by itself, for its own error; but
        what took too long once would again.
        """
        requests = message.requests
        for each in requests:
            each.message = message
        try:
            wire = await lease.wire()
            standing = [each for each in requests if each.part.stands()]
            found = iter(await self.batches.answers(wire, self.batches.together([each.part for each in standing])))
            message.carrier = None
            for each in standing:
                _tell(each, list(islice(found, len(each.part))))
            if len(standing) < len(requests):
                _refuse_all(requests, LookOver())
        except (psycopg_pool.PoolTimeout, psycopg.errors.QueryCanceled) as error:
            _refuse_all(requests, error)
        except asyncio.CancelledError:
            for each in requests:
                each.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again where the guilty one asks by itself
            if not isinstance(error, psycopg.Error):  # a fault of the sharing, which nobody would see alone
                left(type(error).__name__)
            for each in requests:
                _tell(each, None)
        finally:
            message.carrier = None
            for each in requests:  # else the two name each other, and their rows would stay for the collector
                each.message = None

    def _watch(self) -> None:
        """Somebody waits, or nobody does any more."""
        if self._waiting and self._impatience is None:
            patience = PATIENCE_SECONDS if self._under_way < LANES_MAX else LONG_PATIENCE_SECONDS
            self._impatience = asyncio.get_running_loop().call_later(patience, self._lose_patience)
        elif not self._waiting:
            self._calm()

    def _calm(self) -> None:
        """It goes on: who still waits waits no longer than a message takes."""
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _lose_patience(self) -> None:
        """After those who were answered meanwhile went on: it may be this process that takes long, not a message."""
        self._impatience = asyncio.get_running_loop().call_soon(self._send_more)

    def _send_more(self) -> None:
        self._impatience = None
        if self._waiting:
            self._under_way += 1
            self._start()
        self._watch()


def _tell(request: _Waiting, rows: list[Rows] | None) -> None:
    if not request.answer.done():
        request.answer.set_result(rows)


def _refuse_all(requests: Sequence[_Waiting], error: Exception) -> None:
    """Each that was told nothing is told such an error of its own."""
    for each in requests:
        if not each.answer.done():
            each.answer.set_exception(type(error)(*error.args))
