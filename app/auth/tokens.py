"""Access tokens of Microsoft Entra (v2): verified here and nowhere else.

python-jose is called in one narrow way, because by default it accepts tokens without audience, tries every key it is
given, overlooks `crit` and lets other exceptions than its own escape. So the header is read here first, exactly one
RS256 key is handed over, what a token must say is checked by a strict model, and time is the injected clock's.
"""

import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from jose import jwt
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection

from app.auth.jwks import KeySet, TrustedKey
from app.clock import Clock
from app.domain.errors import Refused

TOKEN_CHARACTERS_MAX = 16_384
CACHED_TOKENS_MAX = 10_000
CACHED_AT_MOST = timedelta(minutes=5)
"""So that somebody whose access was revoked is out soon, whatever their token's lifetime."""

_COMPACT = re.compile(r"[A-Za-z0-9_-]{2,2048}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TENANT_PLACE = "{tenantid}"
_ID_TOKEN_ONLY = ("nonce", "at_hash", "c_hash")
_ACCESS_TOKEN_ONLY = ("azp", "azpacr")

_Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
_Words = Annotated[str, Field(min_length=1)]


class TokenRefused(Refused):
    """The bearer token is absent, not ours, out of date or not what an access token must be."""

    code: ClassVar[str] = "UNAUTHENTICATED"


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str
    typ: str = "JWT"
    crit: msgspec.Raw = msgspec.Raw(b"")


class Claims(BaseModel):
    """What a verified access token says. `tid` and `oid` together are the identity; names and addresses are not."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    aud: _Words
    iss: _Words
    sub: _Words
    exp: int
    nbf: int
    iat: int
    tid: _Guid
    oid: _Guid
    azp: _Guid | None = None
    azpacr: str | None = None
    ver: Literal["2.0"]
    roles: list[str] = []
    name: str | None = None

    @cached_property
    def directory(self) -> UUID:
        return UUID(self.tid)

    @cached_property
    def person(self) -> UUID:
        return UUID(self.oid)


class Verifier:
    """Verifies bearer tokens and remembers those verified, by hash, for at most five minutes.

    `issuer_template` holds `{tenantid}`, for instance `https://login.microsoftonline.com/{tenantid}/v2.0`. The clock
    must be the wall clock: tokens carry real times also where the rest of a demonstration is simulated.
    """

    def __init__(
        self, keys: KeySet, clock: Clock, *, audience: str, issuer_template: str, leeway_seconds: int = 60
    ) -> None:
        if not audience or _TENANT_PLACE not in issuer_template:
            raise ValueError("tokens need an audience and an issuer template with {tenantid}")
        self._keys = keys
        self._clock = clock
        self._audience = audience
        self._issuer_template = issuer_template
        self._leeway_seconds = leeway_seconds
        self._verified: OrderedDict[bytes, tuple[Claims, datetime]] = OrderedDict()

    def of(self, connection: HTTPConnection, said: str | None = None) -> Coroutine[Any, Any, Claims]:
        """The caller of a request or handshake; `said`: an Authorization that came otherwise, and goes before it."""
        return self.verify(_token_in([said] if said else connection.headers.getlist("authorization")))

    async def still(self, claims: Claims) -> None:
        """A token holds until its time is over, whatever happens to its bearer."""

    async def of_headers(self, authorization: Iterable[str]) -> Claims:
        """The caller by the request's Authorization headers: exactly one, of the scheme Bearer."""
        return await self.verify(_token_in(list(authorization)))

    async def verify(self, token: str) -> Claims:
        """The token's claims. Raises `TokenRefused`, or `KeysUnavailable` where the keys cannot be read."""
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise _not_signed()
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        now = self._clock.now()
        known = self._verified.get(digest)
        if known is not None and now < known[1]:
            self._verified.move_to_end(digest)
            return known[0]
        if not _COMPACT.fullmatch(token):
            raise _not_signed()
        claims = await self._check(token, now.timestamp())
        self._remember(digest, claims, now)
        return claims

    def seconds_left(self, claims: Claims) -> float:
        """How long these claims still hold, clock skew included; not above zero: no longer."""
        return claims.exp + self._leeway_seconds - self._clock.now().timestamp()

    async def _check(self, token: str, now: float) -> Claims:
        kid = _kid(token)
        key = await self._keys.find(kid)
        if key is None:
            raise TokenRefused("The token is signed with a key that is not known here.")
        try:
            claims = self._decode(token, key)
        except Exception as error:  # python-jose lets TypeError, OverflowError and others escape
            raise TokenRefused("The token's signature or claims are not valid.") from error
        self._check_issuer(claims, key)
        self._check_times(claims, now)
        return claims

    def _decode(self, token: str, key: TrustedKey) -> Claims:
        """`exp` and `nbf` are judged later by the injected clock; their presence and type by the model."""
        required = dict.fromkeys(["require_aud", "require_iss", "require_sub", "require_iat"], True)
        ours = {"verify_exp": False, "verify_nbf": False, "verify_at_hash": False}
        said = jwt.decode(token, key.rsa, algorithms=["RS256"], audience=self._audience, options={**required, **ours})
        if any(name in said for name in _ID_TOKEN_ONLY) or not any(name in said for name in _ACCESS_TOKEN_ONLY):
            raise TokenRefused("This is an ID token; send an access token for this API.")
        return Claims.model_validate(said)

    def _check_issuer(self, claims: Claims, key: TrustedKey) -> None:
        issuer = self._issuer_template.replace(_TENANT_PLACE, claims.tid)
        of_key = (key.issuer or self._issuer_template).replace(_TENANT_PLACE, claims.tid)
        if claims.iss != issuer or of_key != issuer:
            raise TokenRefused("The token's issuer is not the one of its tenant.")

    def _check_times(self, claims: Claims, now: float) -> None:
        if now >= claims.exp + self._leeway_seconds:
            raise TokenRefused("The token has expired; get a new one.")
        if max(claims.nbf, claims.iat) > now + self._leeway_seconds:
            raise TokenRefused("The token is not valid yet; check the clocks.")

    def _remember(self, digest: bytes, claims: Claims, now: datetime) -> None:
        left = claims.exp + self._leeway_seconds - now.timestamp()
        self._verified[digest] = (claims, now + timedelta(seconds=min(CACHED_AT_MOST.total_seconds(), left)))
        self._verified.move_to_end(digest)
        while len(self._verified) > CACHED_TOKENS_MAX:
            self._verified.popitem(last=False)


def _token_in(authorization: list[str]) -> str:
    if len(authorization) != 1:
        raise TokenRefused("Send one Authorization header with a bearer token.")
    scheme, _, token = authorization[0].partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRefused("Send the access token as: Authorization: Bearer TOKEN.")
    return token.strip(" ")


def _not_signed() -> TokenRefused:
    return TokenRefused("The bearer token is not a signed token.")


def _kid(token: str) -> str:
    """The key's name from the header, which must be plain: RS256, no extension that had to be understood."""
    try:
        segments = [_decoded(segment) for segment in token.split(".")]
        header = msgspec.json.decode(segments[0], type=_Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise TokenRefused("The token's header is not readable.") from error
    if header.alg != "RS256" or bytes(header.crit) or header.typ.upper() not in ("JWT", "AT+JWT"):
        raise TokenRefused("The token is not signed as RS256, or asks for more than that.")
    return header.kid


def _decoded(segment: str) -> bytes:
    """base64url in its one canonical form: a token has one spelling, so its hash is its name."""
    raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != segment.encode():
        raise ValueError("not canonical base64url")
    return raw
