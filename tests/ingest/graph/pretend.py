"""A server that answers as a test says: Graph and Entra at their worst. Their good days are the simulator's."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestServer

from app.domain.ids import DirectoryId
from app.ingest.graph_client import GraphAccess, GraphClient

DIRECTORY = DirectoryId(UUID("0d8f1f3e-1111-4222-8333-444455556666"))

Reply = web.StreamResponse | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Pretend:
    """Answers each path with its replies in turn, the last one for ever; notes what was asked."""

    script: dict[str, list[Reply]] = field(default_factory=dict)
    token_replies: list[Reply] = field(default_factory=list)
    discovery: Reply | None = None
    asked: list[web.Request] = field(default_factory=list)
    tokens: int = 0
    roles: tuple[str, ...] = ("User.Read.All",)
    waits: list[float] = field(default_factory=list)
    url: str = ""

    def on(self, path: str, *replies: Reply) -> None:
        self.script[path] = list(replies)

    def client(self, *, attempts: int = 3, timeout: float = 5.0) -> GraphClient:
        access = GraphAccess(self.url, self.url, "client", "secret", timeout=timeout, attempts=attempts)
        return GraphClient(access, DIRECTORY, sleep=self._sleep, chance=lambda: 0.0)

    def link(self, path: str) -> str:
        return f"{self.url}/v1.0{path}"

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/.well-known/openid-configuration"):
            return await _given(self.discovery, request) if self.discovery else self._discovery(request)
        if request.path.endswith("/token"):
            return await self._token(request)
        self.asked.append(request)
        replies = self.script.get(request.path.removeprefix("/v1.0"), [])
        if not replies:
            return error(404, "itemNotFound")
        return await _given(replies.pop(0) if len(replies) > 1 else replies[0], request)

    def _discovery(self, request: web.Request) -> web.Response:
        base = f"{self.url}/{request.path.split('/')[1]}"
        endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri", "device_authorization_endpoint")
        return web.json_response({"issuer": f"{base}/v2.0"} | dict.fromkeys(endpoints, f"{base}/oauth2/v2.0/token"))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.tokens += 1
        if self.token_replies:
            reply = self.token_replies.pop(0) if len(self.token_replies) > 1 else self.token_replies[0]
            return await _given(reply, request)
        claims = base64.urlsafe_b64encode(json.dumps({"roles": self.roles, "n": self.tokens}).encode()).decode()
        token = f"e30.{claims.rstrip('=')}.x"
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": token})


async def _given(reply: Reply, request: web.Request) -> web.StreamResponse:
    if callable(reply):
        return await reply(request)
    assert isinstance(reply, web.Response)
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


def error(status: int, code: str, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": {"code": code, "message": "no"}}, status=status, headers=named)


def refused_token(aadsts: int, error: str = "invalid_client") -> web.Response:
    text = f"AADSTS{aadsts}: no"
    return web.json_response({"error": error, "error_description": text, "error_codes": [aadsts]}, status=401)


@asynccontextmanager
async def pretending() -> AsyncIterator[Pretend]:
    pretend = Pretend()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", pretend.answer)
    async with TestServer(application) as server:
        pretend.url = str(server.make_url("")).rstrip("/")
        yield pretend
