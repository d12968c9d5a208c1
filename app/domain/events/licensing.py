"""Facts about products bought and about users and the licences they hold.

Licences are read once a day: a removal's `happened_at` is the read that showed it and trails it by up to 24 hours;
an assignment's is Graph's `lastUpdatedDateTime`, where it lies between the last read and this one.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import GroupId, PlanId, RunId, SkuId, UserId
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


class Purchase(_Part):
    """One commercial subscription behind a product (companySubscription). No price, no term: Graph has neither.

    `seats` bought, whatever `status` (Graph's word: Enabled, Warning, Suspended, Deleted, LockedOut).
    `next_change_at`: when it moves to its next state unless it is renewed; None: Graph names no day.
    """

    purchase: str
    seats: int
    trial: bool
    status: str
    created_at: AwareDatetime | None
    next_change_at: AwareDatetime | None


class RenewalScheduled(Event):
    """What the tenant bought of a product and when each purchase is renewed or ends. Whole; repeated when it changes.

    No `purchases`: none is listed any more.
    """

    name: ClassVar[str] = "RenewalScheduled"
    sku: SkuId
    purchases: tuple[Purchase, ...]


class UserKind(StrEnum):
    """Whose account it is (definitions: user kind). Only a PERSON can leave a seat idle."""

    PERSON = "PERSON"
    GUEST = "GUEST"
    ROOM = "ROOM"
    PHONE_RESOURCE = "PHONE_RESOURCE"
    AGENT = "AGENT"
    UNKNOWN = "UNKNOWN"


class KindSource(StrEnum):
    """What a user's kind was concluded from."""

    USER_TYPE = "USER_TYPE"
    OBJECT_TYPE = "OBJECT_TYPE"
    PRODUCT = "PRODUCT"
    """The licences held, as with rooms and resource accounts."""
    ASSUMED = "ASSUMED"
    """Nothing was said; the commonest kind is taken."""


class Confidence(StrEnum):
    HIGH = "HIGH"
    LOW = "LOW"
    """A person should look before money is counted on it."""


class Profile(_Part):
    """What the directory says of a user, as far as SUA reads it. None: not said.

    `kind_source` and `kind_confidence` None: the usual ones of that kind (`domain.licensing.usual_ground`), as with all
    facts from before these were kept.
    """

    display_name: Personal | None
    user_principal_name: Personal | None
    kind: UserKind
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    usage_location: str | None
    kind_source: KindSource | None = None
    kind_confidence: Confidence | None = None


class UserDiscovered(Event):
    """A user appeared in the directory, for the first time or again after a deletion."""

    name: ClassVar[str] = "UserDiscovered"
    schema_version: ClassVar[int] = 2
    user: UserId
    created_at: AwareDatetime | None
    enabled: bool
    profile: Profile


class ProfileChanged(Event):
    """The user's profile, whole."""

    name: ClassVar[str] = "ProfileChanged"
    schema_version: ClassVar[int] = 2
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
    OFFICE_APPS = "office_apps"
    """Word, Excel and the like, on a desktop, a telephone or in the browser."""
    COPILOT = "copilot"


class WorkloadUsed(Event):
    """A usage report showed a later last activity. Reports know the day only; `happened_at` is its noon, UTC."""

    name: ClassVar[str] = "WorkloadUsed"
    user: UserId
    workload: Workload
    last_activity_on: date


class ReportReading(_Part):
    """What came of one usage report. `refreshed_on`: the last day it covers; None: it had no row.

    `concealed`: it hides names, so its rows were matched with nobody; None: no row has told. `failure`: the error code
    by which this report was refused, and nothing of it was taken.
    """

    report: str
    refreshed_on: date | None
    rows: int
    concealed: bool | None
    failure: str | None


class UsageReportsRead(Event):
    """What came of each usage report, whole; repeated when a later run finds otherwise."""

    name: ClassVar[str] = "UsageReportsRead"
    run: RunId
    reports: tuple[ReportReading, ...]
