"""The GraphQL door: refuse what is odd, learn who asks, run the document in one snapshot of the database.

The order matters. Nothing of a stranger's body is read before the token is good; nothing looks at a document before
its cost is known; no connection is borrowed before the document is valid.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, OperationType, execute, get_operation_ast
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send
from strawberry.execution import optimized_is_awaitable
from strawberry.http.ides import get_graphql_ide_html

from app.auth.pseudonyms import Pseudonyms
from app.auth.tokens import Claims, Verifier
from app.auth.viewer import Grants, NoGrants, viewer_of
from app.clock import Clock
from app.commands.desk import Desk
from app.domain.errors import SuaError
from app.domain.ids import DirectoryId, TenantId
from app.graphql import http
from app.graphql.assessments import Assessments
from app.graphql.context import Asked
from app.graphql.documents import Documents
from app.graphql.errors import known, masked, of_execution
from app.graphql.http import Asking, BodyLimits
from app.graphql.limits import Limits
from app.graphql.paging import Cursors
from app.graphql.pool import SNAPSHOT, ReadPool, TenantRegister
from app.graphql.schema import schema
from app.projections import reading

WAIT_SECONDS = 5.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """What the door needs to be told. `secret`: 32 bytes or more, for pseudonyms and cursors."""

    provider_directory: DirectoryId | None
    secret: bytes
    body: BodyLimits
    limits: Limits
    statement_timeout: timedelta


class GraphQLDoor:
    """`POST /graphql`; and for browsers, GraphiQL on `GET /graphql`."""

    def __init__(
        self,
        settings: DoorSettings,
        pool: ReadPool,
        verifier: Verifier,
        clock: Clock,
        grants: Grants | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._pool = pool
        self._verifier = verifier
        self._clock = clock
        self._grants = grants or NoGrants()
        self._documents = Documents(schema._schema, settings.limits)
        self._cursors = Cursors(settings.secret)
        self._pseudonyms = Pseudonyms(settings.secret)
        self._assessments = Assessments()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if http.wants_page(request):
            return HTMLResponse(get_graphql_ide_html(graphql_ide="graphiql"), headers={"cache-control": "no-cache"})
        media = http.LEGACY
        try:
            if request.method != "POST":
                raise http.WrongMethod("Ask with POST.")
            media = http.media_type(request)
            claims = await self._verifier.of_headers(request.headers.getlist("authorization"))
            asking = await http.read(request, self._settings.body)
            return await self._answer(claims, asking, media)
        except SuaError as error:
            return http.refusal(error, media)
        except Exception as error:  # noqa: BLE001 - the last resort; logged by type and place, answered by trace id
            ours = known(error)
            if ours is not None:
                return http.refusal(ours, media)
            return http.answer({"errors": [masked(error)]}, media, 500)

    async def _answer(self, claims: Claims, asking: Asking, media: str) -> Response:
        variables = asking.variables or {}
        prepared = self._documents.prepared(asking.query, variables)
        if prepared.document is None:
            return http.answer({"errors": list(prepared.refusal)}, media, 400 if media == http.RESPONSE else 200)
        result = await self._run(claims, prepared.document, variables, asking.operation_name)
        content: dict[str, Any] = {}
        if result.errors:
            content["errors"] = [of_execution(error) for error in result.errors]
        never_ran = result.data is None and not any(error.path for error in result.errors or ())
        if not never_ran:
            content["data"] = result.data
        return http.answer(content, media, 400 if never_ran and media == http.RESPONSE else 200)

    async def _run(
        self, claims: Claims, document: DocumentNode, variables: dict[str, Any], operation: str | None
    ) -> ExecutionResult:
        """Run it; where it asks for a position not tabulated yet, wait for that and run it again in a new snapshot.

        A mutation is run once, whatever it asks for.
        """
        chosen = get_operation_ast(document, operation)
        once = chosen is not None and chosen.operation is OperationType.MUTATION
        until = _ticks() + WAIT_SECONDS
        while True:
            async with self._asked(claims) as asked:
                found = execute(
                    schema._schema,
                    document,
                    context_value=asked,
                    variable_values=variables,
                    operation_name=operation,
                    is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
                )
                result = await found if isawaitable(found) else found
            if once or not asked.behind or not await self._reached(asked.behind, until):
                return result

    @contextlib.asynccontextmanager
    async def _asked(self, claims: Claims) -> AsyncIterator[Asked]:
        """The request with its viewer, in one read-only snapshot that sees the viewer's tenants and nothing else."""
        async with self._pool.connection() as db:
            register = TenantRegister(db)
            viewer = await viewer_of(claims, self._settings.provider_directory, register, self._grants)
            tenants = sorted(await register.seen(viewer.tenants))
            async with reading.scope(db, tenants, longest=self._settings.statement_timeout):
                await db.execute(SNAPSHOT)
                now, limits = self._clock.now(), self._settings.limits
                yield Asked(viewer, db, now, limits, self._cursors, self._pseudonyms, self._assessments, self._desk)

    async def _reached(self, wanted: dict[TenantId, int], until: float) -> bool:
        """Wait, in short looks of their own, until the tables have come that far. False: not in time."""
        while _ticks() < until:
            async with self._pool.connection() as db, reading.scope(db, sorted(wanted)):
                moments = [await reading.moment(db, each, None, None, self._clock.now()) for each in sorted(wanted)]
            if all(moment.position >= wanted[each] for moment, each in zip(moments, sorted(wanted), strict=True)):
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False


def _ticks() -> float:
    """The event loop's own clock, for lengths of waiting only."""
    return asyncio.get_running_loop().time()


def build_door(
    settings: DoorSettings,
    pool: ReadPool,
    verifier: Verifier,
    clock: Clock,
    grants: Grants | None = None,
    desk: Desk | None = None,
) -> list[BaseRoute]:
    """The routes of the door. `clock` is the clock facts are recorded by; tokens go by the verifier's own.

    `desk`: what mutations write through; without one the door only answers questions.
    """
    return [Route("/graphql", GraphQLDoor(settings, pool, verifier, clock, grants, desk))]
