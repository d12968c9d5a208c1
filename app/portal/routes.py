"""`/auth/...`: signing on, what a page may know of its session, signing out.

GET  /auth/login?return=/path   to Entra's sign-on page; `switch=1`: it asks which account
GET  /auth/callback             back from there: proves who came, begins a session, goes on to the path
GET  /auth/session              who is signed on, or 401 with a code
POST /auth/logout               ends the session; answers where Entra's own is ended
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.auth.callers import CsrfRefused, SessionExpired
from app.auth.tokens import Claims, TokenRefused
from app.auth.viewer import PROVIDER_ROLES, Forbidden, Role
from app.domain.errors import SuaError, Unavailable
from app.portal import pages
from app.portal.callers import PortalCallers, cookie_of
from app.portal.entra import Entra, SignOnRefused
from app.portal.headers import NOT_KEPT
from app.portal.pace import SignOnPace, SignOnsLimited
from app.portal.sealing import csrf_token, is_secret, new_secret
from app.portal.sessions import Session, Sessions
from app.portal.sign_ons import Begun, SignOns
from app.portal.terms import CALLBACK_PATH, SIGNED_OUT_PATH, PortalTerms, Why
from app.telemetry import count, say

_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}")
_STATE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ANSWER_MAX = 8192


class SessionsDown(Unavailable):
    """The database that keeps browsers' sessions does not answer."""

    code: ClassVar[str] = "DATABASE_DOWN"


Admit = Callable[[Claims], Awaitable[object]]
"""Raises `Forbidden` where the API would open no tenant to them."""


