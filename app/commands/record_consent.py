"""The administrator consented, or access ended."""

from dataclasses import dataclass
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.ids import DirectoryId, TenantId
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """A consent already proven: a token for `directory` with these roles, and its organisation read with it."""

    tenant: TenantId
    directory: DirectoryId
    organisation: str
    default_domain: str | None
    permissions: frozenset[str]
    cause: UUID


@dataclass(frozen=True, slots=True)
class RecordWithdrawal:
    """`reason` is the Entra or Graph error code that showed it."""

    tenant: TenantId
    reason: str
    cause: UUID


@dataclass(frozen=True, slots=True)
class RecordPermissions:
    """`permissions`: the roles of a token got just now."""

    tenant: TenantId
    permissions: frozenset[str]
    cause: UUID


def record_consent(command: RecordConsent, desk: Desk) -> int:
    """Returns how many facts were new; 0 for a consent known already. Raises DirectoryTaken, PermissionsMissing."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.grant_consent(
            tenant.replay(history),
            directory=command.directory,
            organisation=command.organisation,
            default_domain=command.default_domain,
            permissions=command.permissions,
            at=desk.now(),
        ),
    )


def record_withdrawal(command: RecordWithdrawal, desk: Desk) -> int:
    """Returns how many facts were new; 0 where there was no consent, or it ended for that reason before."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.withdraw_consent(tenant.replay(history), reason=command.reason, at=desk.now()),
    )


def record_permissions(command: RecordPermissions, desk: Desk) -> int:
    """Returns how many facts were new; 0 for permissions known already, and where no consent stands."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.see_permissions(tenant.replay(history), permissions=command.permissions, at=desk.now()),
    )
