"""Whether a request that shows a session comes from the portal's own pages.

A browser sends cookies along wherever a request was made, so a session alone proves a browser and no intent. Asking
must not have been caused by another site; what is not a GET must say where it comes from and show the session's own
token in a header, which no form and no other site can set.
"""

import hmac
from typing import Final

from starlette.requests import HTTPConnection

from app.auth.callers import CsrfRefused
from app.portal.sealing import csrf_token

HEADER: Final = "x-sua-csrf"
_SAFE = ("GET", "HEAD")
_OWN = ("same-origin", "none")
"""`none`: typed, or opened from a bookmark."""


def check(connection: HTTPConnection, secret: str, origin: str) -> None:
    """Raise `CsrfRefused` where the request is not one of our pages'. `origin`: theirs, as browsers write it."""
    site = connection.headers.get("sec-fetch-site")
    if connection.scope["type"] == "websocket":
        if not _is_from(connection, origin) or site not in (None, "same-origin"):
            raise CsrfRefused("This socket was not opened by a page of the portal.")
    elif connection.scope["method"] in _SAFE:
        if site is not None and site not in _OWN:
            raise CsrfRefused("Another site has caused this request; open the portal itself.")
    elif not _is_from(connection, origin) or site not in (None, "same-origin"):
        raise CsrfRefused("This request does not come from a page of the portal.")
    elif not hmac.compare_digest(_header(connection), csrf_token(secret).encode()):
        raise CsrfRefused("Send the session's `csrf` as X-SUA-CSRF (GET /auth/session tells it).")


def _is_from(connection: HTTPConnection, origin: str) -> bool:
    return connection.headers.getlist("origin") == [origin]


def _header(connection: HTTPConnection) -> bytes:
    given = connection.headers.getlist(HEADER)
    return given[0].encode() if len(given) == 1 else b""
