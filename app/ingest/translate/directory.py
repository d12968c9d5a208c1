"""The organisation, its products, its users and the licences they hold."""

from datetime import datetime
from uuid import UUID

from app.domain.events.licensing import Confidence, KindSource, Profile, Purchase, ServicePlan
from app.domain.ids import DirectoryId, GroupId, PlanId, SkuId, UserId
from app.domain.licensing import kind_assumed, kind_of
from app.domain.personal import Personal
from app.domain.sightings import LicenceSighting, OrganisationSighting, PurchaseSighting, SeatSighting, SkuSighting
from app.ingest.graph_http import Json
from app.ingest.graph_types import (
    AssignedLicense,
    CompanySubscription,
    LicenseAssignmentState,
    Organization,
    SubscribedSku,
    User,
    UserName,
    read_as,
)

_HELD = frozenset({"Active", "ActiveWithError"})
_NOT_HELD = frozenset({"Error", "Disabled"})


def organisation(row: Json, seen_at: datetime, path: str = "$") -> OrganisationSighting:
    read = read_as(Organization, row, path)
    default = next((domain.name for domain in read.verified_domains if domain.is_default), None)
    name = read.display_name or default or str(read.id)
    return OrganisationSighting(DirectoryId(read.id), name, default, seen_at)


def sku(row: Json, seen_at: datetime, path: str = "$") -> SkuSighting:
    read = read_as(SubscribedSku, row, path)
    return SkuSighting(
        sku=SkuId(read.sku_id),
        part_number=read.sku_part_number,
        applies_to=read.applies_to,
        plans=tuple(
            ServicePlan(plan=PlanId(plan.service_plan_id), name=plan.service_plan_name, applies_to=plan.applies_to)
            for plan in read.service_plans
        ),
        enabled=read.prepaid_units.enabled,
        warning=read.prepaid_units.warning,
        suspended=read.prepaid_units.suspended,
        locked_out=read.prepaid_units.locked_out,
        consumed=read.consumed_units,
        seen_at=seen_at,
    )


def purchase(row: Json, path: str = "$") -> PurchaseSighting:
    """One commercial subscription (companySubscription)."""
    read = read_as(CompanySubscription, row, path)
    return PurchaseSighting(
        sku=SkuId(read.sku_id),
        purchase=Purchase(
            purchase=read.id,
            seats=read.total_licenses,
            trial=read.is_trial is True,
            status=read.status,
            created_at=read.created_date_time,
            next_change_at=read.next_lifecycle_date_time,
        ),
    )


def seat(row: Json, seen_at: datetime, since: datetime | None, path: str = "$") -> SeatSighting:
    """One user with every path by which a licence comes. `since`: the last complete read before this one."""
    read = read_as(User, row, path)
    user = UserId(read.id)
    licences = _licences(read)
    return SeatSighting(
        user=user,
        created_at=read.created_date_time,
        # Required when a user is made (user resource type), so null says nothing against the account.
        enabled=read.account_enabled is not False,
        profile=_profile(read, user, {licence.sku for licence in licences if licence.error is None}),
        licences=licences,
        seen_at=seen_at,
        since=since,
    )


def user_name(row: Json, path: str = "$") -> tuple[str, UserId] | None:
    """A user's principal name, folded for comparison, and their id; None for who has no name."""
    read = read_as(UserName, row, path)
    return None if not read.user_principal_name else (read.user_principal_name.casefold(), UserId(read.id))


def _profile(read: User, user: UserId, skus: set[SkuId]) -> Profile:
    kind = kind_of(read.user_type, skus, read.odata_type)
    assumed = kind_assumed(read.user_type, kind)
    return Profile(
        display_name=_personal(user, read.display_name),
        user_principal_name=_personal(user, read.user_principal_name),
        kind=kind,
        department=read.department or None,
        company=read.company_name or None,
        cost_centre=(read.employee_org_data.cost_center or None) if read.employee_org_data else None,
        country=read.country or None,
        usage_location=read.usage_location or None,
        kind_source=KindSource.ASSUMED if assumed else None,
        kind_confidence=Confidence.LOW if assumed else None,
    )


def _personal(user: UserId, value: str | None) -> Personal | None:
    return Personal.of_user(user, value) if value else None


def _licences(read: User) -> tuple[LicenceSighting, ...]:
    """One entry per source of assignment; what Graph lists as held without naming a source is held directly."""
    held = {licence.sku_id for licence in read.assigned_licenses}
    sourced = {state.sku_id for state in read.license_assignment_states if _fault(state, held) is None}
    unsourced = [licence for licence in read.assigned_licenses if licence.sku_id not in sourced]
    return (
        *(_by_source(state, held) for state in read.license_assignment_states),
        *(_direct(licence) for licence in unsourced),
    )


def _by_source(state: LicenseAssignmentState, held: set[UUID]) -> LicenceSighting:
    return LicenceSighting(
        sku=SkuId(state.sku_id),
        via=None if state.assigned_by_group is None else GroupId(state.assigned_by_group),
        disabled_plans=_plans(state),
        updated_at=state.last_updated_date_time,
        error=_fault(state, held),
    )


def _direct(licence: AssignedLicense) -> LicenceSighting:
    return LicenceSighting(SkuId(licence.sku_id), None, _plans(licence), updated_at=None, error=None)


def _plans(source: LicenseAssignmentState | AssignedLicense) -> tuple[PlanId, ...]:
    return tuple(PlanId(plan) for plan in sorted(source.disabled_plans))


def _fault(state: LicenseAssignmentState, held: set[UUID]) -> str | None:
    """Why this path gives no licence; None: it does. A state Graph invents later is judged by assignedLicenses."""
    if state.state in _HELD or (state.state not in _NOT_HELD and state.sku_id in held):
        return None
    # "None" and null both stand for no error; then the state itself is the word.
    return state.error if state.error not in (None, "", "None") else state.state
