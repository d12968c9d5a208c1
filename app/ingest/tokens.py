"""App-only tokens for Graph, one authority per customer's directory, through MSAL."""

import base64
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from msal import ConfidentialClientApplication
from msal.exceptions import MsalError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from app.domain.ids import DirectoryId
from app.ingest.credentials import Credential, credentials_of
from app.ingest.graph_errors import (
    BadUpstreamAnswer,
    CredentialRefused,
    RequestMalformed,
    TokenUnavailable,
    token_refusal,
)
from app.ingest.keyring import REST_S, Keyring

PUBLIC_SCOPE = "https://graph.microsoft.com/.default"


class _EntraError(BaseModel):
    error: str
    error_codes: list[int] = []


class _Claims(BaseModel):
    roles: tuple[str, ...] = ()


class Tokens:
    """Tokens of all tenants, kept until shortly before they expire. May be used from several threads.

    Blocking: an asynchronous caller hands `acquire` to a thread.
    """

    def __init__(
        self,
        login_url: str,
        graph_url: str,
        client_id: str,
        credentials: str | Sequence[Credential],
        timeout: float,
        rest_s: float = REST_S,
    ) -> None:
        self._login_url = login_url.rstrip("/")
        self.scope = PUBLIC_SCOPE if is_loopback_http(graph_url) else f"{graph_url.rstrip('/')}/.default"
        self._client_id = client_id
        self._ring = Keyring(credentials_of(credentials), rest_s)
        self._timeout = timeout
        self._applications: dict[DirectoryId, tuple[Credential, ConfidentialClientApplication]] = {}
        self._locks: dict[DirectoryId, threading.Lock] = {}
        self._lock = threading.Lock()

    def acquire(self, directory: DirectoryId, *, fresh: bool = False) -> str:
        """A token for the directory. `fresh` passes by every cache: after a 401, or to see newly granted roles.

        Raises the errors of `graph_errors.token_refusal`. A token proves no consent: Entra issues it without roles.
        """
        with self._lock_of(directory):
            # Only what works is kept: MSAL caches refusals, too, and a new application is the way around them.
            kept = self._applications.pop(directory, None)
            if kept is not None and not fresh:
                try:
                    return self._issued(directory, *kept)
                except CredentialRefused as error:
                    if isinstance(error, RequestMalformed):
                        raise
            return self._first_that_serves(directory)

    @property
    def preferred(self) -> str:
        """The name of the credential that is shown first."""
        return self._ring.preferred

    def verdicts(self) -> dict[str, str | None]:
        """What Entra said of each credential since this was asked last, by name: None: taken, else the refusal."""
        return self._ring.verdicts()

    def _first_that_serves(self, directory: DirectoryId) -> str:
        """The credentials in turn. One that is refused rests a while, whatever tenant asks, to leave Entra in peace."""
        refusal = self._ring.refusal
        for credential in self._ring.awake():
            try:
                return self._issued(directory, credential, self._build(directory, credential))
            except CredentialRefused as error:
                if isinstance(error, RequestMalformed):
                    raise
                refusal = error
        raise refusal or CredentialRefused("There is no credential to show Entra.")

    def _issued(
        self, directory: DirectoryId, credential: Credential, application: ConfidentialClientApplication
    ) -> str:
        try:
            answer = application.acquire_token_for_client(scopes=[self.scope])
        except (requests.RequestException, MsalError) as error:
            raise TokenUnavailable(f"Entra does not answer: {type(error).__name__}") from error
        except (ValueError, KeyError) as error:
            raise TokenUnavailable("Entra's answer is no JSON, or its discovery document is broken") from error
        token = answer.get("access_token")
        if not isinstance(token, str):
            refusal = _refusal(answer)
            if isinstance(refusal, CredentialRefused) and not isinstance(refusal, RequestMalformed):
                self._ring.refused(credential, refusal)
            raise refusal
        if answer.get("token_source") != "cache":
            self._ring.taken(credential)
        self._applications[directory] = credential, application
        return token

    def _lock_of(self, directory: DirectoryId) -> threading.Lock:
        """One at a time per directory: whoever comes meanwhile finds the token in MSAL's cache."""
        with self._lock:
            return self._locks.setdefault(directory, threading.Lock())

    def _build(self, directory: DirectoryId, credential: Credential) -> ConfidentialClientApplication:
        try:
            return self._built(directory, credential)
        except (requests.RequestException, MsalError) as error:
            raise TokenUnavailable(f"Entra does not answer: {type(error).__name__}") from error
        except (ValueError, KeyError) as error:
            raise TokenUnavailable("Entra's discovery document is broken") from error

    def _built(self, directory: DirectoryId, credential: Credential) -> ConfidentialClientApplication:
        plain = is_loopback_http(self._login_url)
        authority = self._login_url.replace("http://", "https://", 1) if plain else self._login_url
        return ConfidentialClientApplication(
            self._client_id,
            client_credential=credential.for_msal,
            authority=f"{authority}/{directory}",
            instance_discovery=False,
            http_client=_Transport(self._timeout, authority if plain else None),
        )


