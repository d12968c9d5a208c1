"""The sign-on of people at the simulated Entra: a page to choose who one is, codes, their redemption, the sign-off.

Follows "Microsoft identity platform and OAuth 2.0 authorization code flow", "OpenID Connect on the Microsoft identity
platform" and "ID token claims reference". PKCE by S256 is insisted on. With `as=KEY` in the address the page answers at
once, with `as=decline` by a refusal.
"""

import base64
import hashlib
import secrets
import time
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulator.accounts import Account, Code, accounts
from app.simulator.entra_errors import EntraError
from app.simulator.world import World

CODE_SECONDS = 600
_DECLINED = "AADSTS65004: User declined to consent to access the app."
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}"
    "button{display:block;width:100%;text-align:left;margin:.4rem 0;padding:.6rem 1rem;font:inherit;cursor:pointer}"
    "small{display:block;color:#555}"
)


async def authorize(request: Request) -> Response:
    """Ask who one is and come back with a code; a request that cannot be answered by redirect gets a page."""
    query = dict(request.query_params)
    world: World = request.app.state.world
    problem = _problem(world, query)
    if problem is not None:
        return HTMLResponse(f"<!doctype html><title>Sign in</title><p>{escape(problem)}</p>", 400)
    offered = {each.key: each for each in accounts(list(world.companies.values()), world.options.provider)}
    chosen = query.get("as")
    if chosen is None:
        return HTMLResponse(_page(query, offered))
    if chosen == "decline":
        return _back(query, {"error": "access_denied", "error_description": _DECLINED})
    if chosen not in offered:
        return HTMLResponse("<!doctype html><title>Sign in</title><p>AADSTS50034: No such account here.</p>", 400)
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge") or not query.get("nonce"):
        text = "AADSTS9002325: Proof Key for Code Exchange is required, and a nonce."
        return _back(query, {"error": "invalid_request", "error_description": text})
    code = secrets.token_urlsafe(48)
    world.codes[code] = Code(
        offered[chosen],
        query["client_id"],
        query["redirect_uri"],
        query["scope"],
        query["nonce"],
        query["code_challenge"],
        time.time(),
    )
    return _back(query, {"code": code, "session_state": secrets.token_urlsafe(16)})


def redeemed(world: World, form: dict[str, str], base: str) -> dict[str, Any]:
    """Tokens for a code, once. Raises `EntraError`."""
    code = world.codes.pop(form.get("code", ""), None)
    if code is None or time.time() > code.issued_at + CODE_SECONDS:
        raise EntraError(400, "invalid_grant", 70008, "The provided authorization code is expired or was redeemed.")
    if form.get("client_id") != code.client_id or form.get("redirect_uri") != code.redirect_uri:
        raise EntraError(400, "invalid_grant", 50011, "The redirect URI differs from the one the code was asked with.")
    if _challenge(form.get("code_verifier", "")) != code.challenge:
        raise EntraError(400, "invalid_grant", 50148, "The code_verifier does not match the code_challenge.")
    return tokens_of(world, code, base)


def tokens_of(world: World, code: Code, base: str) -> dict[str, Any]:
    """An ID token for the client and an access token for the API that the scope names; no refresh token."""
    who, lifetime = code.account, world.options.token_seconds
    resource = next((each for each in code.scope.split() if each.endswith("/.default")), "")
    person: dict[str, Any] = {
        "iss": f"{base}/{who.directory}/v2.0",
        "tid": who.directory,
        "oid": who.oid,
        "sub": f"pairwise-{who.oid}",
        "name": who.name,
        "ver": "2.0",
        **({"roles": list(who.roles)} if who.roles else {}),
    }
    mail = f"{who.key}@example.test"
    id_token = {**person, "aud": code.client_id, "nonce": code.nonce, "preferred_username": mail}
    to_us = {"azp": code.client_id, "azpacr": "1", "scp": "access"}
    access = {**person, **to_us, "aud": resource.removesuffix("/.default")}
    return {
        "token_type": "Bearer",
        "scope": f"openid profile {resource}",
        "expires_in": lifetime,
        "access_token": world.keys.sign(access, lifetime),
        "id_token": world.keys.sign(id_token, lifetime),
    }


async def logout(request: Request) -> Response:
    """End of Entra's own session; there is none here. Back to where the app asked, if it is an address."""
    to = request.query_params.get("post_logout_redirect_uri", "")
    if urlsplit(to).scheme in ("http", "https"):
        return RedirectResponse(to, 302)
    return HTMLResponse("<!doctype html><title>Signed out</title><p>You signed out of your account.</p>")


def _problem(world: World, query: dict[str, str]) -> str | None:
    if query.get("client_id") != world.options.client_id:
        return f"AADSTS700016: Application with identifier '{query.get('client_id')}' was not found."
    if urlsplit(query.get("redirect_uri", "")).scheme not in ("http", "https"):
        return "AADSTS50011: The redirect URI specified in the request is not registered."
    if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
        return "AADSTS900144: The request must ask for a code, in the scope openid."
    return None


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _back(query: dict[str, str], answer: dict[str, str]) -> Response:
    told = {**answer, **({"state": query["state"]} if "state" in query else {})}
    joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return RedirectResponse(f"{query['redirect_uri']}{joint}{urlencode(told)}", 302)


def _page(query: dict[str, str], offered: dict[str, Account]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
    )
    choices = "".join(
        f'<button name="as" value="{escape(key)}">{escape(each.name)}, {escape(each.organisation)}'
        f"<small>{escape(each.says)}</small></button>"
        for key, each in offered.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><style>{_STYLE}</style>'
        f"<h1>Pick an account</h1><p>A simulated Microsoft Entra: nobody here is real.</p><form>{hidden}{choices}"
        '<button name="as" value="decline">Decline<small>sign nobody on</small></button></form></html>'
    )


ROUTES = [
    Route("/{tenant}/oauth2/v2.0/authorize", authorize),
    Route("/{tenant}/oauth2/v2.0/logout", logout),
]
