"""Facts about a customer: invitation, consent, what SUA can read there."""

from enum import StrEnum
from typing import ClassVar

from app.domain.events.base import Event
from app.domain.ids import DirectoryId
from app.domain.personal import Personal


class Capability(StrEnum):
    """What a tenant may or may not offer beyond the five permissions."""

    ENTRA_P1 = "entra_p1"
    CONCEALED_NAMES = "concealed_names"
    REPORTS = "reports"
    PSTN_LOGS = "pstn_logs"
    DIRECT_ROUTING = "direct_routing"
    RENEWALS = "renewals"
    COPILOT_REPORTS = "copilot_reports"


class TenantInvited(Event):
    """The provider sent a customer's administrator the consent link."""

    name: ClassVar[str] = "TenantInvited"
    customer: str
    contact: Personal


class ConsentGranted(Event):
    """The administrator consented, proven by a token for the directory and a read of its organisation."""

    name: ClassVar[str] = "ConsentGranted"
    directory: DirectoryId
    organisation: str
    default_domain: str | None
    permissions: tuple[str, ...]


class ConsentWithdrawn(Event):
    """SUA's access ended. `reason` is the Entra or Graph error code that showed it."""

    name: ClassVar[str] = "ConsentWithdrawn"
    reason: str


class PermissionsChanged(Event):
    """The token's roles are no longer what they were."""

    name: ClassVar[str] = "PermissionsChanged"
    permissions: tuple[str, ...]


class CapabilityChanged(Event):
    """A source of knowledge opened or closed, for instance sign-in times without Entra ID P1."""

    name: ClassVar[str] = "CapabilityChanged"
    capability: Capability
    available: bool


class PolicyChanged(Event):
    """The tenant's own rules, whole. Days are civil days in `time_zone` (IANA)."""

    name: ClassVar[str] = "PolicyChanged"
    idle_days: int
    grace_days: int
    time_zone: str
    currency: str


class TenantOffboarded(Event):
    """The customer left. Nothing is read any more."""

    name: ClassVar[str] = "TenantOffboarded"
