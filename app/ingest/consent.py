"""The consent link and its return.

    GET /consent/{invitation}   binds the browser, makes a single-use state, leads to Microsoft's consent page
    GET /consent/callback       checks the state, proves the consent, records it, and lets collection begin

What the redirect says is believed in nothing but its state: `tenant` only names the directory to be proven.
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from psycopg import Connection
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.commands.record_consent import RecordConsent, record_consent
from app.domain.errors import Refused, TenantUnknown, Unavailable
from app.domain.ids import DirectoryId, TenantId
from app.domain.tenant import DirectoryTaken, TenantLeft
from app.ingest import consent_attempts, consent_pages, schedule
from app.ingest.consent_attempts import Attempt
from app.ingest.consent_directories import DirectoryBound, bind
from app.ingest.consent_proof import PAUSES_S, OrganisationDiffers, PermissionsNotVisible, Proof, prove
from app.ingest.invitations import invited
from app.ingest.permissions import settle
from app.ingest.schedule import Due, Job
from app.ingest.workshop import Workshop
from app.telemetry import count, say

CALLBACK_PATH = "/consent/callback"
COOKIE = "sua_consent"

_PATIENCE_S = 25.0
_SECRET_MAX = 128
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ERROR_CODE = re.compile(r"[a-z0-9_.-]{1,64}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """`valid_for`: how long a started consent may take. `pauses_s`: between looks for permissions in a fresh token."""

    valid_for: timedelta = timedelta(minutes=15)
    scope: str | None = None
    pauses_s: Sequence[float] = PAUSES_S


class ConsentDoors:
    """`ring` tells the workers of a job that became due; it may raise Unavailable, the sweeper finds the job."""

    def __init__(self, shop: Workshop, ring: Callable[[Due], None], terms: ConsentTerms | None = None) -> None:
        self._shop = shop
        self._ring = ring
        self._terms = terms or ConsentTerms()

    def routes(self) -> list[Route]:
        return [Route(CALLBACK_PATH, self.callback), Route("/consent/{invitation}", self.begin)]

    async def begin(self, request: Request) -> Response:
        """To Microsoft's consent page; a link that is unknown or expired leads nowhere."""
        cookie = request.cookies.get(COOKIE, "")
        # Kept if there is one: a link opened twice may come back in either tab.
        browser = cookie if _SECRET.fullmatch(cookie) else secrets.token_urlsafe(consent_attempts.SECRET_BYTES)
        token = str(request.path_params["invitation"])
        try:
            state = await self._in_database(lambda db: self._begun(db, token, browser)) if _short(token) else None
        except Unavailable:
            return consent_pages.try_later()
        if state is None:
            return consent_pages.no_longer_valid(404)
        response = RedirectResponse(self._microsoft(state), 302, headers=consent_pages.STRICT_HEADERS)
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(self._terms.valid_for.total_seconds()),
            path="/consent",
            secure=self._shop.public_url.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(self, request: Request) -> Response:
        """Where Microsoft sends the browser back. `error` goes first: a refusal carries admin_consent=True as well."""
        query = request.query_params
        browser = request.cookies.get(COOKIE, "")
        state = _only(query, "state")
        try:
            if "error" in query:
                await self._used(state, browser)
                return _declined(query)
            directory = _directory(query)
            if directory is None:
                return consent_pages.incomplete()
            attempt = await self._used(state, browser)
            if attempt is None:
                count("consent.state_refused")
                return consent_pages.no_longer_valid(400)
            return await self._judged(attempt, directory)
        except Unavailable as error:
            say("consent.unavailable", logging.WARNING, code=error.code)
            return consent_pages.try_later()

    async def _judged(self, attempt: Attempt, directory: DirectoryId) -> Response:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                proof = await prove(self._shop.access, directory, self._shop.desk.now(), self._terms.pauses_s)
            await asyncio.to_thread(accept, self._shop, attempt.tenant, proof)
        except TimeoutError:
            return consent_pages.try_later()
        except PermissionsNotVisible as error:
            await self._in_database(lambda db: self._kept(db, attempt, directory))
            return consent_pages.lacking(error.missing)
        except (OrganisationDiffers, DirectoryBound, DirectoryTaken) as error:
            _alert(attempt, error)
            return consent_pages.belongs_to_another()
        except (TenantLeft, TenantUnknown) as error:
            _alert(attempt, error)
            return consent_pages.no_longer_valid(400)
        except Refused as error:
            _alert(attempt, error)
            return consent_pages.not_proven()
        await asyncio.to_thread(self._ring_for, attempt.tenant)
        count("consent.granted")
        return consent_pages.connected(proof.organisation.name)

    def _begun(self, db: Connection, token: str, browser: str) -> str | None:
        now = self._shop.desk.now()
        tenant = invited(db, token, now)
        return None if tenant is None else consent_attempts.begin(db, tenant, browser, now, self._terms.valid_for)

    async def _used(self, state: str | None, browser: str) -> Attempt | None:
        if state is None or not _SECRET.fullmatch(browser):
            return None
        return await self._in_database(lambda db: consent_attempts.use(db, state, browser, self._shop.desk.now()))

    def _kept(self, db: Connection, attempt: Attempt, directory: DirectoryId) -> None:
        consent_attempts.keep_for_later(db, attempt, directory)
        schedule.enlist(db, attempt.tenant, Job.CONSENT, self._shop.desk.now())

    def _ring_for(self, tenant: TenantId) -> None:
        for job in (Job.SUBSCRIPTION, Job.LICENCES):
            try:
                self._ring(Due(tenant, job))
            except Unavailable as error:
                say("consent.ring_failed", logging.WARNING, code=error.code)

    async def _in_database(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._worked, work)

    def _worked(self, work: Callable[[Connection], T]) -> T:
        with self._shop.database() as db:
            return work(db)

    def _microsoft(self, state: str) -> str:
        query = {
            "client_id": self._shop.access.client_id,
            "scope": self._terms.scope or self._shop.access.tokens.scope,
            "redirect_uri": f"{self._shop.public_url}{CALLBACK_PATH}",
            "state": state,
        }
        return f"{self._shop.access.login_url}/organizations/v2.0/adminconsent?{urlencode(query)}"


