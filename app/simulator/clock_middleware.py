"""Puts the Date header on every answer: the wall's time, or where Graph's clock is skewed what that one shows."""

from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.simulator.graph_http import told_instant

if TYPE_CHECKING:
    from app.simulator.world import World


class ClockMiddleware:
    """Outermost of all, so that answers in place of the real ones have a date as well."""

    def __init__(self, app: ASGIApp, world: "World") -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(told_instant(self.world), usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
                if self.world.skew is not None:
                    self.world.survived["clock.skewed_answer"] += 1
            await send(message)

        await self.app(scope, receive, dated)
