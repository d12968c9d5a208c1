"""Who asks, by an access token or by the session of a browser; never by both at once."""

from collections.abc import Awaitable

from starlette.requests import HTTPConnection

from app.auth.callers import SessionExpired
from app.auth.tokens import Claims, TokenRefused, Verifier
from app.portal import guard
from app.portal.sealing import is_secret
from app.portal.sessions import Session, SessionClaims, Sessions
from app.portal.terms import PortalTerms

BACKGROUND = "x-sua-background"
"""A page that looks for news by itself says so: that is no use of a session by a person."""


class PortalCallers:
    """Tokens and sessions both lead to the same `Claims`, so what stands behind the doors knows no difference."""

    def __init__(self, terms: PortalTerms, tokens: Verifier, sessions: Sessions) -> None:
        self._terms = terms
        self._tokens = tokens
        self._sessions = sessions
        self._cookie = terms.session_cookie

    def of(self, connection: HTTPConnection, said: str | None = None) -> Awaitable[Claims]:
        """As `Callers.of`. A token said inside a socket is chosen by a page; the cookie only came along with it."""
        if said is not None or "cookie" not in connection.headers:
            return self._tokens.of(connection, said)
        return self._of_cookies(connection)

    async def _of_cookies(self, connection: HTTPConnection) -> Claims:
        secret = self.secret_of(connection)
        if secret is None:
            return await self._tokens.of(connection)
        if "authorization" in connection.headers:
            raise TokenRefused("Show an access token or a session's cookie, not both: sign out, or leave one away.")
        return (await self.session_of(connection, secret)).claims

    async def session_of(self, connection: HTTPConnection, secret: str) -> Session:
        """The session of a request of our own pages. Raises `SessionExpired`, `CsrfRefused`."""
        guard.check(connection, secret, self._terms.origin)
        used = BACKGROUND not in connection.headers and connection.scope["type"] == "http"
        session = await self._sessions.find(secret, used=used) if is_secret(secret) else None
        if session is None:
            raise SessionExpired("Your session is over; sign on again.")
        return session

    def secret_of(self, connection: HTTPConnection) -> str | None:
        """What stands in the session's cookie; None: there is no such cookie. Raises `TokenRefused` for several."""
        return cookie_of(connection, self._cookie)

    async def still(self, claims: Claims) -> None:
        """As `Callers.still`."""
        if isinstance(claims, SessionClaims) and not await self._sessions.still(claims.session):
            raise SessionExpired("Your session is over; sign on again.")

    def seconds_left(self, claims: Claims) -> float:
        """As `Callers.seconds_left`."""
        if isinstance(claims, SessionClaims):
            return self._sessions.seconds_left(claims)
        return self._tokens.seconds_left(claims)


def cookie_of(connection: HTTPConnection, name: str) -> str | None:
    """A cookie that stands there once. Raises `TokenRefused` where it stands there twice: one of them is not ours."""
    found = [
        value.strip()
        for header in connection.headers.getlist("cookie")
        for pair in header.split(";")
        for key, _, value in [pair.partition("=")]
        if key.strip() == name
    ]
    if len(found) > 1:
        raise TokenRefused("A session's cookie is there twice; delete this site's cookies and sign on again.")
    return found[0] if found else None
