"""Names for people that tell nothing about them and stay the same: for viewers without `Sua.SeePersons`."""

import hmac
from dataclasses import dataclass, field

from app.domain.ids import TenantId, UserId

KEY_BYTES_MIN = 32


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed and stable per tenant: the same person or number has another name at another tenant.

    32 bits: among 10,000 people of a tenant two share a name once in 90 tenants; ids, never names, tell people apart.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES_MIN:
            raise ValueError(f"the key of pseudonyms needs {KEY_BYTES_MIN} bytes")

    def of_user(self, tenant: TenantId, user: UserId) -> str:
        return self._made(tenant, b"user", user.bytes)

    def of_label(self, tenant: TenantId, label: str) -> str:
        """For somebody known only by a number or a typed name."""
        return self._made(tenant, b"label", label.encode())

    def _made(self, tenant: TenantId, kind: bytes, what: bytes) -> str:
        digits = hmac.digest(self.key, b"|".join([b"person", tenant.bytes, kind, what]), "sha256")[:4].hex().upper()
        return f"Person {digits[:4]}-{digits[4:]}"
