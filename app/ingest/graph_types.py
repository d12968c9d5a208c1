"""The few JSON members SUA reads, as Graph documents them. Others are ignored, and enums may hold any word.

A member that is missing or of another type makes the answer a bad one; the error names its JSON path, never its value.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from app.ingest.graph_errors import BadUpstreamAnswer

TEXT_MAX = 1024
"""Longer than any text Graph documents for these members; the rest is cut off."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_NO_YEAR = "0001-"


def clean(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and not longer than TEXT_MAX."""
    return text.replace("\x00", "")[:TEXT_MAX]


def _instant(value: object) -> object:
    """Graph's many shapes of none: null, "" and 0001-01-01. Seven fractional digits are cut to microseconds."""
    if value is None or value == "" or (isinstance(value, str) and value.startswith(_NO_YEAR)):
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("no instant")
    return value


def _utc(value: datetime | None) -> datetime | None:
    try:
        return None if value is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no instant") from error


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("no text")
    return clean(value)


Text = Annotated[str, BeforeValidator(_text)]
Guid = Annotated[UUID, BeforeValidator(_text)]
Instant = Annotated[datetime | None, BeforeValidator(_instant), AfterValidator(_utc)]
"""None in any of Graph's shapes of none."""
Units = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]
"""Graph's Int32, without the negative ones."""
Version = Annotated[StrictInt, Field(ge=0, le=2**63 - 1)]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


R = TypeVar("R", bound=Row)


def read_as(kind: type[R], value: Mapping[str, Any], path: str) -> R:
    """The row as its type. `path` says where it stood, for instance `$.value[3]`."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault["loc"])
        raise BadUpstreamAnswer(f"{path}{steps}: {fault['type']}") from error


class Domain(Row):
    name: Text
    is_default: StrictBool = False


class Organization(Row):
    id: Guid
    display_name: Text | None = None
    verified_domains: list[Domain] = []


class ServicePlanInfo(Row):
    service_plan_id: Guid
    service_plan_name: Text
    applies_to: Text


class LicenseUnits(Row):
    enabled: Units
    warning: Units
    suspended: Units
    locked_out: Units = 0


class SubscribedSku(Row):
    sku_id: Guid
    sku_part_number: Text
    applies_to: Text
    consumed_units: Units
    prepaid_units: LicenseUnits
    service_plans: list[ServicePlanInfo]


class CompanySubscription(Row):
    """`skuId` is declared a text here. Members SUA does not need may be absent."""

    id: Text
    sku_id: Guid
    total_licenses: Units
    status: Text
    is_trial: StrictBool | None = None
    created_date_time: Instant = None
    next_lifecycle_date_time: Instant = None


class AssignedLicense(Row):
    sku_id: Guid
    disabled_plans: list[Guid] = []


class LicenseAssignmentState(Row):
    sku_id: Guid
    assigned_by_group: Guid | None = None
    state: Text
    error: Text | None = None
    disabled_plans: list[Guid] = []
    last_updated_date_time: Instant = None


class EmployeeOrgData(Row):
    cost_center: Text | None = None


class User(Row):
    """The licence members are required: without them, an incomplete answer would look like licences taken away."""

    odata_type: Text | None = Field(None, alias="@odata.type")
    id: Guid
    account_enabled: StrictBool | None
    assigned_licenses: list[AssignedLicense]
    license_assignment_states: list[LicenseAssignmentState]
    display_name: Text | None = None
    user_principal_name: Text | None = None
    user_type: Text | None = None
    department: Text | None = None
    company_name: Text | None = None
    employee_org_data: EmployeeOrgData | None = None
    country: Text | None = None
    usage_location: Text | None = None
    created_date_time: Instant = None


USER_SELECT = (
    "id,accountEnabled,assignedLicenses,licenseAssignmentStates,displayName,userPrincipalName,userType,"
    "department,companyName,employeeOrgData,country,usageLocation,createdDateTime"
)


class SignInActivity(Row):
    last_sign_in_date_time: Instant = None
    last_non_interactive_sign_in_date_time: Instant = None
    last_successful_sign_in_date_time: Instant = None


class UserSignIns(Row):
    """`signInActivity` is absent for who never signed in."""

    id: Guid
    sign_in_activity: SignInActivity | None = None


class UserName(Row):
    id: Guid
    user_principal_name: Text | None = None


class Identity(Row):
    """`tenantId` is undeclared and comes through the open type."""

    odata_type: Text | None = Field(None, alias="@odata.type")
    id: Text | None = None
    display_name: Text | None = None
    tenant_id: Text | None = None


IdentitySet = dict[str, Any]
"""communicationsIdentitySet is an open type: undeclared members and explicit nulls are usual."""


class Participant(Row):
    """Also the organizer."""

    id: Text | None = None
    identity: IdentitySet | None = None


class Endpoint(Row):
    """`identity` is the deprecated place; `associatedIdentity` the one to prefer."""

    odata_type: Text | None = Field(None, alias="@odata.type")
    associated_identity: IdentitySet | None = None
    identity: IdentitySet | None = None


class Session(Row):
    start_date_time: Instant
    end_date_time: Instant
    is_test: StrictBool | None = None
    caller: Endpoint | None = None
    callee: Endpoint | None = None
    failure_info: dict[str, Any] | None = None


class CallRecord(Row):
    id: Guid
    version: Version
    type: Text
    modalities: list[Text]
    start_date_time: Instant
    end_date_time: Instant
    organizer_v2: Participant | None = Field(None, alias="organizer_v2")
    organizer: IdentitySet | None = None
