"""Headers that tell browsers what pages of this origin may do, as OWASP's secure headers project lists them."""

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

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in _POLICIES),
}
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(message)
            await send(message)

        await self._app(scope, receive, told)

    def _add(self, message: Message) -> None:
        given = list(message.get("headers", ()))
        said = dict(given)
        given += [header for header in self._headers if header[0] not in said]
        is_page = said.get(b"content-type", b"").startswith(b"text/html")
        if b"content-security-policy" not in said and message["status"] != 304 and not is_page:
            given.append(_NO_PAGE)
        message["headers"] = given


_NO_PAGE = (b"content-security-policy", NO_PAGE.encode())
