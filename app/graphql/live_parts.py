"""Incremental delivery: what a query defers or streams comes as parts of `multipart/mixed`, as soon as it is found.

All parts come from the one snapshot the answer began in. They are found without waiting for the client, so that a slow
reader holds no connection of the database. Clients that do not ask for parts get the whole answer at once.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from inspect import isawaitable
from typing import Any, TypeAlias

import orjson
import psycopg
from graphql import (
    DocumentNode,
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.execution import optimized_is_awaitable

from app.domain.ids import TenantId
from app.graphql import http
from app.graphql.context import Asked
from app.graphql.errors import known, masked, of_execution
from app.graphql.live_stream import gone
from app.graphql.schema import schema
from app.projections.heads import Head, heads_of

Heads: TypeAlias = Mapping[TenantId, Head]

_OTHER_FORMS = ("deferspec=", "subscriptionspec=")
"""Parameters by which clients ask for an older form of the parts, or for something else."""
_HEADERS = [
    (b"content-type", b'multipart/mixed; boundary="-"'),
    (b"cache-control", b"private, no-store"),
    (b"vary", b"Accept, Authorization"),
    (b"x-accel-buffering", b"no"),
]
_PART = b"\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
_END = b"\r\n-----\r\n"


def wants_parts(request: Request, text: str) -> bool:
    """Whether the client of a document that defers something takes parts.

    One that waits for a position (`atLeast`) may have to be run again, so it is answered whole.
    """
    if "atLeast" in text:
        return False
    for accepted in request.headers.get("accept", "").lower().split(","):
        media, *parameters = (part.strip() for part in accepted.split(";"))
        if media == "multipart/mixed" and not any(each.startswith(_OTHER_FORMS) for each in parameters):
            return True
    return False


async def executed_whole(
    document: DocumentNode, asked: Asked, variables: dict[str, Any], operation: str | None
) -> ExecutionResult:
    """The answer of a document with nothing deferred."""
    result = await _executed(document, asked, variables, operation, OneByOne)
    if not isinstance(result, ExecutionResult):
        raise TypeError("a document that defers was to be answered whole")
    return result


class OneByOne(IncrementalExecutor):
    """Fields one after the other: they share one connection, so nothing is gained side by side.

    Side by side, a field that fails cancels the others, also those whose resolvers have not begun, which are then never
    awaited; and of two that fail it hangs on the database which one is told.
    """

    execute_fields = IncrementalExecutor.execute_fields_serially


async def _executed(
    document: DocumentNode,
    asked: Asked,
    variables: dict[str, Any],
    operation: str | None,
    executor: type[IncrementalExecutor] = IncrementalExecutor,
) -> ExecutionResult | ExperimentalIncrementalExecutionResults:
    """graphql-core's `execute` takes no schema that knows `@defer`; this one does, and costs the same."""
    found = experimental_execute_incrementally(
        schema._schema,
        document,
        context_value=asked,
        variable_values=variables,
        operation_name=operation,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        executor_class=executor,
    )
    return await found if isawaitable(found) else found


class Parts(Response):
    """`told`: makes `extensions` of how far the tables are. `send_seconds`: how long a part may take to be sent."""

    def __init__(
        self,
        begin: Callable[[], AbstractAsyncContextManager[Asked]],
        document: DocumentNode,
        asking: http.Asking,
        media: str,
        told: Callable[[Heads], Mapping[str, Any]],
        send_seconds: float,
    ) -> None:
        super().__init__()
        self._begin = begin
        self._document = document
        self._asking = asking
        self._media = media
        self._told = told
        self._send_seconds = send_seconds
        self._found: asyncio.Queue[bytes | Response | None] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        finding = asyncio.create_task(self._find())
        telling = asyncio.create_task(self._tell(scope, receive, send))
        going = asyncio.create_task(gone(receive))
        try:
            await asyncio.wait([telling, going], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (finding, telling, going):
                task.cancel()
            await asyncio.gather(finding, telling, going, return_exceptions=True)

    async def _find(self) -> None:
        began = False
        try:
            async with self._begin() as asked, aclosing(self._contents(asked)) as contents:
                async for content in contents:
                    began = True
                    await self._found.put(content)
        except Exception as error:  # noqa: BLE001 - answered by its code, or masked and logged
            ours = known(error)
            if not began and ours is not None:
                await self._found.put(http.refusal(ours, self._media))
            elif not began:
                await self._found.put(http.answer({"errors": [masked(error)]}, self._media, 500))
            else:
                shown = masked(error) if ours is None else {"message": str(ours), "extensions": {"code": ours.code}}
                await self._found.put(_part({"hasNext": False, "errors": [shown]}))
        await self._found.put(None)

    async def _contents(self, asked: Asked) -> AsyncGenerator[bytes | Response, None]:
        asking = self._asking
        result = await _executed(self._document, asked, asking.variables or {}, asking.operation_name)
        if isinstance(result, ExecutionResult):
            yield await self._at_once(asked, result)
            return
        async with aclosing(result.subsequent_results) as later:
            first = result.initial_result
            shown: dict[str, Any] = {**first.formatted, "extensions": await self._extensions(asked, first.errors)}
            yield _part(_with_errors(shown, first.errors))
            async for each in later:
                shown = dict(each.formatted)
                for name in ("incremental", "completed"):
                    pairs = zip(shown.get(name, ()), getattr(each, name) or (), strict=True)
                    if name in shown:
                        shown[name] = [_with_errors(dict(one), meant.errors) for one, meant in pairs]
                yield _part(shown)

    async def _at_once(self, asked: Asked, result: ExecutionResult) -> Response:
        """Nothing was deferred after all."""
        content = _with_errors({"extensions": await self._extensions(asked, result.errors)}, result.errors)
        never_ran = result.data is None and not any(error.path for error in result.errors or ())
        if not never_ran:
            content["data"] = result.data
        return http.answer(content, self._media, 400 if never_ran and self._media == http.RESPONSE else 200)

    async def _extensions(self, asked: Asked, errors: Any) -> Mapping[str, Any]:
        try:
            return self._told(await heads_of(asked.db, sorted(asked.touched)))
        except psycopg.Error:
            if not errors:  # else the snapshot broke with the answer
                raise
            return self._told({})

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = await self._found.get()
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        while isinstance(found, bytes):
            async with asyncio.timeout(self._send_seconds):
                await send({"type": "http.response.body", "body": found, "more_body": True})
            found = await self._found.get()
        await send({"type": "http.response.body", "body": _END, "more_body": False})


def _with_errors(shown: dict[str, Any], errors: Any) -> dict[str, Any]:
    """Errors as clients see them everywhere, instead of graphql-core's own words."""
    if errors:
        shown["errors"] = [of_execution(error) for error in errors]
    return shown


def _part(content: Mapping[str, Any]) -> bytes:
    return _PART + orjson.dumps(content)
