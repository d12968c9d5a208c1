"""A pretend Entra for tests: keys of its own, and tokens as right or as wrong as a test wants them."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

LOGIN = "https://login.example"
TEMPLATE = f"{LOGIN}/{{tenantid}}/v2.0"
AUDIENCE = "6f0a1b5c-3d0e-4c76-9a64-0a2f0b7d1c11"
PORTAL = "9b0f6a3e-1d52-4d4b-8a3b-5c1a2e7f9d22"
CONTOSO = UUID("c0117050-0000-4000-8000-000000000001")
ANNA = UUID("a11a0000-0000-4000-8000-000000000001")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key a name and test run; making them is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_pem(name: str = "key-1") -> bytes:
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def public_der(name: str = "key-1") -> bytes:
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def jwk_of(name: str = "key-1", **more: Any) -> dict[str, Any]:
    numbers = rsa_key(name).public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": name,
        "n": _number(numbers.n),
        "e": _number(numbers.e),
        "issuer": TEMPLATE,
        **more,
    }


def jwks_of(*names: str) -> bytes:
    return json.dumps({"keys": [jwk_of(name) for name in names or ("key-1",)]}).encode()


def claims_at(now: datetime = NOON, **changed: Any) -> dict[str, Any]:
    """Claims of a valid access token; a value of `...` takes the claim out."""
    issued = int(now.timestamp())
    tid = changed.get("tid", str(CONTOSO))
    valid = {
        "aud": AUDIENCE,
        "iss": f"{LOGIN}/{tid}/v2.0",
        "sub": "pairwise-subject",
        "iat": issued,
        "nbf": issued,
        "exp": issued + 3600,
        "tid": tid,
        "oid": str(ANNA),
        "azp": PORTAL,
        "ver": "2.0",
        "scp": "access",
        "roles": ["Sua.Customer.Viewer"],
        "name": "Anna Berg",
    }
    return {name: value for name, value in {**valid, **changed}.items() if value is not ...}


def signed(claims: dict[str, Any] | str, key: str = "key-1", **header: Any) -> str:
    """RS256 over anything, with the header changed as asked; a value of `...` takes a header out."""
    plain = {"alg": "RS256", "typ": "JWT", "kid": key, **header}
    head = json.dumps({name: value for name, value in plain.items() if value is not ...})
    body = claims if isinstance(claims, str) else json.dumps(claims)
    signing_input = f"{b64(head.encode())}.{b64(body.encode())}"
    signature = rsa_key(key).sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signing_input}.{b64(signature)}"


@dataclass(slots=True)
class Keys:
    """The keys' address: what it answers, and how often it was asked."""

    answer: bytes | Exception
    asked: int = 0

    async def __call__(self) -> bytes:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
