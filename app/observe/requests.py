"""Counts the web process's answers by route. Routes are few; an address that is none of them is `other`."""

from collections.abc import Awaitable
from functools import lru_cache

from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import HTTP_REQUESTS

_ROUTES = ("/graphql", "/webhooks", "/consent", "/exports", "/auth", "/assets", "/healthz", "/readyz", "/metrics")


class CountedAnswers:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        route = route_of(scope["path"])

        def counted(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                _requests(route, message["status"]).inc()
            return send(message)

        return self._app(scope, receive, counted)


@lru_cache(1_000)
def _requests(route: str, status: int) -> Counter:
    return HTTP_REQUESTS.labels(route, status)


def route_of(path: str) -> str:
    if path in _ROUTES:
        return path
    first = "/" + path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in _ROUTES else "other"
