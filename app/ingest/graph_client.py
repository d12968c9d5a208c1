"""Microsoft Graph over HTTP for one tenant: tokens, pages, throttling, and what counts as an answer."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar
from uuid import uuid4

import aiohttp
from yarl import URL

from app.domain.ids import DirectoryId
from app.ingest.backoff import wait_before
from app.ingest.credentials import Credential
from app.ingest.graph_asked import asking_graph
from app.ingest.graph_errors import BadUpstreamAnswer, GraphThrottled, GraphUnavailable, PagesRefused, TokenUnavailable
from app.ingest.graph_http import (
    Answer,
    Json,
    accepted,
    as_object,
    broken_connections,
    of_all_tenants,
    received,
    rows,
    wait_of,
)
from app.ingest.keyring import REST_S
from app.ingest.limiter import Limiter
from app.ingest.limits import Scope, scopes_of
from app.ingest.paging import Links, download
from app.ingest.reports_csv import ReportFile
from app.ingest.tokens import Tokens, roles_of
from app.telemetry.metrics import GRAPH_WAITED

REPORT_PATIENCE = 20
"""A report may take this many times as long as any other answer."""

TOKEN_KEPT_S = 30.0
"""How long a client uses a token without asking for it again. One that ends earlier is answered 401 and renewed."""

PAUSE_S = 2.0
"""How long nobody asks after a 429 that does not say how long."""

_REPEATABLE = frozenset({"GET", "PATCH", "DELETE"})
_PREFER = "include-unknown-enum-members"

Params = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GraphAccess:
    """How SUA reaches Graph. One per process, so that tokens are shared by all who read the same tenant.

    `credentials`: a secret, or what to show Entra in order of preference. `limiter` is asked before every request;
    None: nothing is counted. `rest_s`: how long a refused credential is not shown again. `calls`: this cloud has them.
    """

    graph_url: str
    login_url: str
    client_id: str
    credentials: str | Sequence[Credential] = field(repr=False)
    timeout: float = 30.0
    attempts: int = 6
    concurrency: int = 8
    limiter: Limiter | None = field(default=None, repr=False, compare=False)
    rest_s: float = REST_S
    calls: bool = True
    tokens: Tokens = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tokens = Tokens(self.login_url, self.graph_url, self.client_id, self.credentials, self.timeout, self.rest_s)
        object.__setattr__(self, "tokens", tokens)


class GraphClient:
    """Reads and writes one tenant's Graph (v1.0). An async context manager; closes its connections at the end.

    Every method raises the errors of `graph_errors`. Throttling, errors 5xx, broken connections and answers that are
    no Graph answers are tried again `attempts` times, but a POST only where Graph said it did not carry it out (429).

    `patience`: the longest pause in seconds that is slept through. A longer one is the caller's: the error that asked
    for it is raised, GraphThrottled where it is SUA's own limiter.
    """

    def __init__(
        self,
        access: GraphAccess,
        directory: DirectoryId,
        *,
        patience: float = math.inf,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.directory = directory
        self._access = access
        self._root = URL(access.graph_url)
        self._patience = patience
        self._sleep = sleep
        self._chance = chance
        self._known_token: tuple[str, float] | None = None
        self._slots = asyncio.Semaphore(access.concurrency)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, params: Params | None = None) -> Json:
        """`path` begins with `/` and is relative to v1.0."""
        return await self._json("GET", self._address(path, params))

    async def post(self, path: str, body: Json) -> Json:
        return await self._json("POST", self._address(path), body)

    async def patch(self, path: str, body: Json) -> Json:
        return await self._json("PATCH", self._address(path), body)

    async def delete(self, path: str) -> None:
        await self._json("DELETE", self._address(path))

    async def pages(self, path: str, params: Params | None = None) -> AsyncIterator[list[Json]]:
        """The `value` of each page until there is no next link. Raises before the end when a page cannot be had."""
        first = self._address(path, params)
        page = await self._json("GET", first)
        links = Links(self._root)
        while True:
            yield rows(page, "value")
            link = page.get("@odata.nextLink")
            if link is None:
                return
            page = await self._json("GET", links.follow(link), counted_as=first)

    async def nested(self, parent: Json, key: str) -> AsyncIterator[list[Json]]:
        """The rows of a member that was expanded inside `parent`, and its further pages (`key@odata.nextLink`)."""
        yield rows(parent, key) if parent.get(key) is not None else []
        link = parent.get(f"{key}@odata.nextLink")
        links = Links(self._root)
        while link is not None:
            page = await self._json("GET", links.follow(link))
            yield rows(page, "value")
            link = page.get("@odata.nextLink")

    async def csv(self, path: str) -> AsyncIterator[dict[str, str]]:
        """The rows of a usage report by column name. Nothing is yielded before the whole file has arrived.

        Graph redirects to a pre-authenticated address on another host, which must not see the token. The address is
        good for minutes only, so another attempt asks Graph for a new one.
        """
        with ReportFile() as report:
            await self._retried(lambda: self._fetched(path, report))
            for row in report.rows():
                yield row

    async def roles(self) -> tuple[str, ...]:
        """The application permissions in a token got just now, past every cache."""
        return roles_of(await self._token(fresh=True))

    def _address(self, path: str, params: Params | None = None) -> URL:
        return URL(f"{self._access.graph_url}/v1.0{path}").update_query(dict(params or {}))

    async def _json(self, method: str, url: URL, body: Json | None = None, counted_as: URL | None = None) -> Json:
        """`counted_as`: the listing's first address, which says what a further page is of."""

        async def attempt() -> Json:
            return as_object(await self._answered(method, url, body, counted_as))

        return await self._retried(attempt, repeatable=method in _REPEATABLE)

    async def _retried(self, attempt: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        """What `attempt` returns; passing faults are tried again, at most `attempts` times in all."""
        count = 1
        while True:
            try:
                return await attempt()
            except PagesRefused:
                raise
            except (GraphThrottled, GraphUnavailable, BadUpstreamAnswer) as error:
                perhaps_done = not isinstance(error, GraphThrottled | TokenUnavailable)
                if count >= self._access.attempts or (perhaps_done and not repeatable):
                    raise
                asked = None if isinstance(error, BadUpstreamAnswer) else error.retry_after
                wait = wait_before(count, asked, self._chance)
                if wait > self._patience:
                    raise
            GRAPH_WAITED.labels("retry").inc(wait)
            await self._sleep(wait)
            count += 1

    async def _answered(self, method: str, url: URL, body: Json | None = None, counted_as: URL | None = None) -> Answer:
        """An answer that is no error. 401 is asked once more with a fresh token; 429 is heard for everybody."""
        counted = counted_as or url
        scopes = scopes_of(self.directory, counted.raw_path, counted.raw_query_string)
        answer = await self._sent(method, url, body, scopes, await self._token(fresh=False))
        if answer.status == 401:
            answer = await self._sent(method, url, body, scopes, await self._token(fresh=True))
        if answer.status == 429 and self._access.limiter is not None:
            concerned = [scope for scope in scopes if scope.shared == of_all_tenants(answer)]
            await self._access.limiter.pause(concerned or scopes, wait_of(answer) or PAUSE_S)
        return accepted(answer)

    async def _token(self, *, fresh: bool) -> str:
        if not fresh and self._known_token is not None and monotonic() < self._known_token[1]:
            return self._known_token[0]
        token = await asyncio.to_thread(self._access.tokens.acquire, self.directory, fresh=fresh)
        self._known_token = token, monotonic() + TOKEN_KEPT_S
        return token

    async def _sent(self, method: str, url: URL, body: Json | None, scopes: tuple[Scope, ...], token: str) -> Answer:
        request = str(uuid4())
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Prefer": _PREFER,
            "client-request-id": request,
        }
        async with self._slots:
            await self._admitted(scopes)
            asked = self._http().request(method, url, json=body, headers=headers, allow_redirects=False)
            with asking_graph(scopes[0].kind, method) as asked_of_graph:
                async with broken_connections(request), asked as response:
                    asked_of_graph.status = str(response.status)
                    return await received(response, request)

    async def _admitted(self, scopes: tuple[Scope, ...]) -> None:
        """Wait until the limits leave room for one request. Raises GraphThrottled rather than be impatient."""
        limiter = self._access.limiter
        while limiter is not None:
            answer = await limiter.admit(scopes, self._patience)
            if not answer.granted and answer.wait_s > self._patience:
                raise GraphThrottled(f"Graph's limits leave room in {answer.wait_s:.0f} s", answer.wait_s)
            if answer.wait_s > 0:
                GRAPH_WAITED.labels("limits").inc(answer.wait_s)
                await self._sleep(answer.wait_s)
            if answer.granted:
                return

    async def _fetched(self, path: str, report: ReportFile) -> None:
        """The report's whole file, by Graph's redirect."""
        answer = await self._answered("GET", self._address(path))
        if answer.status != 302:
            raise BadUpstreamAnswer(f"a report was answered with {answer.status}, not a redirect ({answer.request})")
        where = download(answer.headers.get("Location"), self._root)
        limit = aiohttp.ClientTimeout(total=REPORT_PATIENCE * self._access.timeout, sock_read=self._access.timeout)
        asked = self._http().get(where, allow_redirects=False, timeout=limit)
        async with self._slots, broken_connections(answer.request), asked as response:
            if response.status != 200 or response.content_type == "text/html":
                raise BadUpstreamAnswer(f"a report came with {response.status} {response.content_type}")
            report.begin()
            async for chunk in response.content.iter_chunked(1 << 16):
                report.write(chunk)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=self._access.timeout)
            self._session = aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar())
        return self._session
