"""Looks that somebody rests on are taken again before they end, all in one message, by nobody's request.

Else some request would have to ask for each of them, ten times a second for every customer with people at work: a
third of what look-ups cost. A look that nobody rests on any more ends a few renewals later, and then nothing is asked.
"""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from time import monotonic
from typing import Final, cast

import psycopg

from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches, Part, Scope
from app.graphql.compiled.leading import SupposedStanding, SupposedTenants, SupposedUnmoved
from app.graphql.compiled.looks import Look, Looks
from app.graphql.pool import ReadPool, changed
from app.projections.heads import moved

ROUNDS: Final = 4
"""In the time a look stands. Each renews what is in the second half of it."""

TOGETHER_MAX: Final = 64
"""Looks in one message: row-level security compares each row with each of them."""


class Renewal:
    """Goes round only while looks stand, so it ends by itself when nobody asks any more."""

    def __init__(self, pool: ReadPool, batches: Batches, looks: Looks) -> None:
        self._pool = pool
        self._batches = batches
        self._looks = looks
        self._timer: asyncio.TimerHandle | None = None
        self._round: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Somebody looked."""
        if self._timer is None and self._looks.seconds:
            seconds = self._looks.seconds / ROUNDS
            self._timer = asyncio.get_running_loop().call_later(seconds, self._go_round)

    def _go_round(self) -> None:
        self._timer = None
        if self._round is None:
            due = self._looks.due()
            if due:
                self._round = asyncio.create_task(self._renew(due), context=Context())  # of nobody's request
        if len(self._looks):
            self.wake()

    async def _renew(self, due: Sequence[Look]) -> None:
        """Where that fails, the looks end, and who asks next is told why."""
        try:
            for first in range(0, len(due), TOGETHER_MAX):
                await self._look(due[first : first + TOGETHER_MAX])
        except psycopg.Error:
            pass
        finally:
            self._round = None

    async def _look(self, looks: Sequence[Look]) -> None:
        """What is still as it was seen stands on; what is not ends, and who asks next sees what is so now."""
        rights = {_directory(each): each for each in looks if isinstance(each.question, SupposedTenants)}
        standings = {_tenant(each): each for each in looks if _is_standing(each)}
        register = [changed({directory: each.answer for directory, each in rights.items()})] if rights else []
        questions = [moved({tenant: each.answer.head for tenant, each in standings.items()})] if standings else []
        if not register and not questions:
            return
        began = monotonic()
        part = Part.of(Scope(tuple(rights), tuple(standings)), register, questions)
        found = [{each for (each,) in rows} for rows in await self._batches.alone(self._pool, part)]
        for these, others in ((rights, found[:1]), (standings, found[-1:])):
            for subject, look in these.items():
                if subject in others[0]:
                    self._looks.end(look)
                else:
                    self._looks.renew(look, began)


def _directory(look: Look) -> DirectoryId:
    return cast("SupposedTenants", look.question).directory


def _tenant(look: Look) -> TenantId:
    return cast("SupposedStanding | SupposedUnmoved", look.question).tenant


def _is_standing(look: Look) -> bool:
    """Of what is known by now. What was known once is asked for by few."""
    question = look.question
    return isinstance(question, SupposedUnmoved) or (
        isinstance(question, SupposedStanding) and question.known_at is None
    )
