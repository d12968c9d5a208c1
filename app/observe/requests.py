"""Counts the web process's answers by route. Routes are few; an address that is none of them is `other`."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import HTTP_REQUESTS

_ROUTES = ("/graphql", "/webhooks", "/consent", "/exports", "/auth", "/assets", "/healthz", "/readyz", "/metrics")


class CountedAnswers:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = route_of(scope["path"])

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                HTTP_REQUESTS.labels(route, message["status"]).inc()
            await send(message)

        await self._app(scope, receive, counted)


def route_of(path: str) -> str:
    first = "/" + path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in _ROUTES else "other"
