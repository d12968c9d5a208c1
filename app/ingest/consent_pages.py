"""The few pages an administrator sees on the way to consent and back. No script; everything shown is escaped."""

import base64
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

_STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}code{background:#eee}"
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()

STRICT_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The addresses of these pages hold secrets.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

AGAIN = "Please ask for a new invitation, or open the link of your invitation again."


def no_longer_valid(status: int) -> HTMLResponse:
    """One answer for unknown, expired, used and foreign: it tells nobody which."""
    return _page(status, "This link is no longer valid", [AGAIN])


def incomplete() -> HTMLResponse:
    return _page(400, "Microsoft's answer is not complete", ["It names no organisation.", AGAIN])


def declined(reason: str) -> HTMLResponse:
    return _page(200, "Consent was declined", [f"Microsoft reports: {reason}", "Nothing was connected.", AGAIN])


def belongs_to_another() -> HTMLResponse:
    text = "This organisation cannot be connected with this invitation. Please write to whoever invited you."
    return _page(409, "Already connected", [text])


def not_proven() -> HTMLResponse:
    text = "Microsoft does not confirm the consent yet. Please wait a few minutes and open the invitation again."
    return _page(409, "Not confirmed yet", [text])


def try_later() -> HTMLResponse:
    text = "We cannot complete this at the moment. Please open the link of your invitation again in a few minutes."
    return _page(503, "Please try again", [text])


def lacking(permissions: Iterable[str]) -> HTMLResponse:
    """Consented, but not to everything SUA needs; it is looked at again for an hour."""
    return _page(
        200,
        "Some permissions are missing",
        [
            "Microsoft does not show these permissions yet:",
            *permissions,
            "This can take some minutes after a consent. We keep looking for an hour and then begin by ourselves.",
            "If it was not granted, open the link of your invitation again.",
        ],
    )


def connected(organisation: str) -> HTMLResponse:
    text = "Reading has begun. The first figures will be there in a few minutes. You can close this page."
    return _page(200, f"{organisation} is connected", [text])


def _page(status: int, title: str, lines: Iterable[str]) -> HTMLResponse:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{paragraphs}</html>",
        status,
        headers=STRICT_HEADERS,
    )