@dataclass(frozen=True, slots=True)
class _Reply:
    """What MSAL wants to know of an answer."""

    status_code: int
    text: str
    headers: dict[str, str]

    def raise_for_status(self) -> None:
        if self.status_code >= HTTPStatus.BAD_REQUEST:
            raise requests.HTTPError(f"status {self.status_code}")


class _Transport:
    """MSAL's way out: a time limit, no redirects, and Entra's refusals at discovery told apart.

    MSAL insists on https addresses. For a login server on this machine (`plain_for`, its address with https) they
    are rewritten on the way out and back in, so that a development set-up needs no certificate.
    """

    def __init__(self, timeout: float, plain_for: str | None) -> None:
        self._session = requests.Session()
        self._timeout = timeout
        self._secure = plain_for
        self._plain = None if plain_for is None else plain_for.replace("https://", "http://", 1)

    def get(self, url: str, params: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> _Reply:
        reply = self._request("GET", url, params=params, headers=headers)
        if HTTPStatus.OK < reply.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _refusal(_parsed(reply.text))
        return reply

    def post(self, url: str, **given: Any) -> _Reply:
        return self._request("POST", url, **given)

    def close(self) -> None:
        self._session.close()

    def _request(self, method: str, url: str, **given: Any) -> _Reply:
        answer = self._session.request(
            method, self._outward(url), timeout=self._timeout, allow_redirects=False, **given
        )
        return _Reply(answer.status_code, self._inward(answer.text), dict(answer.headers))

    def _outward(self, url: str) -> str:
        if self._secure and self._plain and url.startswith(f"{self._secure}/"):
            return self._plain + url[len(self._secure) :]
        return url

    def _inward(self, text: str) -> str:
        return text.replace(f'"{self._plain}/', f'"{self._secure}/') if self._plain else text


def _parsed(text: str) -> Any:
    try:
        return from_json(text)
    except ValueError as error:
        raise TokenUnavailable("Entra's refusal is no JSON") from error


def _refusal(answer: Any) -> Exception:
    try:
        refused = _EntraError.model_validate(answer)
    except ValidationError:
        return TokenUnavailable("Entra's answer is neither a token nor a refusal")
    return token_refusal(refused.error_codes, refused.error)


def roles_of(token: str) -> tuple[str, ...]:
    """The application permissions inside a token, sorted: a diagnosis, not a security check (Graph does that)."""
    try:
        _, body, _ = token.split(".")
        claims = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return tuple(sorted(_Claims.model_validate_json(claims).roles))
    except (ValueError, ValidationError) as error:
        raise BadUpstreamAnswer("Entra's token is no JWT") from error


def is_loopback_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
