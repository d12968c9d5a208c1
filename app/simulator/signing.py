"""Keys and tokens of the simulated Entra: RS256 JWTs and the JWKS that proves them.

Follows "Access tokens in the Microsoft identity platform": every key of the set carries its own `issuer`, a template
with {tenantid}; keys are rotated, and old ones stay in the set for a while.
"""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwt
from jose.exceptions import JWTError

KEYS_KEPT = 3


@dataclass(frozen=True, slots=True)
class SigningKey:
    kid: str
    pem: str
    public: dict[str, str]


def make_key() -> SigningKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    modulus = _base64url(numbers.n)
    kid = base64.urlsafe_b64encode(hashlib.sha256(modulus.encode()).digest())[:27].decode()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": modulus, "e": _base64url(numbers.e)}
    return SigningKey(kid, pem, public)


@dataclass(slots=True)
class Keyring:
    """The newest key signs; the last few verify."""

    keys: list[SigningKey] = field(default_factory=lambda: [make_key()])

    def rotate(self) -> str:
        """Sign with a new key from now on. Returns its kid."""
        self.keys = [make_key(), *self.keys][:KEYS_KEPT]
        return self.keys[0].kid

    def sign(self, claims: dict[str, Any], lifetime_seconds: int) -> str:
        """A token valid from now (wall clock, as Entra's) for `lifetime_seconds`, which may be negative."""
        now = int(time.time())
        key = self.keys[0]
        stamped = {"iat": now, "nbf": min(now, now + lifetime_seconds), "exp": now + lifetime_seconds, **claims}
        return str(jwt.encode(stamped, key.pem, algorithm="RS256", headers={"kid": key.kid}))

    def read(self, token: str, audience: str) -> dict[str, Any] | None:
        """The claims of a token this ring signed for `audience`, still valid; None otherwise."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = next((each for each in self.keys if each.kid == kid), None)
            if key is None:
                return None
            return jwt.decode(token, key.public, algorithms=["RS256"], audience=audience)
        except JWTError:
            return None

    def jwks(self, issuer: str) -> dict[str, Any]:
        return {"keys": [{**key.public, "issuer": issuer} for key in self.keys]}


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
