"""One customer: invitation, consent, what SUA can read there, and the customer's own rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from app.domain.access import FEEDS_OF, feeds_without, missing_of, state_without
from app.domain.errors import Refused, TenantUnknown
from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId
from app.domain.personal import Personal
from app.domain.policy import DEFAULT_POLICY, Policy, check_policy, policy_changed, policy_of

REQUIRED_PERMISSIONS = tuple(sorted(FEEDS_OF))
"""Application permissions of Microsoft Graph without which SUA does not begin to read."""


class AlreadyInvited(Refused):
    code = "ALREADY_INVITED"


class CustomerUnnamed(Refused):
    code = "CUSTOMER_UNNAMED"


class TenantLeft(Refused):
    """The customer was offboarded. Coming back takes a new invitation and with it a new tenant."""

    code = "TENANT_OFFBOARDED"


class InvitationAccepted(Refused):
    """The customer has consented, so there is no invitation to take back. A customer who leaves is offboarded."""

    code = "INVITATION_ACCEPTED"


class DirectoryTaken(Refused):
    """The consent is for another directory than the one this customer is bound to."""

    code = "DIRECTORY_TAKEN"

    def __init__(self, bound: DirectoryId, offered: DirectoryId) -> None:
        super().__init__(
            f"The customer is bound to directory {bound}; a consent for {offered} needs its own invitation."
        )
        self.bound = bound
        self.offered = offered


class PermissionsMissing(Refused):
    code = "PERMISSIONS_MISSING"

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"The consent lacks {', '.join(missing)}; ask the administrator to consent again.")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Tenant:
    """What the log says of one customer. `capabilities` holds only what is known: absent means unknown, not no.

    `lost`: the error code that showed that access ended; None: it has not, or there never was any.
    """

    invited: bool = False
    customer: str = ""
    contact: Personal | None = None
    consented: bool = False
    directory: DirectoryId | None = None
    organisation: str | None = None
    default_domain: str | None = None
    permissions: tuple[str, ...] = ()
    capabilities: tuple[tuple[Capability, bool], ...] = ()
    policy: Policy = DEFAULT_POLICY
    offboarded: bool = False
    lost: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Permissions that a customer who has consented took back. Where no consent stands: none."""
        return missing_of(self.permissions) if self.consented else ()

    @property
    def stopped(self) -> tuple[Feed, ...]:
        """The feeds that cannot be read for lack of a permission."""
        return feeds_without(self.missing)

    def can(self, capability: Capability) -> bool | None:
        """None: not known yet."""
        return dict(self.capabilities).get(capability)


NO_TENANT = Tenant()


def replay(events: Iterable[Event]) -> Tenant:
    return reduce(evolve, events, NO_TENANT)


def evolve(tenant: Tenant, event: Event) -> Tenant:
    """Fold one fact in. Never refuses; a fact about something else leaves the tenant as it is."""
    match event:
        case TenantInvited():
            return replace(tenant, invited=True, customer=event.customer, contact=event.contact)
        case ConsentGranted():
            return replace(
                tenant,
                consented=True,
                directory=event.directory,
                organisation=event.organisation,
                default_domain=event.default_domain,
                permissions=event.permissions,
                lost=None,
            )
        case ConsentWithdrawn():
            return replace(tenant, consented=False, permissions=(), lost=event.reason)
        case PermissionsChanged():
            return replace(tenant, permissions=event.permissions)
        case CapabilityChanged():
            capabilities = {**dict(tenant.capabilities), event.capability: event.available}
            return replace(tenant, capabilities=tuple(sorted(capabilities.items())))
        case PolicyChanged():
            return replace(tenant, policy=policy_of(event))
        case TenantOffboarded():
            return replace(tenant, offboarded=True, consented=False, permissions=())
        case _:
            return tenant


def invite(tenant: Tenant, *, customer: str, contact: Personal, at: datetime) -> list[Event]:
    if tenant.invited:
        raise AlreadyInvited("This tenant was invited before; send the link of that invitation again.")
    if not customer.strip():
        raise CustomerUnnamed("An invitation needs the customer's name.")
    return [TenantInvited(happened_at=at, customer=customer.strip(), contact=contact)]


def grant_consent(
    tenant: Tenant,
    *,
    directory: DirectoryId,
    organisation: str,
    default_domain: str | None,
    permissions: Iterable[str],
    at: datetime,
) -> list[Event]:
    """Take in a proven consent. Repeated with the same permissions: nothing; with others: their change."""
    _check_customer(tenant)
    if tenant.directory not in (None, directory):
        raise DirectoryTaken(tenant.directory, directory)
    granted = tuple(sorted(set(permissions)))
    missing = tuple(permission for permission in REQUIRED_PERMISSIONS if permission not in granted)
    if missing:
        raise PermissionsMissing(missing)
    if not tenant.consented:
        return [
            ConsentGranted(
                happened_at=at,
                directory=directory,
                organisation=organisation,
                default_domain=default_domain,
                permissions=granted,
            )
        ]
    if granted != tenant.permissions:
        return [PermissionsChanged(happened_at=at, permissions=granted)]
    return []


def withdraw_consent(tenant: Tenant, *, reason: str, at: datetime) -> list[Event]:
    """Entra or Graph showed that access ended, or that it is away for another reason now. Nothing where none was."""
    if not tenant.consented and (tenant.lost is None or tenant.offboarded):
        return []
    if tenant.lost is not None and state_without(tenant.lost) is state_without(reason):
        return []
    return [ConsentWithdrawn(happened_at=at, reason=reason)]


def see_permissions(tenant: Tenant, *, permissions: Iterable[str], at: datetime) -> list[Event]:
    """What tokens carry now, where a consent stands. Unlike at the consent itself, fewer is a fact, not a refusal."""
    seen = tuple(sorted(set(permissions)))
    if not tenant.consented or seen == tenant.permissions:
        return []
    return [PermissionsChanged(happened_at=at, permissions=seen)]


def note_capability(tenant: Tenant, *, capability: Capability, available: bool, at: datetime) -> list[Event]:
    """Nothing if it is known to be so."""
    _check_customer(tenant)
    if tenant.can(capability) is available:
        return []
    return [CapabilityChanged(happened_at=at, capability=capability, available=available)]


def change_policy(tenant: Tenant, policy: Policy, *, at: datetime) -> list[Event]:
    """Set the customer's rules, whole. Rules that are in force already: nothing. Raises what `check_policy` does."""
    _check_customer(tenant)
    check_policy(policy)
    if policy == tenant.policy:
        return []
    return [policy_changed(policy, at)]


def offboard(tenant: Tenant, *, at: datetime) -> list[Event]:
    """The customer leaves. Repeated: nothing."""
    if not tenant.invited:
        raise TenantUnknown("No such tenant.")
    if tenant.offboarded:
        return []
    return [TenantOffboarded(happened_at=at)]


def withdraw_invitation(tenant: Tenant, *, at: datetime) -> list[Event]:
    """The invitation is taken back before anybody consented, and with it the customer leaves. Repeated: nothing."""
    if tenant.directory is not None:
        raise InvitationAccepted("The customer has consented; whoever leaves after that is offboarded.")
    return offboard(tenant, at=at)


def _check_customer(tenant: Tenant) -> None:
    if not tenant.invited:
        raise TenantUnknown("No such tenant.")
    if tenant.offboarded:
        raise TenantLeft("The customer has left; a new invitation makes a new tenant.")
