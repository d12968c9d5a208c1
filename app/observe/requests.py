"""Counts the web process's answers by route. Routes are few; an address that is none of them is `other`."""

from collections.abc import Awaitable

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
                HTTP_REQUESTS.add(route, str(message["status"]))
            return send(message)

        return self._app(scope, receive, counted)


def route_of(path: str) -> str:
    if path in _ROUTES:
        return path
    first = "/" + path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in _ROUTES else "other"
