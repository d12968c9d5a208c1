"""What the socket and the event stream have in common: who listens, to what, how long, and the bytes they are told.

One answer is encoded once for everybody who asked it in the same words (`Frames`); per listener only an envelope is
put around it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, ClassVar
from uuid import UUID

import orjson
from graphql import DocumentNode, ExecutionResult, OperationType, get_operation_ast
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event
from starlette.requests import HTTPConnection
from strawberry.execution import optimized_is_awaitable

from app.auth.callers import Callers
from app.auth.tokens import Claims, TokenRefused
from app.auth.viewer import Forbidden, Grants, Viewer, viewer_of
from app.domain.errors import Refused, SuaError, Unavailable
from app.domain.ids import DirectoryId, TenantId
from app.graphql.documents import Documents
from app.graphql.errors import described, known, masked, of_execution
from app.graphql.http import Asking
from app.graphql.limits import Limits
from app.graphql.live_subscriptions import Listening
from app.graphql.live_tidings import Tidings
from app.graphql.pace import Pace
from app.graphql.persisted import Persisted
from app.graphql.pool import ReadPool, TenantRegister
from app.graphql.schema import schema


class WrongTransport(Refused):
    """Subscriptions are heard over a WebSocket or as an event stream; everything else is asked with a plain POST."""

    code: ClassVar[str] = "WRONG_TRANSPORT"


class TooManySubscriptions(Refused):
    """The viewer, or this socket, listens to as much as one may. Close others first."""

    code: ClassVar[str] = "TOO_MANY_SUBSCRIPTIONS"


class NotStarted(Exception):
    """A subscription that cannot begin. `errors`: why, ready to send."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("the subscription cannot begin")
        self.errors = errors


PROTOCOL = "graphql-transport-ws"
DOCUMENT = Limits(tokens=300, depth=4, aliases=10, fields=50)
"""A subscription's document runs again for every answer, so it may ask for much less than a question."""


@dataclass(frozen=True, slots=True)
class LiveTerms:
    """Lengths in seconds. `allowed_origins`: of pages elsewhere that may open a socket, as browsers write them.

    `recheck`: how often it is asked anew whether a listener may still see what it listens to.
    """

    allowed_origins: frozenset[str] = frozenset()
    per_viewer: int = 100
    per_socket: int = 20
    sockets_per_viewer: int = 20
    message_bytes: int = 65_536
    init: float = 5.0
    ping: float = 20.0
    heartbeat: float = 15.0
    send: float = 10.0
    recheck: float = 60.0


