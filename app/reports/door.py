"""`GET /exports/{tenant}/{what}.{csv|xlsx}`: a customer's figures as a file, to whoever may see them.

The order matters. The token comes first, then whether its bearer asks too often, then what is asked for; the file's
first rows are read, or all of a workbook, before a fact says that it leaves; then the first byte. A refusal is JSON, as
at the GraphQL door. What fails later cuts the transfer off, so that no part of a file looks whole.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from app import telemetry
from app.auth.callers import Callers
from app.auth.pseudonyms import Pseudonyms
from app.auth.viewer import Grants, NoGrants, Viewer, viewer_of
from app.clock import Clock
from app.commands.desk import Desk
from app.commands.record_export import record_export
from app.domain.errors import TenantUnknown, Unavailable
from app.domain.events.access import ExportFormat, ExportKind
from app.domain.ids import TenantId
from app.graphql import http
from app.graphql.door_settings import DoorSettings
from app.graphql.errors import QuestionTooSlow, known, masked
from app.graphql.pace import Pace
from app.graphql.pool import SNAPSHOT, Db, ReadPool, TenantRegister
from app.projections import reading
from app.reports.asking import Wanted, file_of, wanted_of
from app.reports.exports import File, exported, fact_of
from app.reports.view import View, stamp, viewed

AT_ONCE = 3
"""Exports of one process, each with a connection of its own; fewer than the smallest pool has."""
LONGEST_SECONDS = 900.0
STALL_SECONDS = 30.0
"""How long a client may take no byte before it is given up."""

_STATUSES = {"NOT_FOUND": 404}


class ExportsBusy(Unavailable):
    """As many exports as one process makes at once are under way. Ask again."""

    code: ClassVar[str] = "EXPORTS_BUSY"


class TransferCut(Exception):
    """A file that had begun could not be ended: for the server, which closes the connection."""


@dataclass(frozen=True, slots=True)
class _Request:
    tenant: TenantId
    kind: ExportKind
    ending: ExportFormat
    wanted: Wanted


class ExportDoor:
    """One file a request. Nothing of it is kept: a client that leaves ends it, wherever it stands."""

    def __init__(
        self,
        settings: DoorSettings,
        pool: ReadPool,
        callers: Callers,
        clock: Clock,
        desk: Desk,
        grants: Grants | None = None,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._callers = callers
        self._clock = clock
        self._desk = desk
        self._grants = grants or NoGrants()
        self._pseudonyms = Pseudonyms(settings.secret)
        self._pace = Pace(settings.requests_per_minute)
        self._places = AT_ONCE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = asyncio.create_task(self._answer(Request(scope), scope, receive, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.wait({answering, leaving})
        if not answering.cancelled():
            answering.result()

    async def _answer(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False
        try:
            async with asyncio.timeout(LONGEST_SECONDS), self._file(request) as (view, file):
                begun = True
                await _sent(send, {"type": "http.response.start", "status": 200, "headers": _headers(view, file)})
                async for chunk in file.chunks:
                    await _sent(send, {"type": "http.response.body", "body": chunk, "more_body": True})
                await _sent(send, {"type": "http.response.body", "body": b"", "more_body": False})
        except Exception as error:  # noqa: BLE001 - the last resort; told by code, or logged by type and place
            if begun:
                raise _cut(error) from None
            await _refused(error)(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _file(self, request: Request) -> AsyncIterator[tuple[View, File]]:
        if request.method != "GET":
            raise http.WrongMethod("Ask with GET.")
        claims = await self._callers.of(request)
        self._pace.take((claims.tid, claims.oid), asyncio.get_running_loop().time())
        asked = _read(request)
        with self._place():
            async with self._pool.connection() as db:
                register = TenantRegister(db)
                viewer = await viewer_of(claims, self._settings.provider_directory, register, self._grants)
                if not viewer.may_see(asked.tenant):
                    raise TenantUnknown("There is no such tenant for you.")
                async with reading.scope(db, [asked.tenant], longest=self._settings.statement_timeout):
                    await db.execute(SNAPSHOT)
                    view = await self._view(db, asked, viewer)
                    async with exported(view, asked.wanted, asked.ending) as file:
                        fact = fact_of(view, asked.kind, asked.ending, viewer.oid)
                        await asyncio.to_thread(record_export, fact, self._desk)
                        yield view, file

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places:
            raise ExportsBusy(f"{AT_ONCE} exports are under way; try again in a moment.")
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1

    async def _view(self, db: Db, asked: _Request, viewer: Viewer) -> View:
        persons = viewer.sees_persons(asked.tenant)
        return await viewed(db, asked.tenant, asked.wanted, self._clock.now(), self._pseudonyms, persons=persons)


def _read(request: Request) -> _Request:
    tenant, kind, ending = file_of(request.path_params["tenant"], request.path_params["file"])
    return _Request(tenant, kind, ending, wanted_of(kind, request.query_params.multi_items()))


async def _sent(send: Send, message: Message) -> None:
    async with asyncio.timeout(STALL_SECONDS):
        await send(message)


async def _left(receive: Receive) -> None:
    """Until the client has gone. A body is read and overlooked."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(view: View, file: File) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-type": file.media_type,
        "content-disposition": f'attachment; filename="{file.name}"',
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "vary": "Authorization",
        "sua-as-of": view.at.on.isoformat(),
        "sua-known-at": stamp(view.known_at),
        "sua-position": str(view.at.position),
    }
    if file.size_bytes is not None:
        headers["content-length"] = str(file.size_bytes)
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _refused(error: Exception) -> Response:
    """Nothing has left yet: the answer is JSON."""
    late = QuestionTooSlow("The export took too long; ask for less at once.")
    ours = late if isinstance(error, TimeoutError) else known(error)
    if ours is None:
        return http.answer({"errors": [masked(error)]}, http.LEGACY, 500)
    response = http.refusal(ours, http.LEGACY)
    response.status_code = _STATUSES.get(ours.code, response.status_code)
    if isinstance(ours, http.WrongMethod):
        response.headers["allow"] = "GET"
    return response


def _cut(error: Exception) -> TransferCut:
    """Something has left: all that can still be said goes to the log."""
    ours = known(error)
    reason = ours.code if ours is not None else masked(error)["extensions"]["traceId"]
    telemetry.count("export.cut")
    telemetry.say("export.cut", logging.WARNING, reason=reason, error=type(error).__name__)
    return TransferCut(f"The transfer was cut off: {reason}.")


def build_exports(
    settings: DoorSettings,
    pool: ReadPool,
    callers: Callers,
    clock: Clock,
    desk: Desk,
    grants: Grants | None = None,
) -> list[BaseRoute]:
    """The routes of the exports. `clock` is the clock facts are recorded by; `desk` records that a file left."""
    return [Route("/exports/{tenant}/{file}", ExportDoor(settings, pool, callers, clock, desk, grants))]
