"""The GraphQL door: refuse what is odd, learn who asks, run the document in one snapshot of the database.

The order matters. Nothing of a stranger's body is read before the token is good; nothing looks at a document before
its cost is known; no connection is borrowed before the document is valid; nothing kept is shown before the database
has said what the asker may see now.
"""

import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial
from typing import Any

import msgspec
import orjson
from graphql import DocumentNode, OperationType, get_operation_ast
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from app.auth.callers import Callers
from app.auth.pseudonyms import Pseudonyms
from app.auth.tokens import Claims
from app.auth.viewer import Grants, NoGrants, Role, Viewer, viewer_of
from app.clock import Clock
from app.commands.desk import Desk
from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.graphql import entry, http, live_stream, measured
from app.graphql.answers import Answers, Kept, Rights, key_of
from app.graphql.assessments import Assessments
from app.graphql.awaited import heads_below, reached
from app.graphql.compiled.batch import Batches
from app.graphql.compiled.direct_reads import DirectReads, Left
from app.graphql.compiled.found import Terms
from app.graphql.compiled.plans import Plan, Plans
from app.graphql.compiled.reads import CompiledReads
from app.graphql.context import Asked
from app.graphql.documents import NO_OPERATION, QUERY, SUBSCRIPTION, Documents
from app.graphql.door_settings import DoorSettings
from app.graphql.errors import described, known, masked, of_execution
from app.graphql.http import Asking
from app.graphql.live import Live
from app.graphql.live_parts import Parts, executed_whole, wants_parts
from app.graphql.live_socket import LiveSocket
from app.graphql.lookout import Lookout
from app.graphql.pace import Pace
from app.graphql.paging import Cursors
from app.graphql.persisted import Persisted, PersistedQueryNotFound
from app.graphql.pool import GIVEN_BACK, SNAPSHOT, Db, ReadPool, TenantRegister
from app.graphql.schema import schema
from app.graphql.told import cost_told, heads_told, told_later
from app.graphql.unmasking import Unmasking
from app.projections import reading
from app.projections.heads import Head
from app.telemetry import bound
from app.telemetry.tracing import in_span, tracing

WAIT_SECONDS = 5.0


class _Ran(msgspec.Struct, frozen=True):
    """What came of a document: the answer's data as JSON (None: it never ran), errors as clients see them.

    `tag`: of the data, where it is known already.
    """

    data: bytes | None
    errors: list[dict[str, Any]]
    heads: Mapping[TenantId, Head]
    viewer: Viewer
    touched: Collection[TenantId]
    tag: str | None = None


