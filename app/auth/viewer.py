"""Who may see which customer's data.

App roles are assigned in the caller's own directory, by its own administrators. A customer can therefore give their
users any role of ours; so no role by itself reaches beyond the tenants of the directory the token comes from. Only
the provider's own directory, known by setting, makes a provider's role count, and a reseller sees what was granted.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache
from typing import ClassVar, Final, Protocol
from uuid import UUID

from app.auth.tokens import Claims
from app.domain.errors import Refused
from app.domain.ids import DirectoryId, TenantId


class Forbidden(Refused):
    """The caller is known and may see nothing here, or may look at a tenant and change nothing."""

    code: ClassVar[str] = "FORBIDDEN"


class Role(StrEnum):
    PROVIDER_ADMIN = "Sua.Provider.Admin"
    PROVIDER_OPERATOR = "Sua.Provider.Operator"
    RESELLER = "Sua.Reseller"
    CUSTOMER_ADMIN = "Sua.Customer.Admin"
    CUSTOMER_VIEWER = "Sua.Customer.Viewer"
    AUDITOR = "Sua.Auditor"
    SEE_PERSONS = "Sua.SeePersons"


PROVIDER_ROLES: Final = frozenset({Role.PROVIDER_ADMIN, Role.PROVIDER_OPERATOR})
CUSTOMER_ROLES: Final = frozenset({Role.CUSTOMER_ADMIN, Role.CUSTOMER_VIEWER, Role.AUDITOR})


class Everything(Enum):
    ALL = "all"


NO_ROLE: Final = "Your account has no role that opens a tenant here."
ALL: Final = Everything.ALL
"""Every tenant there is."""


class Register(Protocol):
    """Which tenants there are. An offboarded tenant is in no answer but the provider's."""

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        """The tenants SUA reads from that Entra directory; none for a directory that never consented."""


class Grants(Protocol):
    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
        """The tenants a reseller's user was given."""


class NoGrants:
    """No reseller was given anything."""

    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:  # noqa: ARG002
        return frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """A proven caller. `own`: the tenants read from the caller's own directory."""

    directory: DirectoryId
    oid: UUID
    name: str | None
    roles: frozenset[Role]
    tenants: frozenset[TenantId] | Everything
    own: frozenset[TenantId]

    def may_see(self, tenant: TenantId) -> bool:
        return self.tenants is ALL or tenant in self.tenants

    def may_change(self, tenant: TenantId) -> bool:
        """Whether prices, rules, exemptions and decisions may be set: by the provider's administrators or their own."""
        if Role.PROVIDER_ADMIN in self.roles and self.tenants is ALL:
            return True
        return Role.CUSTOMER_ADMIN in self.roles and tenant in self.own

    @property
    def may_invite(self) -> bool:
        """Whether customers may be invited, and invitations taken back: by the provider's administrators."""
        return Role.PROVIDER_ADMIN in self.roles and self.tenants is ALL

    def sees_persons(self, tenant: TenantId) -> bool:
        """Whether names, addresses and numbers are shown; otherwise pseudonyms.

        The role is the caller's own directory's to give, so it opens its own tenants, and for the provider all.
        """
        return Role.SEE_PERSONS in self.roles and (self.tenants is ALL or tenant in self.own)


@lru_cache(1_000)
def _roles(said: tuple[str, ...]) -> frozenset[Role]:
    """Those of ours among what a token says."""
    return frozenset(role for role in Role if role.value in said)


async def viewer_of(claims: Claims, provider: DirectoryId | None, register: Register, grants: Grants) -> Viewer:
    """The caller with what they may see. Raises `Forbidden` where that is nothing."""
    directory = DirectoryId(claims.directory)
    roles = _roles(tuple(claims.roles))
    own: frozenset[TenantId] = frozenset()
    if roles & (CUSTOMER_ROLES | PROVIDER_ROLES | {Role.RESELLER}):
        own = await register.of_directory(directory)
    seen: frozenset[TenantId] | Everything
    if roles & PROVIDER_ROLES and directory == provider:
        seen = ALL
    else:
        granted = await grants.granted_to(directory, claims.person) if Role.RESELLER in roles else frozenset()
        seen = granted | (own if roles & CUSTOMER_ROLES else frozenset())
        if not seen:
            raise Forbidden(NO_ROLE)
    return Viewer(directory, claims.person, claims.name, roles, seen, own)
