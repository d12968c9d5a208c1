"""Signing on at Microsoft Entra: authorization code with PKCE, state and nonce, by msal; what comes back is proven.

msal does not verify ID tokens. Both tokens are verified as the API verifies its own, and must be of one person: the ID
token says that this sign-on was the one asked for, the access token which roles of the API the person has. Neither is
kept, and no refresh token is asked for.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from msal import ConfidentialClientApplication, TokenCache
from msal.exceptions import MsalError
from requests.adapters import HTTPAdapter

from app.auth.jwks import KeysUnavailable
from app.auth.tokens import Claims, TokenRefused, Verifier
from app.portal.terms import PortalTerms, Why
from app.telemetry import count, say

# Entra's answer comes by redirect: a form posted from there would bring no cookie that is SameSite=Lax. PKCE guards the
# code, and it is left in no Referer.
warnings.filterwarnings("ignore", "response_mode='form_post' is recommended", UserWarning)

_AADSTS = re.compile(r"\bAADSTS(\d{5,7})\b")
_NUMBERS = {
    50105: Why.NO_ROLE,
    50020: Why.UNKNOWN_TENANT,
    50034: Why.UNKNOWN_TENANT,
    90002: Why.UNKNOWN_TENANT,
    65001: Why.CONSENT_MISSING,
    65004: Why.DECLINED,
    90094: Why.CONSENT_MISSING,
    700016: Why.CONSENT_MISSING,
}
_NAMES = {
    "access_denied": Why.DECLINED,
    "consent_required": Why.CONSENT_MISSING,
    "interaction_required": Why.CONSENT_MISSING,
    "temporarily_unavailable": Why.TRY_LATER,
    "server_error": Why.TRY_LATER,
}
_CREDENTIAL_REFUSED = frozenset({7000215, 7000222, 700027, 7000218})


class SignOnRefused(Exception):
    """Nobody is signed on. `why`: for the page that says what to do."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Entra:
    """`credentials`: what msal takes as one, in order of preference. `tokens` proves access tokens for the API."""

    terms: PortalTerms
    credentials: Sequence[str | dict[str, str]]
    tokens: Verifier
    id_tokens: Verifier
    timeout: float = 30.0
    _applications: dict[int, Any] = field(default_factory=dict)
    """By place of their credential, once Entra has told its addresses."""

    async def begun(self, *, choose: bool) -> dict[str, Any]:
        """What is to be kept until the browser comes back, with `auth_uri` where it goes. `choose`: ask which account.

        Raises `SignOnRefused`.
        """
        try:
            flow: dict[str, Any] = await asyncio.to_thread(self._flow, "select_account" if choose else None)
        except (requests.RequestException, MsalError, ValueError, KeyError) as error:
            say("portal.entra_away", logging.WARNING, error=type(error).__name__)
            raise SignOnRefused(Why.TRY_LATER) from error
        return flow

    async def proven(self, flow: dict[str, Any], answer: Mapping[str, str]) -> Claims:
        """Who came back. Raises `SignOnRefused`."""
        said = await self._exchanged(flow, answer)
        if "access_token" not in said or "id_token" not in said:
            raise SignOnRefused(why_of(said.get("error", ""), said.get("error_description", "")))
        try:
            person = await self.tokens.verify(said["access_token"])
            signed_on = await self.id_tokens.verify(said["id_token"])
        except KeysUnavailable as error:
            raise SignOnRefused(Why.TRY_LATER) from error
        except TokenRefused as error:
            count("portal.token_refused")
            raise SignOnRefused(Why.FAILED) from error
        if (person.tid, person.oid) != (signed_on.tid, signed_on.oid):
            count("portal.token_refused")
            raise SignOnRefused(Why.FAILED)
        return person

    async def _exchanged(self, flow: dict[str, Any], answer: Mapping[str, str]) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(self._exchange, flow, dict(answer))
        except (requests.RequestException, MsalError) as error:
            say("portal.entra_away", logging.WARNING, error=type(error).__name__)
            raise SignOnRefused(Why.TRY_LATER) from error
        except (ValueError, RuntimeError, KeyError) as error:  # msal's words for a state or nonce that is not ours
            count("portal.answer_refused")
            raise SignOnRefused(Why.FAILED) from error

    def _flow(self, prompt: str | None) -> dict[str, Any]:
        scopes = [f"{self.terms.audience}/.default"]
        flow: dict[str, Any] = self._application(0).initiate_auth_code_flow(
            scopes, redirect_uri=self.terms.redirect_uri, prompt=prompt
        )
        if self._is_plain:
            flow["auth_uri"] = flow["auth_uri"].replace("https://", "http://", 1)
        return flow

    def _exchange(self, flow: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
        """A credential that is refused leaves the code unused, so the next may try it."""
        said: dict[str, Any] = {}
        for place in range(len(self.credentials)):
            said = self._application(place).acquire_token_by_auth_code_flow(dict(flow), answer)
            if not _CREDENTIAL_REFUSED & set(said.get("error_codes", ())):
                break
            count("portal.credential_refused")
        return said

    def _application(self, place: int) -> Any:
        """Two threads that both find none make one each, and one is kept."""
        if place not in self._applications:
            self._applications[place] = self._built(place)
        return self._applications[place]

    def _built(self, place: int) -> Any:
        authority = f"{self.terms.login_url}/organizations"
        return ConfidentialClientApplication(
            self.terms.client_id,
            client_credential=self.credentials[place],
            authority=authority.replace("http://", "https://", 1),
            instance_discovery=False,
            http_client=_http(self.timeout, plain=self._is_plain),
            token_cache=_KeepsNothing(),
            exclude_scopes=["offline_access"],
        )

    @property
    def _is_plain(self) -> bool:
        """A login server on this machine, which settings allow to speak http; msal insists on https."""
        return self.terms.login_url.startswith("http://")


def why_of(error: str, description: str) -> Why:
    """What Entra's refusal comes to. Both texts can be anybody's; nothing of them is shown."""
    numbers = [int(number) for number in _AADSTS.findall(description[:2000])]
    known = [_NUMBERS[number] for number in numbers if number in _NUMBERS]
    return known[0] if known else _NAMES.get(error, Why.FAILED)


class _KeepsNothing(TokenCache):  # type: ignore[misc]
    """msal would remember everybody's tokens for as long as the process lives."""

    def add(self, event: Any, now: Any = None) -> None:
        pass


class _Transport(HTTPAdapter):
    def __init__(self, timeout: float, *, plain: bool) -> None:
        super().__init__()
        self._timeout = timeout
        self._plain = plain

    def send(self, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
        options["timeout"] = self._timeout
        if self._plain:
            request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *given, **options)


def _http(timeout: float, *, plain: bool) -> requests.Session:
    session = requests.Session()
    session.max_redirects = 0
    session.mount("https://", _Transport(timeout, plain=plain))
    if plain:
        session.headers["X-Forwarded-Proto"] = "https"  # its discovery document names https addresses then
    return session
