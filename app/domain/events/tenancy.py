"""Facts about a customer: invitation, consent, what SUA can read there."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import DirectoryId, PlanId, SkuId
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


class PoolPolicy(StrEnum):
    """Who pays for seats that nobody holds (definitions: cost allocation)."""

    CENTRAL = "CENTRAL"
    PRO_RATA = "PRO_RATA"
    """The groups, by their days of seats of the same product."""
    OWNER = "OWNER"
    """One group, named."""


class SkuIdleDays(BaseModel):
    """Another number of idle days for one product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: SkuId
    days: int


class PolicyChanged(Event):
    """The tenant's own rules, whole. Days are civil days in `time_zone` (IANA).

    `disabled_days`: so long an account is disabled before its seats count as wasted. `buffer_share`, `buffer_min`: of
    unassigned seats, the greater of the two is kept for joiners. `grace_billed`: units past their renewal are paid.
    `pool_owner`: who pays for unassigned seats under OWNER. `needed_plans` are never proposed for removal;
    `unneeded_plans` count as unused where use cannot be observed. `connection_fee_inside`: the charge of a telephone
    call contains its connection charge, as an invoice showed.
    """

    name: ClassVar[str] = "PolicyChanged"
    schema_version: ClassVar[int] = 2
    idle_days: int
    grace_days: int
    time_zone: str
    currency: str
    disabled_days: int = 14
    buffer_share: Decimal = Decimal("0.02")
    buffer_min: int = 2
    grace_billed: bool = False
    pool: PoolPolicy = PoolPolicy.CENTRAL
    pool_owner: str | None = None
    sku_idle_days: tuple[SkuIdleDays, ...] = ()
    needed_plans: tuple[PlanId, ...] = ()
    unneeded_plans: tuple[PlanId, ...] = ()
    connection_fee_inside: bool = False


class TenantOffboarded(Event):
    """The customer left. Nothing is read any more."""

    name: ClassVar[str] = "TenantOffboarded"