def accept(shop: Workshop, tenant: TenantId, proof: Proof) -> None:
    """Take in a proven consent: the binding, what is to be done now, and ConsentGranted. A repeat changes nothing.

    The fact is appended inside the transaction of the rest: a refusal undoes both, and a crash between the two commits
    leaves the fact alone, which the administrator's next try completes. Raises DirectoryBound, DirectoryTaken,
    TenantLeft.
    """
    seen = proof.organisation
    now = shop.desk.now()
    with shop.database() as db:
        bind(db, tenant, seen.directory, now)
        schedule.begin(db, tenant, now)
        settle(db, tenant)
        command = RecordConsent(
            tenant, seen.directory, seen.name, seen.default_domain, frozenset(proof.permissions), uuid4()
        )
        record_consent(command, shop.desk)


def _declined(query: QueryParams) -> Response:
    """Shows the error's code, never its description: anyone can write that into a link to us."""
    code = _only(query, "error") or ""
    count("consent.declined")
    return consent_pages.declined(code if _ERROR_CODE.fullmatch(code) else "no reason")


def _directory(query: QueryParams) -> DirectoryId | None:
    """The directory to be proven; None: Microsoft would not have answered so."""
    tenant = _only(query, "tenant")
    if tenant is None or not _GUID.fullmatch(tenant) or (_only(query, "admin_consent") or "").lower() != "true":
        return None
    return DirectoryId(UUID(tenant))


def _only(query: QueryParams, name: str) -> str | None:
    """The value of a parameter that stands there once and is not absurdly long."""
    values = query.getlist(name)
    return values[0] if len(values) == 1 and _short(values[0]) else None


def _short(secret: str) -> bool:
    return len(secret) <= _SECRET_MAX


def _alert(attempt: Attempt, error: Refused) -> None:
    count(f"consent.{error.code.lower()}")
    say("consent.refused", logging.WARNING, tenant=attempt.tenant, code=error.code)
