"""The pages of an installation whose portal is not built: how to build it, and why somebody is not signed on."""

import base64
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

from app.portal.pace import SignOnsLimited
from app.portal.terms import Why

_STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}code{background:#eee}"
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}

_WORDS = {
    Why.UNKNOWN_TENANT: "Your organisation is not connected here. Ask whoever runs this service for an invitation.",
    Why.NO_ROLE: "Your account has no role here. Your administrator gives it one in Microsoft Entra.",
    Why.NO_GRANT: "No customer has been given to you yet. Ask whoever runs this service.",
    Why.CONSENT_MISSING: "Your administrator has to consent to this application first.",
    Why.DECLINED: "The sign-on was declined.",
    Why.EXPIRED: "The sign-on took too long, or its link was used before. Please sign on again.",
    Why.SESSION_EXPIRED: "Your session is over. Please sign on again.",
    Why.FAILED: "The sign-on could not be proven. Please sign on again.",
    Why.TRY_LATER: "Signing on is not possible at the moment. Please try again in a few minutes.",
}


def not_built() -> HTMLResponse:
    return _page(
        404,
        "The portal is not built here",
        [
            "With Node 20 or newer: npm ci, then npm run build, in the folder portal.",
            "SUA_PORTAL_DIR names another place.",
        ],
    )


def signed_out(why: str | None) -> HTMLResponse:
    text = _WORDS[Why(why)] if why in set(Why) else "You are signed out."
    return _page(200, "Not signed on", [text])


def limited(error: SignOnsLimited) -> HTMLResponse:
    response = _page(429, "Please wait a moment", [str(error), error.code])
    response.headers["retry-after"] = str(error.again_seconds)
    return response


def bad_way_back() -> HTMLResponse:
    return _page(400, "This link cannot be followed", ["After signing on it would lead away from the portal."])


def _page(status: int, title: str, lines: Iterable[str]) -> HTMLResponse:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{paragraphs}</html>",
        status,
        headers=_HEADERS,
    )
