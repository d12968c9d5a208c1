"""The identity platform's public keys, by `kid`.

Refreshed when a token names an unknown key, with a floor between tries, so that made-up names cannot make SUA fetch
in a loop; and softly once a day. While the keys' address is away the last good ones go on being used.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import aiohttp
import msgspec
from jose import jwk
from jose.backends.base import Key
from jose.exceptions import JOSEError

from app import telemetry
from app.clock import Clock
from app.domain.errors import Unavailable

FetchKeys = Callable[[], Awaitable[bytes]]

REFRESH_FLOOR = timedelta(seconds=60)
SOFT_AGE = timedelta(hours=24)
HARD_AGE = timedelta(days=7)
MODULUS_BITS_MIN = 2048
ANSWER_BYTES_MAX = 1_000_000
FETCH_TIMEOUT_SECONDS = 5.0


class KeysUnavailable(Unavailable):
    """The keys that prove tokens cannot be read, and none are known that are young enough."""

    code: ClassVar[str] = "KEYS_UNAVAILABLE"


class _Jwk(msgspec.Struct, frozen=True):
    kty: str
    kid: str = ""
    n: str = ""
    e: str = ""
    use: str = "sig"
    alg: str = "RS256"
    issuer: str | None = None


class _Jwks(msgspec.Struct, frozen=True):
    keys: list[_Jwk]


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One RSA key, ready to verify. `issuer`: whose tokens it may sign, as a template; None: the set's owner's."""

    kid: str
    issuer: str | None
    rsa: Key


class KeySet:
    def __init__(self, fetch: FetchKeys, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, TrustedKey] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> TrustedKey | None:
        """The key of that name, or None: no such key. Raises `KeysUnavailable` where that cannot be known."""
        if self._stale() or kid not in self._keys:
            await self._refresh(kid)
        if self._read_at is None or self._clock.now() - self._read_at >= HARD_AGE:
            raise KeysUnavailable("The keys that prove tokens cannot be read now; try again in a minute.")
        return self._keys.get(kid)

    def _stale(self) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= SOFT_AGE

    def _tried_lately(self) -> bool:
        return self._tried_at is not None and self._clock.now() - self._tried_at < REFRESH_FLOOR

    async def _refresh(self, kid: str) -> None:
        async with self._fetching:
            if self._tried_lately() or (kid in self._keys and not self._stale()):
                return
            self._tried_at = self._clock.now()
            try:
                self._keys = read_keys(await self._fetch())
                self._read_at = self._clock.now()
            except KeysUnavailable as failure:
                telemetry.count("auth.keys_unavailable")
                telemetry.say("auth.keys_unavailable", logging.WARNING, reason=str(failure))


def read_keys(answer: bytes) -> dict[str, TrustedKey]:
    """The usable keys of a JWKS document; of others (not RSA, not for signatures, too short) it takes no notice."""
    try:
        document = msgspec.json.decode(answer, type=_Jwks)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise KeysUnavailable("The keys' address answered something else than a JWKS.") from error
    keys = {key.kid: key for key in map(_trusted, document.keys) if key is not None}
    if not keys:
        raise KeysUnavailable("The keys' address answered no usable key.")
    return keys


def _trusted(found: _Jwk) -> TrustedKey | None:
    if found.kty != "RSA" or found.use != "sig" or found.alg != "RS256" or not found.kid:
        return None
    if len(found.n) * 6 < MODULUS_BITS_MIN:
        return None
    try:
        rsa = jwk.construct({"kty": "RSA", "n": found.n, "e": found.e}, algorithm="RS256")
    except (JOSEError, ValueError):
        return None
    return TrustedKey(found.kid, found.issuer, rsa)


def fetch_over_http(url: str) -> FetchKeys:
    """Reads a JWKS by HTTP: no redirects, 5 s, at most 1 MB."""

    async def fetch() -> bytes:
        timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise KeysUnavailable(f"The keys' address answered {answer.status}.")
                return await _at_most(answer.content, ANSWER_BYTES_MAX)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KeysUnavailable(f"The keys' address cannot be reached ({type(error).__name__}).") from error

    return fetch


async def _at_most(content: aiohttp.StreamReader, limit: int) -> bytes:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > limit:
            raise KeysUnavailable("The keys' address answered more than a JWKS can be.")
    return bytes(body)