class GraphQLDoor:
    """`POST /graphql`, and `GET` for questions."""

    def __init__(
        self,
        settings: DoorSettings,
        pool: ReadPool,
        callers: Callers,
        clock: Clock,
        grants: Grants | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._unmasking = Unmasking(desk)
        self._pool = pool
        self._callers = callers
        self._clock = clock
        self._grants = grants or NoGrants()
        self._documents = Documents(schema._schema, settings.limits, introspection=settings.introspection)
        self._persisted = Persisted(settings.trusted)
        self._pace = Pace(settings.requests_per_minute)
        self._answers = Answers(settings.answers_bytes)
        provider, batches = settings.provider_directory, Batches(settings.statement_timeout)
        self._lookout = Lookout(pool, provider, self._grants, batches, settings.look_seconds)
        self.live = Live(settings.live, pool, callers, provider, self._grants, self._persisted, self._pace, self._moved)
        self._cursors = Cursors(settings.secret)
        self._pseudonyms = Pseudonyms(settings.secret)
        self._assessments = Assessments()
        self._plans = Plans(schema)
        terms = Terms(provider, self._grants, clock, settings.limits, self._cursors, self._pseudonyms)
        self._direct = DirectReads(pool, terms, batches, settings.look_seconds)
        self._compiled = CompiledReads(pool, terms, batches)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        noted = measured.Noted()
        response = await self._respond(entry.Entering(scope, receive), noted)
        noted.answered(response)
        await response(scope, receive, send)

    async def _respond(self, request: Request, noted: measured.Noted) -> Response:
        media = http.LEGACY
        try:
            if request.method not in ("POST", "GET"):
                raise http.WrongMethod("Ask with POST or GET.")
            media, events_only = live_stream.media_of(request)
            claims = await self._callers.of(request)
            self._pace.take((claims.tid, claims.oid), entry.ticks())
            asking = await entry.read(request, self._settings.body)
            if events_only:
                answering = live_stream.heard(self.live, request, claims, asking)
            else:
                answering = self._answer(request, claims, asking, media, noted)
            if tracing():
                answering = in_span("graphql", request.headers.get("traceparent"), answering)
            with bound(directory=claims.tid):
                return await answering
        except SuaError as error:
            return http.refusal(error, media)
        except Exception as error:  # noqa: BLE001 - the last resort; logged by type and place, answered by trace id
            ours = known(error)
            if ours is not None:
                return http.refusal(ours, media)
            return http.answer({"errors": [masked(error)]}, media, 500)

    async def _answer(
        self, request: Request, claims: Claims, asking: Asking, media: str, noted: measured.Noted
    ) -> Response:
        unrun = 400 if media == http.RESPONSE else 200
        try:
            text = self._persisted.text_of(asking)
        except PersistedQueryNotFound as error:
            return http.answer({"errors": [described(error)]}, media, unrun)
        variables = asking.variables or {}
        prepared = self._documents.prepared(text, variables)
        told = cost_told(prepared.cost)
        if prepared.document is None:
            return http.answer({"errors": list(prepared.refusal), "extensions": told}, media, unrun)
        if asking.may_name:
            self._persisted.remember(asking)
        _, kind, document, lasting = prepared.meant(asking.operation_name)
        noted.chosen(kind)
        if kind == SUBSCRIPTION:
            return await live_stream.heard(self.live, request, claims, asking)
        asks = kind == QUERY
        if request.method == "GET" and not asks and kind != NO_OPERATION:
            raise http.AsksOnly("A GET only asks; send what changes something with POST.")
        recorded = prepared.personal and Role.SEE_PERSONS in claims.roles  # before the first byte, so answered whole
        if asks and not recorded and document is not prepared.document and wants_parts(request, text):
            begin = partial(self._asked, claims)
            later = partial(told_later, told, self._clock)
            return Parts(begin, prepared.document, asking, media, later, self._settings.live.send)
        key = key_of(text, asking.operation_name, variables) if lasting else None
        tenants, how = self._answers.tenants_of(key), measured.KEPT
        ran = None if tenants is None else await self._kept(claims, key, tenants)
        if ran is None and key is not None and self._settings.compiled:
            plan = self._plans.plan(text, document, asking.operation_name, variables)
            ran, how = await self._read(claims, plan, key), measured.COMPILED
        if ran is None:
            ran, how = await self._run(claims, document, variables, asking.operation_name, key), measured.RUN
        noted.how, noted.errors = how, bool(ran.errors)
        shown = ran.touched if prepared.personal and ran.data is not None else ()
        if unrecorded := self._unmasking.lacking(ran.viewer, shown):
            await self._unmasking.record(ran.viewer, unrecorded)
        told |= heads_told(ran.heads, self._clock.now())
        if ran.data is None:
            return http.answer({"errors": ran.errors, "extensions": told}, media, unrun)
        if ran.errors or not asks:
            return http.answer(http.body_of(ran.data, told, ran.errors), media)
        personal = Role.SEE_PERSONS in ran.viewer.roles
        return http.found(request, ran.data, told, media, ran.tag or http.tag_of(ran.data), personal=personal)

    async def _kept(self, claims: Claims, key: bytes | None, tenants: tuple[TenantId, ...]) -> _Ran | None:
        """The answer as it was given before, where it is still the answer; None: it has to be found."""
        if key is None:
            return None
        sight = await self._lookout.look(claims, tenants)
        kept = self._answers.found(key, Rights.of(sight.viewer), sight.heads, self._clock.now())
        return None if kept is None else _Ran(kept.data, [], sight.heads, sight.viewer, tenants, kept.tag)

    def _keep(self, key: bytes, data: bytes, asked: Asked, heads: Mapping[TenantId, Head]) -> str:
        """Keep an answer as long as it is true. Returns its tag."""
        tag = http.tag_of(data)
        if asked.asked_at < asked.until and self._answers.may_keep(data):
            tables = {tenant: head.tables for tenant, head in heads.items()}
            self._answers.keep(key, Kept(data, tag, Rights.of(asked.viewer), tables, asked.asked_at, asked.until))
        return tag

    async def _read(self, claims: Claims, plan: Plan | None, key: bytes) -> _Ran | None:
        """The answer by a plan, in one round trip; None: there is no plan, or something is odd. `_run` tells then."""
        if plan is None:
            return None
        try:
            found = None if plan.direct is None else await self._direct.found(claims, plan.direct, plan.variables)
        except Left:
            return None
        found = found or await self._compiled.found(claims, plan, key)
        if found is None:
            return None
        if found.asked.at_least:
            self._moved()
        tag = self._keep(key, found.data, found.asked, found.heads)
        return _Ran(found.data, [], found.heads, found.asked.viewer, found.asked.touched, tag)

    async def _run(
        self,
        claims: Claims,
        document: DocumentNode,
        variables: dict[str, Any],
        operation: str | None,
        key: bytes | None,
    ) -> _Ran:
        """Run it; where it asks for a position not tabulated yet, wait for that and run it again in a new snapshot.

        A mutation is run once, whatever it asks for. `key`: where an answer may be kept.
        """
        chosen = get_operation_ast(document, operation)
        once = chosen is not None and chosen.operation is OperationType.MUTATION
        until = entry.ticks() + WAIT_SECONDS
        while True:
            async with self._asked(claims) as asked:
                result = await executed_whole(document, asked, variables, operation)
                heads = await heads_below(asked, result)
            if once or not asked.behind or not await reached(self._pool, self._clock, asked.behind, until):
                break
        if once or asked.at_least:  # who waited for a position asks next to see what it brought
            self._moved()
        errors = [of_execution(error) for error in result.errors or ()]
        never_ran = result.data is None and not any(error.path for error in result.errors or ())
        data = None if never_ran else orjson.dumps(result.data)
        tag = self._keep(key, data, asked, heads) if key is not None and data is not None and not errors else None
        return _Ran(data, errors, heads, asked.viewer, asked.touched, tag)

    def _moved(self, tenant: TenantId | None = None) -> None:
        """As `Lookout.forget`: what was seen does not stand any more."""
        self._lookout.forget(tenant)
        self._direct.forget()

    @contextlib.asynccontextmanager
    async def _asked(self, claims: Claims) -> AsyncIterator[Asked]:
        """The request with its viewer, in one read-only snapshot that sees the viewer's tenants and nothing else."""
        async with contextlib.AsyncExitStack() as held:
            viewer, db = await self._borrowed(held, claims)
            now, limits = self._clock.now(), self._settings.limits
            asked = Asked(viewer, db, now, limits, self._cursors, self._pseudonyms, self._assessments, self._desk)

            @contextlib.asynccontextmanager
            async def aside() -> AsyncIterator[None]:
                await held.aclose()
                asked.db = GIVEN_BACK
                yield
                _, asked.db = await self._borrowed(held, claims)

            asked.aside = aside
            yield asked

    async def _borrowed(self, held: contextlib.AsyncExitStack, claims: Claims) -> tuple[Viewer, Db]:
        """Who asks, and a connection in a snapshot of its own, for as long as `held` is."""
        db = await held.enter_async_context(self._pool.connection())
        register = TenantRegister(db)
        viewer = await viewer_of(claims, self._settings.provider_directory, register, self._grants)
        tenants = sorted(await register.seen(viewer.tenants))
        await held.enter_async_context(reading.scope(db, tenants, longest=self._settings.statement_timeout))
        await db.execute(SNAPSHOT)
        return viewer, db


def build_door(
    settings: DoorSettings,
    pool: ReadPool,
    callers: Callers,
    clock: Clock,
    grants: Grants | None = None,
    desk: Desk | None = None,
) -> list[BaseRoute]:
    """The routes of the door. `clock` is the clock facts are recorded by; tokens go by that of `callers`.

    `desk`: what mutations write through; without one the door only answers questions.
    """
    door = GraphQLDoor(settings, pool, callers, clock, grants, desk)
    return [Route("/graphql", door), WebSocketRoute("/graphql", LiveSocket(door.live).serve)]
