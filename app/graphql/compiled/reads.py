"""A question answered in one round trip: gone through on paper, asked all at once, gone through again.

Every attempt is a whole one: rights, moment, rows and heads come from one batch, which is one snapshot. One that came
to ask something else than the attempt before (what was remembered is out of date, or a row had to be known first) is
asked again from the beginning. Whatever is odd is left to the general way, which also tells it as an error.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

import orjson
import psycopg
import psycopg_pool
from graphql import GraphQLError

from app.auth.tokens import Claims
from app.auth.viewer import Viewer, viewer_of
from app.domain.errors import SuaError
from app.graphql.answers import KEPT_FOR
from app.graphql.assessments import Assessments
from app.graphql.compiled.batch import Batch, Batches, Scope
from app.graphql.compiled.exchange import lent
from app.graphql.compiled.found import Found, Terms, left
from app.graphql.compiled.plans import Plan
from app.graphql.compiled.script import Answer, Key, Remembered, Script, is_of_register
from app.graphql.compiled.showing import Run
from app.graphql.pool import ReadPool
from app.projections.heads import heads_of
from app.projections.reading import Question

ATTEMPTS: Final = 8
"""Where nothing is remembered, batches of the rights alone, of the tenant, of the moment, of the page, of what it holds
and of what that is called follow each other. What needs more hangs on itself too much to be read this way.
"""

REMEMBERED_MAX: Final = 1_000
"""Requests whose questions are remembered."""

_Place: TypeAlias = tuple[bytes, str, str, tuple[str, ...]]
"""A request and who sends it."""


@dataclass(slots=True)
class _Asking:
    """What one going through came to ask, and what had to be open for it. `batch`: of these, once it was asked.

    `broken`: what broke though every answer was a true one.
    """

    scope: Scope
    questions: Mapping[Key, Question]
    broken: str | None = field(default=None, compare=False)
    batch: Batch | None = field(default=None, compare=False)


class _AskedBefore:
    """The questions of requests of the last minute: they are asked again at once, and gone through but once.

    No longer: a cursor may hold a name, and what a person's erasure took from the tables must leave memory too.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[_Place, tuple[_Asking, float]] = OrderedDict()

    def found(self, place: _Place) -> _Asking | None:
        begun = _ticks() - KEPT_FOR.total_seconds()
        while self._known and next(iter(self._known.values()))[1] < begun:
            self._known.popitem(last=False)
        known = self._known.get(place)
        return None if known is None else known[0]

    def keep(self, place: _Place, asking: _Asking) -> None:
        self._known[place] = (asking, _ticks())
        self._known.move_to_end(place)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)


def _ticks() -> float:
    """The event loop's own clock, for lengths of time only."""
    return asyncio.get_running_loop().time()


class CompiledReads:
    def __init__(self, pool: ReadPool, terms: Terms, batches: Batches) -> None:
        self._pool = pool
        self._terms = terms
        self._batches = batches
        self._remembered = Remembered()
        self._asked_before = _AskedBefore()

    async def found(self, claims: Claims, plan: Plan, key: bytes) -> Found | None:
        """The answer; None: it has to be found in the general way. `key`: of the request, whoever sends it."""
        place = (key, claims.tid, claims.oid, tuple(claims.roles))
        asking = self._asked_before.found(place)
        if asking is None:
            _, asking = await self._gone_through(claims, plan, {})
        for _ in range(ATTEMPTS):
            try:
                answers = await self._answers(asking)
            except psycopg_pool.PoolTimeout:
                raise
            except (psycopg.Error, TypeError) as error:
                left(type(error).__name__)
                return None
            self._remembered.keep(answers)
            before = asking
            found, asking = await self._gone_through(claims, plan, answers)
            if asking == before:
                self._asked_before.keep(place, before)
                if asking.broken is not None:
                    left(asking.broken)
                return found
        left("ATTEMPTS")
        return None

    async def _answers(self, asking: _Asking) -> Mapping[Key, Answer]:
        of_register = [key for key in asking.questions if is_of_register(key)]
        others = [key for key in asking.questions if not is_of_register(key)]
        if asking.batch is None:
            register, questions = ([asking.questions[key] for key in keys] for keys in (of_register, others))
            asking.batch = self._batches.batch(asking.scope, register, questions)
        async with lent(self._pool) as wire:
            found = await self._batches.answers(wire, asking.batch)
        return dict(zip([*of_register, *others], map(Answer, found), strict=True))

    async def _gone_through(
        self, claims: Claims, plan: Plan, answers: Mapping[Key, Answer]
    ) -> tuple[Found | None, _Asking]:
        """The answer, if all it follows from is among these answers and nothing is odd; and what it asks for."""
        script = Script(answers, self._remembered)
        viewer: Viewer | None = None
        found: Found | None = None
        broken: str | None = None
        try:
            viewer = await viewer_of(claims, self._terms.provider, script, self._terms.grants)
            db = cast("psycopg.AsyncConnection[Any]", script)
            asked = self._terms.asked(viewer, db, Assessments(), self._terms.clock.now())
            data = await plan.selection.shown_later(Run(asked, plan.variables, lambda: script.true), None)
            heads = await heads_of(db, sorted(asked.touched))
            if script.true:
                found = Found(orjson.dumps(data), heads, asked)
        except (SuaError, GraphQLError):
            pass  # a refusal, or what an untrue answer leads to: the general way tells it, with its path
        except Exception as error:  # noqa: BLE001 - on an untrue answer it means nothing, on a true one it is told here
            broken = type(error).__name__ if script.true else None
        tenants = () if viewer is None else script.tenants(viewer)
        return found, _Asking(Scope(script.directories, tenants), script.questions, broken)
