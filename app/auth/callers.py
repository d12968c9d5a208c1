"""How a door learns who asks: by the request's access token, or by whatever an installation lets stand in its place."""

from collections.abc import Awaitable
from typing import ClassVar, Protocol

from starlette.requests import HTTPConnection

from app.auth.tokens import Claims
from app.domain.errors import Refused


class SessionExpired(Refused):
    """The browser's session is over: signed out, too long unused, or as old as one may get. Sign on again."""

    code: ClassVar[str] = "SESSION_EXPIRED"


class CsrfRefused(Refused):
    """A browser's session was used without the header that only the portal's own pages can send, or from elsewhere."""

    code: ClassVar[str] = "CSRF_REFUSED"


class Callers(Protocol):
    """`Verifier` is one that knows tokens alone."""

    def of(self, connection: HTTPConnection, said: str | None = None) -> Awaitable[Claims]:
        """The caller of a request or of a socket's handshake.

        `said`: an Authorization that came otherwise than as a header, and goes before it. Raises `TokenRefused`,
        `SessionExpired`, `CsrfRefused`, or `KeysUnavailable` where the keys cannot be read.
        """

    async def still(self, claims: Claims) -> None:
        """Raise `SessionExpired` where the session these claims stem from is over before its time."""

    def seconds_left(self, claims: Claims) -> float:
        """How long these claims hold at most; not above zero: no longer."""
