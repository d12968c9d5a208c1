"""Headers that tell browsers what pages of this origin may do, as OWASP's secure headers project lists them."""

from collections.abc import Awaitable
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICIES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "cross-origin-isolated",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "identity-credentials-get",
    "keyboard-map",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "sync-xhr",
    "usb",
    "xr-spatial-tracking",
)
_YEAR_SECONDS = 365 * 24 * 3600

KINDS_MAX = 100
"""Of answers, by what headers they bring: those whose further headers are remembered."""

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _POLICIES),
}
OF_DOCUMENTS = ("referrer-policy", "cross-origin-opener-policy", "permissions-policy")
"""Of these, what tells a browser how a document may behave: answers that are JSON are none (OWASP REST security)."""

OVER_HTTPS = {"strict-transport-security": f"max-age={_YEAR_SECONDS}; includeSubDomains"}
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For answers that are data: opened as a page, they can do nothing."""
NOT_KEPT = {"cache-control": "no-store"}


def page_policy(nonce: str, public_url: str) -> str:
    """Of the portal's page: everything from here, styles made by scripts with this response's nonce, nothing else.

    Older browsers do not count a socket of this very host as 'self'.
    """
    socket = public_url.replace("http", "ws", 1)
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self'",
            "font-src 'self'",
            f"connect-src 'self' {socket}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class SecureHeaders:
    """Adds what an answer does not say itself; every page brings its own policy."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = {**EVERYWHERE, **(OVER_HTTPS if https else {})}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._missing = lru_cache(KINDS_MAX)(self._find_missing)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self._app(scope, receive, send)

        def told(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                self._add(message)
            return send(message)

        return self._app(scope, receive, told)

    def _add(self, message: Message) -> None:
        given = list(message.get("headers", ()))
        said = dict(given)
        missing = self._missing(tuple(said), said.get(b"content-type", b""), message["status"] == 304)
        message["headers"] = given + missing

    def _find_missing(self, said: tuple[bytes, ...], content: bytes, is_known: bool) -> list[tuple[bytes, bytes]]:
        """What an answer with these headers and this content does not say. `is_known`: it brings none."""
        left_out = _OF_DOCUMENTS if _is_json(content) else ()
        missing = [header for header in self._headers if header[0] not in said and header[0] not in left_out]
        may_be_opened = not is_known and not content.startswith(b"text/html")
        return [*missing, _NO_PAGE] if may_be_opened and _NO_PAGE[0] not in said else missing


def _is_json(content: bytes) -> bool:
    kind = content.partition(b";")[0].strip()
    return kind.startswith(b"application/") and kind.endswith((b"/json", b"+json"))


_OF_DOCUMENTS = tuple(name.encode() for name in OF_DOCUMENTS)
_NO_PAGE = (b"content-security-policy", NO_PAGE.encode())
