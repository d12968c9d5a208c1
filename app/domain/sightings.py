"""What a read of Microsoft Graph showed, in our words. Translators make these, decisions compare them with the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.events.licensing import Profile, Purchase, ServicePlan, Workload
from app.domain.events.telephony import Call
from app.domain.ids import DirectoryId, GroupId, PlanId, SkuId, UserId


@dataclass(frozen=True, slots=True)
class OrganisationSighting:
    directory: DirectoryId
    name: str
    default_domain: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SkuSighting:
    """One row of subscribedSkus."""

    sku: SkuId
    part_number: str
    applies_to: str
    plans: tuple[ServicePlan, ...]
    enabled: int
    warning: int
    suspended: int
    locked_out: int
    consumed: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PurchaseSighting:
    """One row of directory/subscriptions."""

    sku: SkuId
    purchase: Purchase


@dataclass(frozen=True, slots=True)
class LicenceSighting:
    """One assignment by one path (licenseAssignmentStates). `error` not None: Graph could not, and it is not held."""

    sku: SkuId
    via: GroupId | None
    disabled_plans: tuple[PlanId, ...]
    updated_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class SeatSighting:
    """One user as a complete daily read showed them.

    `since` is the time of the last complete read before this one (None: there was none); an assignment new in this
    read cannot have begun before it.
    """

    user: UserId
    created_at: datetime | None
    enabled: bool
    profile: Profile
    licences: tuple[LicenceSighting, ...]
    seen_at: datetime
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SignInSighting:
    """The three stamps of signInActivity; None where Graph gives none (in any of its shapes of none)."""

    user: UserId
    interactive: datetime | None
    non_interactive: datetime | None
    successful: datetime | None


@dataclass(frozen=True, slots=True)
class WorkloadSighting:
    """Last activity per workload of one user, from a usage report."""

    user: UserId
    last_activity: Mapping[Workload, date]


@dataclass(frozen=True, slots=True)
class CallSighting:
    call: Call
    seen_at: datetime
