"""Looks that somebody rests on are taken again before they end, all in one message, by nobody's request.

Else some request would have to ask for each of them, ten times a second for every customer with people at work: a
third of what look-ups cost. A look that nobody rests on any more ends a few renewals later, and then nothing is asked.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextvars import Context
from time import monotonic
from typing import Final

from app import telemetry
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches, Part, Scope
from app.graphql.compiled.leading import SupposedStanding, SupposedTenants, SupposedUnmoved
from app.graphql.compiled.looks import Look, Looks
from app.graphql.pool import ReadPool, changed
from app.projections.heads import moved

ROUNDS: Final = 4
"""In the time a look stands."""

ANSWER_SECONDS: Final = 1.0
"""How long PostgreSQL has at least; who asks meanwhile does not wait for it."""

PAUSE_SECONDS: Final = 1.0
"""After a round that failed."""

_ROUND_SECONDS_MIN: Final = 0.01

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
        self._failed = False

    def wake(self, seconds: float = 0.0) -> None:
        """Somebody looked. `seconds`: when the next round is, at the earliest."""
        if self._timer is None and self._looks.seconds:
            seconds = max(seconds, self._looks.seconds / ROUNDS, _ROUND_SECONDS_MIN)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._go_round, context=Context())

    def _go_round(self) -> None:
        """In a context of its own: it is of nobody's request."""
        self._timer = None
        if self._failed:
            self._failed = False
            self.wake(PAUSE_SECONDS)
            return
        due = [each for each in self._looks.due() if _is_renewed(each)]
        if due and self._round is None:
            self._round = asyncio.create_task(self._renew(due))
        if len(self._looks):
            self.wake()

    async def _renew(self, due: Sequence[Look]) -> None:
        """Where that fails, the looks end, and requests look themselves."""
        try:
            for first in range(0, len(due), TOGETHER_MAX):
                async with asyncio.timeout(max(self._looks.seconds, ANSWER_SECONDS)):
                    await self._look(due[first : first + TOGETHER_MAX])
        except Exception as error:  # noqa: BLE001 - nobody waits for it, so nobody else would tell
            self._failed = True
            telemetry.count("graphql.renewal_failed")
            telemetry.say("graphql.renewal_failed", logging.WARNING, error=type(error).__name__)
        finally:
            self._round = None

    async def _look(self, looks: Sequence[Look]) -> None:
        """What is still as it was seen stands on; what is not ends, and who asks next sees what is so now."""
        rights: dict[DirectoryId, Look] = {}
        standings: dict[TenantId, Look] = {}
        for each in looks:
            if isinstance(each.question, SupposedTenants):
                rights[each.question.directory] = each
            elif isinstance(each.question, _OF_STANDING):
                standings[each.question.tenant] = each
        register = [changed({directory: each.answer for directory, each in rights.items()})] if rights else []
        questions = [moved({tenant: each.answer.head for tenant, each in standings.items()})] if standings else []
        began = monotonic()
        part = Part.of(Scope(tuple(rights), tuple(standings)), register, questions)
        found = [{each for (each,) in rows} for rows in await self._batches.alone(self._pool, part)]
        asked: list[Mapping[DirectoryId, Look] | Mapping[TenantId, Look]] = [
            each for each in (rights, standings) if each
        ]
        for these, others in zip(asked, found, strict=True):
            for subject, look in these.items():
                if others and subject in others:
                    self._looks.end(look)
                else:
                    self._looks.renew(look, began)


_OF_STANDING = (SupposedStanding, SupposedUnmoved)
_OF_NOW = (SupposedTenants, SupposedUnmoved)


def _is_renewed(look: Look) -> bool:
    """Rights, and standings by what is known by now. What was known once is asked for by few."""
    question = look.question
    if isinstance(question, _OF_NOW):
        return True
    return isinstance(question, SupposedStanding) and question.known_at is None
