"""What SUA shows Entra to prove that it is SUA: secrets and certificates, several at once while one takes over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from app.domain.errors import Refused

WARNED_BEFORE = timedelta(days=30)


class CertificateUnusable(Refused):
    """The file of a client certificate does not hold one certificate and its unencrypted private key, both in PEM."""

    code: ClassVar[str] = "CERTIFICATE_UNUSABLE"


@dataclass(frozen=True, slots=True)
class Credential:
    """`name`: the setting it comes from, for operators. `for_msal`: what MSAL takes. `expires_at` None: not known."""

    name: str
    for_msal: str | dict[str, str] = field(repr=False)
    expires_at: datetime | None = None


def secret(name: str, value: str) -> Credential:
    return Credential(name, value)


def certificate(name: str, pem: bytes) -> Credential:
    """A certificate and its key, in any order. MSAL signs with PS256 and names it by `x5t#S256`."""
    try:
        key: Any = serialization.load_pem_private_key(pem, password=None)
        certificates = x509.load_pem_x509_certificates(pem)
        ours = [each for each in certificates if each.public_key() == key.public_key()]
    except (ValueError, TypeError) as error:
        raise CertificateUnusable(f"{name}: the file holds no certificate with its key in PEM.") from error
    if not ours:
        raise CertificateUnusable(f"{name}: none of the file's certificates belongs to its key.")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = ours[0].public_bytes(serialization.Encoding.PEM)
    material = {"private_key": private.decode(), "public_certificate": public.decode()}
    return Credential(name, material, ours[0].not_valid_after_utc.astimezone(UTC))


def credentials_of(given: str | Sequence[Credential]) -> tuple[Credential, ...]:
    """A lone secret is one, too."""
    return (secret("client secret", given),) if isinstance(given, str) else tuple(given)


def expiring(credentials: Sequence[Credential], now: datetime) -> list[str]:
    """Those that end within 30 days or have ended, each with its day. When a secret ends nobody tells SUA."""
    return [
        f"{each.name} ends on {each.expires_at:%Y-%m-%d}"
        for each in credentials
        if each.expires_at is not None and each.expires_at <= now + WARNED_BEFORE
    ]
