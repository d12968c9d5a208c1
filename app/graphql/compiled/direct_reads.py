"""A direct document answered: all it asks for and all it follows from, but for what was just seen, in one message
(decision: compiled reads).
"""

from collections.abc import Coroutine, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final, cast

import orjson
import psycopg
import psycopg_pool
from graphql import GraphQLError
from graphql.execution.values import VariableValues

from app.auth.tokens import Claims
from app.auth.viewer import viewer_of
from app.domain.errors import SuaError
from app.graphql.assessments import Assessments
from app.graphql.compiled.batch import Batches, LookOver
from app.graphql.compiled.direct import Asking, Direct, Ground, Views
from app.graphql.compiled.found import Found, Terms, left
from app.graphql.compiled.grounds import Grounds
from app.graphql.compiled.lanes import Among, Share
from app.graphql.compiled.renewal import Renewal
from app.graphql.compiled.shared import Shared
from app.graphql.compiled.showing import NotDirect, Rows, Run
from app.graphql.compiled.supposed import Memory, Paper, Unknown, asked_with, part_of
from app.graphql.pool import ReadPool
from app.projections.reading import Question

ATTEMPTS: Final = 8
"""Rights, tenant, standing, the tenant then, the rows follow each other where nothing is known; and some more, where
facts come in meanwhile.
"""

_NOBODY: Final = cast("psycopg.AsyncConnection[Any]", None)
"""In place of a connection: nothing is asked over it."""

_NONE: Final = Assessments()
"""In place of assessments: nothing is judged here."""


class Left(Exception):
    """Left to the general way, which tells it with its path where it is an error."""


def _left(error: Exception) -> Left:
    """A refusal is nothing odd; what broke here is told, for nobody would see it."""
    if not isinstance(error, SuaError | GraphQLError):
        left(type(error).__name__)
    return Left()


class DirectReads:
    """`look_seconds`: how long what was seen of rights and standings is taken for true. `rests`: whether a connection
    may rest between messages; else it is back when an answer is told.
    """

    def __init__(
        self, pool: ReadPool, terms: Terms, batches: Batches, look_seconds: float = 0.0, *, rests: bool = True
    ) -> None:
        self._pool = pool
        self._terms = terms
        self._batches = batches
        self._shared = {among: Shared(pool, batches, rests) for among in Among}
        self._memory = Memory(look_seconds)
        self._views = Views()
        self._grounds = Grounds()
        self._renewal = Renewal(pool, batches, self._memory.looks)
        self.forget = self._memory.looks.forget

    async def found(self, claims: Claims, plan: Direct, variables: VariableValues) -> Found | None:
        """The answer; None: it has to be compiled. Raises Left where only the general way can tell what is wrong."""
        came_at = monotonic()
        for _ in range(ATTEMPTS):
            paper = Paper(self._memory, came_at=came_at)
            asking: Asking | None = None
            try:
                now = self._terms.clock.now()
                known = self._grounds.found(claims, plan, variables, paper, now)
                ground = known or await self._ground(claims, plan, variables, paper, now)
                asking = plan.asking(ground, Run(self._terms.asked(ground.viewer, _NOBODY, _NONE, now), variables))
                questions = asking.questions
            except Unknown:
                questions = ()
            except NotDirect:
                return None
            except Exception as error:
                raise _left(error) from error
            try:
                answers = await self._answers(paper, questions, None if asking is None else asking.share)
            except LookOver:
                continue
            except psycopg_pool.PoolTimeout:
                raise
            except (psycopg.Error, TypeError) as error:
                raise _left(error) from error
            leading = len(paper.leading)
            if leading:
                self._renewal.wake()
            if not paper.true(answers[:leading]) or asking is None:
                continue
            try:
                data = orjson.dumps(asking.shown(answers[leading:]))
            except NotDirect:
                return None
            except Exception as error:
                raise _left(error) from error
            return Found(data, asking.heads(answers[:leading]), asking.asked)
        left("ATTEMPTS")
        return None

    def _answers(
        self, paper: Paper, questions: Sequence[Question], share: Share | None
    ) -> Coroutine[Any, Any, list[Rows]]:
        if share is None:
            return asked_with(self._pool, self._batches, paper, questions)
        return self._shared[share.among].answers(part_of(paper, questions), share.weight)

    async def _ground(
        self, claims: Claims, plan: Direct, variables: VariableValues, paper: Paper, now: datetime
    ) -> Ground:
        viewer = await viewer_of(claims, self._terms.provider, paper, self._terms.grants)
        run = Run(self._terms.asked(viewer, _NOBODY, _NONE, now), variables)
        ground = plan.ground(run, paper, self._views)
        self._grounds.keep(claims, plan, variables, paper, ground, now)
        return ground
