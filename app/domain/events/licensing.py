"""Facts about products bought and about users and the licences they hold.

Licences are read once a day: a removal's `happened_at` is the read that showed it and trails it by up to 24 hours;
an assignment's is Graph's `lastUpdatedDateTime`, where it lies between the last read and this one.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import GroupId, PlanId, SkuId, UserId
from app.domain.personal import Personal


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServicePlan(_Part):
    plan: PlanId
    name: str
    applies_to: str


class SkuSubscribed(Event):
    """The tenant has this product. Repeated, whole, when its description changes."""

    name: ClassVar[str] = "SkuSubscribed"
    sku: SkuId
    part_number: str
    applies_to: str
    plans: tuple[ServicePlan, ...]


class SeatsChanged(Event):
    """The product's units, whole. `consumed` may exceed what is usable (enabled + warning)."""

    name: ClassVar[str] = "SeatsChanged"
    sku: SkuId
    enabled: int
    warning: int
    suspended: int
    locked_out: int
    consumed: int


class SkuLapsed(Event):
    """The product is gone from the tenant's list."""

    name: ClassVar[str] = "SkuLapsed"
    sku: SkuId


class UserKind(StrEnum):
    """Whose account it is (definitions: user kind). Only a PERSON can leave a seat idle."""

    PERSON = "PERSON"
    GUEST = "GUEST"
    ROOM = "ROOM"
    PHONE_RESOURCE = "PHONE_RESOURCE"
    AGENT = "AGENT"
    UNKNOWN = "UNKNOWN"


class Profile(_Part):
    """What the directory says of a user, as far as SUA reads it. None: not said."""

    display_name: Personal | None
    user_principal_name: Personal | None
    kind: UserKind
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    usage_location: str | None


class UserDiscovered(Event):
    """A user appeared in the directory, for the first time or again after a deletion."""

    name: ClassVar[str] = "UserDiscovered"
    user: UserId
    created_at: AwareDatetime | None
    enabled: bool
    profile: Profile


class ProfileChanged(Event):
    """The user's profile, whole."""

    name: ClassVar[str] = "ProfileChanged"
    user: UserId
    profile: Profile


class AccountDisabled(Event):
    name: ClassVar[str] = "AccountDisabled"
    user: UserId


class AccountEnabled(Event):
    name: ClassVar[str] = "AccountEnabled"
    user: UserId


class UserDeleted(Event):
    """The user is gone from the directory. Their licences were removed by facts before this one."""

    name: ClassVar[str] = "UserDeleted"
    user: UserId


class LicenceAssigned(Event):
    """A user began to hold a licence by one path. `via` None: assigned directly, else by that group.

    The same SKU by two paths is two holdings and one seat.
    """

    name: ClassVar[str] = "LicenceAssigned"
    user: UserId
    sku: SkuId
    via: GroupId | None
    disabled_plans: tuple[PlanId, ...]


class LicenceChanged(Event):
    """A holding goes on with other service plans switched off."""

    name: ClassVar[str] = "LicenceChanged"
    user: UserId
    sku: SkuId
    via: GroupId | None
    disabled_plans: tuple[PlanId, ...]


class LicenceRemoved(Event):
    name: ClassVar[str] = "LicenceRemoved"
    user: UserId
    sku: SkuId
    via: GroupId | None


class LicenceAssignmentFailed(Event):
    """Graph could not give the licence (state Error): it is not held. `error` is Graph's word."""

    name: ClassVar[str] = "LicenceAssignmentFailed"
    user: UserId
    sku: SkuId
    via: GroupId | None
    error: str


class UserSignedIn(Event):
    """One or more of Graph's three sign-in stamps moved. `happened_at` is the newest of those that moved.

    Only `successful` proves activity; the other two also move with failed attempts
    (signInActivity resource type; definitions: evidence of activity). None: that stamp did not move.
    """

    name: ClassVar[str] = "UserSignedIn"
    user: UserId
    interactive: AwareDatetime | None
    non_interactive: AwareDatetime | None
    successful: AwareDatetime | None


class Workload(StrEnum):
    TEAMS = "teams"
    EXCHANGE = "exchange"
    ONEDRIVE = "onedrive"
    SHAREPOINT = "sharepoint"
    YAMMER = "yammer"


class WorkloadUsed(Event):
    """A usage report showed a later last activity. Reports know the day only; `happened_at` is its noon, UTC."""

    name: ClassVar[str] = "WorkloadUsed"
    user: UserId
    workload: Workload
    last_activity_on: date
