"""Whose turn it is to judge every customer there is: one request at a time, and none for longer than a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.graphql.errors import QuestionTooSlow

JUDGING_SECONDS = 15.0
"""How long a request may take to judge every customer, its wait for another that does so included."""

WAITING_MAX = 2
"""How many requests of a process may wait: each holds a connection meanwhile."""


class Turns:
    """Of one process."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the turn, and have it. Raises QuestionTooSlow once the time is over, or where too many wait."""
        if self._one_at_a_time.locked() and self._waiting >= WAITING_MAX:
            raise QuestionTooSlow("Several requests wait to put all customers in order; ask again in a moment.")
        limit = asyncio.timeout(JUDGING_SECONDS)
        try:
            async with limit:
                await self._come()
                try:
                    yield
                finally:
                    self._one_at_a_time.release()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise QuestionTooSlow("Too many customers to judge at once; ask again: those who were are kept.") from error

    async def _come(self) -> None:
        self._waiting += 1
        try:
            await self._one_at_a_time.acquire()
        finally:
            self._waiting -= 1