class AuthDoors:
    """`admit`: whether the API would let them in; asked before a session is begun."""

    def __init__(
        self,
        terms: PortalTerms,
        entra: Entra,
        sign_ons: SignOns,
        sessions: Sessions,
        callers: PortalCallers,
        admit: Admit,
    ) -> None:
        self._terms = terms
        self._entra = entra
        self._sign_ons = sign_ons
        self._sessions = sessions
        self._callers = callers
        self._admit = admit
        self._pace = SignOnPace(terms.sign_ons_per_minute)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/auth/login", self.login),
            Route(CALLBACK_PATH, self.callback),
            Route("/auth/session", self.session),
            Route("/auth/logout", self.logout, methods=["POST"]),
        ]

    async def login(self, request: Request) -> Response:
        back = request.query_params.get("return", "/")
        if not _LOCAL_PATH.fullmatch(back):
            return pages.bad_way_back()
        choose = "switch" in request.query_params
        if self._is_elsewhere(request):
            query = {"return": back, "here": "1", **({"switch": "1"} if choose else {})}
            return _to(f"{self._terms.public_url}/auth/login?{urlencode(query)}")
        try:
            self._pace.take(request)
            flow = await self._entra.begun(choose=choose)
            # Kept if there is one: a second tab may begin before the first comes back.
            given = cookie_of(request, self._terms.sign_on_cookie) or ""
            browser = given if is_secret(given) else new_secret()
            await self._sign_ons.begin(browser, flow, back)
        except SignOnsLimited as error:
            return pages.limited(error)
        except (SignOnRefused, TokenRefused, psycopg.OperationalError) as error:
            return self._refused(error.why if isinstance(error, SignOnRefused) else Why.TRY_LATER)
        response = _to(flow["auth_uri"])
        longest = int(self._terms.sign_on.total_seconds())
        self._set_cookie(response, self._terms.sign_on_cookie, browser, longest)
        return response

    async def callback(self, request: Request) -> Response:
        """Nothing is believed but a state of ours, from the browser it was given to, once."""
        try:
            self._pace.take(request)
            begun, answer = await self._come_back(request)
            claims = await self._entra.proven(begun.flow, answer)
            await self._admitted(claims)
            secret = await self._sessions.begin(claims)
            await self._end_old(request)
        except SignOnsLimited as error:
            return pages.limited(error)
        except SignOnRefused as error:
            return self._refused(error.why)
        except (TokenRefused, psycopg.OperationalError) as error:
            say("portal.sign_on_failed", logging.WARNING, error=type(error).__name__)
            return self._refused(Why.TRY_LATER)
        count("portal.signed_on")
        response = _to(begun.back)
        self._set_cookie(response, self._terms.session_cookie, secret)
        return response  # the other cookie stays for its ten minutes: another tab may still come back

    async def session(self, request: Request) -> Response:
        try:
            secret, found = await self._signed_on(request)
        except SuaError as error:
            return self._told(error)
        return JSONResponse(self._of(found, secret), headers=NOT_KEPT)

    async def logout(self, request: Request) -> Response:
        try:
            secret, found = await self._signed_on(request)
            await self._sessions.end(secret)
        except SuaError as error:
            return self._told(error)
        except psycopg.OperationalError:
            return self._told(SessionsDown("Sessions cannot be ended at the moment."))
        count("portal.signed_out")
        address = f"{self._terms.login_url}/{found.claims.tid}/oauth2/v2.0/logout"
        to = f"{address}?{urlencode({'post_logout_redirect_uri': self._terms.signed_out_url})}"
        response = JSONResponse({"to": to}, headers={**NOT_KEPT, "clear-site-data": '"cache"'})
        self._take_cookie(response, self._terms.session_cookie)
        return response

    async def _signed_on(self, request: Request) -> tuple[str, Session]:
        """The cookie's secret and its session. Raises as `Callers.of` does, and `SessionsDown`."""
        secret = self._callers.secret_of(request)
        if secret is None:
            raise TokenRefused("Nobody is signed on in this browser.")
        try:
            return secret, await self._callers.session_of(request, secret)
        except psycopg.OperationalError as error:
            raise SessionsDown("Sessions cannot be read at the moment.") from error

    def _is_elsewhere(self, request: Request) -> bool:
        """Cookies belong to a host, and Entra comes back to the public one. A proxy may hide it: so led there once."""
        host = request.headers.get("host", "").lower()
        return host != urlsplit(self._terms.origin).netloc and "here" not in request.query_params

    async def _come_back(self, request: Request) -> tuple[Begun, dict[str, str]]:
        given = request.query_params
        answer = dict(given)
        browser = cookie_of(request, self._terms.sign_on_cookie) or ""
        state = answer.get("state", "")
        whole = len(given.multi_items()) == len(answer) and len(request.scope["query_string"]) <= _ANSWER_MAX
        if not whole or not is_secret(browser) or not _STATE.fullmatch(state):
            raise SignOnRefused(Why.EXPIRED)
        begun = await self._sign_ons.use(browser, state)
        if begun is None:
            count("portal.state_refused")
            raise SignOnRefused(Why.EXPIRED)
        return begun, answer

    async def _admitted(self, claims: Claims) -> None:
        roles = {role for role in Role if role.value in claims.roles}
        try:
            await self._admit(claims)
        except Forbidden as error:
            count("portal.not_admitted")
            raise SignOnRefused(_why_not(roles)) from error

    async def _end_old(self, request: Request) -> None:
        """Whatever session this browser had is over, whoever gave it that cookie."""
        old = cookie_of(request, self._terms.session_cookie)
        if old is not None and is_secret(old):
            await self._sessions.end(old)

    def _of(self, found: Session, secret: str) -> dict[str, object]:
        claims = found.claims
        roles = [role.value for role in Role if role.value in claims.roles]
        return {
            "name": claims.name,
            "roles": roles,
            "directory": claims.tid,
            "audience": self._audience(claims),
            "csrf": csrf_token(secret),
            "expiresAt": found.ends_at.isoformat(),
            "idleSeconds": int(self._terms.idle.total_seconds()),
        }

    def _audience(self, claims: Claims) -> str:
        if claims.directory == self._terms.provider and PROVIDER_ROLES & set(claims.roles):
            return "provider"
        return "reseller" if Role.RESELLER in claims.roles else "customer"

    def _told(self, error: SuaError) -> Response:
        """Expired and unknown sessions lose their cookie; one that was merely misused keeps it."""
        status = 503 if isinstance(error, Unavailable) else 403 if isinstance(error, CsrfRefused) else 401
        response = JSONResponse({"code": error.code, "message": str(error)}, status, headers=NOT_KEPT)
        if isinstance(error, SessionExpired):
            self._take_cookie(response, self._terms.session_cookie)
        return response

    def _refused(self, why: Why) -> Response:
        return _to(f"{SIGNED_OUT_PATH}?{urlencode({'why': why.value})}")

    def _set_cookie(self, response: Response, name: str, value: str, longest: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=longest, path="/", secure=self._terms.secure, httponly=True, samesite="lax"
        )

    def _take_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._terms.secure, httponly=True, samesite="lax")


def _why_not(roles: set[Role]) -> Why:
    """What somebody lacks to whom nothing is open."""
    if not roles - {Role.SEE_PERSONS}:
        return Why.NO_ROLE
    return Why.UNKNOWN_TENANT if roles - {Role.SEE_PERSONS, Role.RESELLER} else Why.NO_GRANT


def _to(address: str) -> Response:
    return RedirectResponse(address, 302, headers=NOT_KEPT)