class Live:
    """One for a process: everybody who listens shares its poller."""

    def __init__(
        self,
        terms: LiveTerms,
        pool: ReadPool,
        callers: Callers,
        provider: DirectoryId | None,
        grants: Grants,
        persisted: Persisted,
        pace: Pace,
        moved: Callable[[TenantId], None] = lambda _: None,
    ) -> None:
        self.terms = terms
        self.tidings = Tidings(pool, moved)
        self._pool = pool
        self._callers = callers
        self._provider = provider
        self._grants = grants
        self._documents = Documents(schema._schema, DOCUMENT, introspection=False)
        self._persisted = persisted
        self._pace = pace
        self._taken: Counter[tuple[str, DirectoryId, UUID]] = Counter()

    async def known(self, connection: HTTPConnection, said: str | None) -> tuple[Claims, Listening]:
        """Who wants to listen. Raises what is wrong with the token, the session or the viewer."""
        claims = await self._callers.of(connection, said)
        return claims, await self.listening(claims)

    def pace(self, claims: Claims) -> None:
        """Count one request of the token's subject, whichever way it comes. Raises `RateLimited`."""
        self._pace.take((claims.tid, claims.oid), asyncio.get_running_loop().time())

    async def listening(self, claims: Claims) -> Listening:
        """The viewer with the tenants there are for them now. Raises `Forbidden` where that is none."""
        async with self._pool.connection() as db:
            register = TenantRegister(db)
            viewer = await viewer_of(claims, self._provider, register, self._grants)
            return Listening(viewer, await register.seen(viewer.tenants), self.tidings)

    async def payloads(self, listening: Listening, asking: Asking) -> AsyncGenerator[bytes, None]:
        """One execution result after the other, in JSON. Raises `NotStarted` first of all, if at all."""
        with self.place("subscription", listening.viewer, self.terms.per_viewer):
            text = self._persisted.text_of(asking)
            executor = self._executor(listening, asking, text)
            source = await _source(executor)
            key = (text, asking.operation_name or "", orjson.dumps(asking.variables).decode())
            async with aclosing(source):
                async for answer in source:
                    payload = answer.frames.get(key)
                    if payload is None:
                        result = execute_subscription_event(executor.build_per_event_executor(answer))
                        payload = orjson.dumps(_content(await result if isawaitable(result) else result))
                        answer.frames[key] = payload
                    yield payload

    def _executor(self, listening: Listening, asking: Asking, text: str) -> Executor[Any]:
        variables = asking.variables or {}
        prepared = self._documents.prepared(text, variables)
        if prepared.document is None:
            raise NotStarted(list(prepared.refusal))
        self._persisted.remember(asking)
        if not subscribes(prepared.document, asking.operation_name):
            raise WrongTransport("Only subscriptions run here; ask queries and mutations with a POST for JSON.")
        executor = Executor.build(
            schema._schema,
            prepared.document,
            context_value=listening,
            raw_variable_values=variables,
            operation_name=asking.operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        )
        if isinstance(executor, list):
            raise NotStarted([of_execution(error) for error in executor])
        return executor

    @contextmanager
    def place(self, what: str, viewer: Viewer, allowed: int) -> Iterator[None]:
        """One of the viewer's places for such things. Raises `TooManySubscriptions`."""
        whose = (what, viewer.directory, viewer.oid)
        if self._taken[whose] >= allowed:
            raise TooManySubscriptions(f"You have {allowed} of these open ({what}); close others first.")
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]

    async def ending(self, claims: Claims, running: Callable[[], Iterable[Listening]]) -> SuaError:
        """Wait until nobody may listen any more with these claims, or one of these is out of sight; returns why."""
        clock = asyncio.get_running_loop()
        until = clock.time() + self._callers.seconds_left(claims)
        while (left := until - clock.time()) > 0:
            await asyncio.sleep(min(left, self.terms.recheck))
            try:
                await self._callers.still(claims)
                seen = (await self.listening(claims)).tenants
            except Refused as error:
                return error
            except Exception as error:
                if not isinstance(known(error), Unavailable):
                    raise
                continue  # who may see what cannot be read now; nothing new is told meanwhile either
            if any(not each.subject <= seen for each in running()):
                return Forbidden("A tenant you listened to is out of your sight.")
        return TokenRefused("The token has expired; connect again with a new one.")


def subscribes(document: DocumentNode, operation: str | None) -> bool:
    chosen = get_operation_ast(document, operation)
    return chosen is not None and chosen.operation is OperationType.SUBSCRIPTION


def anew(listening: Listening) -> Listening:
    """The same viewer, for one more subscription."""
    return replace(listening, subject=frozenset())


def errors_of(error: Exception) -> list[dict[str, Any]]:
    """Why a subscription ended, ready to send."""
    if isinstance(error, NotStarted):
        return error.errors
    ours = known(error)
    return [masked(error) if ours is None else described(ours)]


async def _source(executor: Executor[Any]) -> AsyncGenerator[Any, None]:
    source = create_source_event_stream(executor)
    if isawaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        raise NotStarted([of_execution(error) for error in source.errors or ()])
    if not isinstance(source, AsyncGenerator):
        raise TypeError("a subscription's resolver returns an asynchronous generator")
    return source


def _content(result: ExecutionResult) -> dict[str, Any]:
    errors = [of_execution(error) for error in result.errors or ()]
    return {**({"errors": errors} if errors else {}), "data": result.data}
