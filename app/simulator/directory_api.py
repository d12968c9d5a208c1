"""Graph's directory: organization, subscribedSkus, users with licences and sign-in activity.

Follows "List organization", "List subscribedSkus", "List users", "licenseAssignmentState" and "signInActivity
resource type": only selected properties are sent, a page holds 100 users (at most 999, or 500 with sign-in
activity), and sign-in activity is refused to tenants without Entra ID P1.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.company import Company, Purchase
from app.simulator.graph_http import (
    Call,
    GraphError,
    collection,
    guarded,
    next_link,
    page_size,
    seconds_text,
    skip_token,
)
from app.simulator.people import DIRECT, Person, Presence, Profile
from app.simulator.products import PRODUCTS, Product

NO_INSTANT = "0001-01-01T00:00:00Z"
PREMIUM_NEEDED = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
DEFAULT_PROPERTIES = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
)


async def organization(call: Call) -> Response:
    company = call.company
    domain = {"capabilities": "Email", "isDefault": True, "isInitial": True, "name": company.domain, "type": "Managed"}
    entry = {
        "id": company.id,
        "displayName": company.name,
        "countryLetterCode": "DE",
        "createdDateTime": "2019-05-06T07:08:09Z",
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }
    return collection(call, "organization", [entry])


async def subscribed_skus(call: Call) -> Response:
    consumed = call.company.consumed_at(call.now)
    skus = [_sku(call.company, purchase, consumed, call.now) for purchase in call.company.purchases.values()]
    return collection(call, "subscribedSkus", skus)


def _sku(company: Company, purchase: Purchase, consumed: dict[str, int], now: datetime) -> dict[str, Any]:
    product, units = PRODUCTS[purchase.sku_id], purchase.units_at(now)
    return {
        "accountName": company.name,
        "accountId": company.id,
        "appliesTo": product.applies_to,
        "capabilityStatus": units.capability,
        "consumedUnits": consumed[purchase.sku_id],
        "id": f"{company.id}_{purchase.sku_id}",
        "skuId": purchase.sku_id,
        "skuPartNumber": product.part_number,
        "subscriptionIds": [purchase.subscription_id],
        "prepaidUnits": {
            "enabled": units.enabled,
            "suspended": units.suspended,
            "warning": units.warning,
            "lockedOut": units.locked_out,
        },
        "servicePlans": _service_plans(product),
    }


def _service_plans(product: Product) -> list[dict[str, str]]:
    return [
        {
            "servicePlanId": plan_id,
            "servicePlanName": name,
            "provisioningStatus": "Success",
            "appliesTo": product.applies_to,
        }
        for name, plan_id in zip(product.plans, product.plan_ids, strict=True)
    ]


async def list_users(call: Call) -> Response:
    selected = _selected(call)
    with_sign_ins = "signInActivity" in selected
    _check_sign_in_access(call, with_sign_ins)
    size = page_size(call, 100, 500 if with_sign_ins else 999)
    start = skip_token(call) or 0
    people, index = call.company.people, start
    shown: list[dict[str, Any]] = []
    while index < len(people) and len(shown) < size:
        if people[index].exists_at(call.now):
            shown.append(user_json(people[index], call.now, selected))
        index += 1
    more = any(person.exists_at(call.now) for person in people[index:])
    return collection(call, "users", shown, next_link(call, "/users", index) if more else None)


async def get_user(call: Call) -> Response:
    selected = _selected(call)
    _check_sign_in_access(call, "signInActivity" in selected)
    person = _find(call)
    return JSONResponse(
        {"@odata.context": f"{call.root}/$metadata#users/$entity", **user_json(person, call.now, selected)}
    )


async def licence_details(call: Call) -> Response:
    person = _find(call)
    details = [
        {
            "id": f"{person.id}_{sku_id}",
            "skuId": sku_id,
            "skuPartNumber": PRODUCTS[sku_id].part_number,
            "servicePlans": _service_plans(PRODUCTS[sku_id]),
        }
        for sku_id in sorted({grant.sku_id for grant in person.held_at(call.now)})
    ]
    return collection(call, f"users('{person.id}')/licenseDetails", details)


def _find(call: Call) -> Person:
    wanted = str(call.request.path_params["user_id"])
    person = call.company.person(wanted) or _by_name(call, wanted.lower())
    if person is None or not person.exists_at(call.now):
        raise GraphError(404, "Request_ResourceNotFound", f"Resource '{wanted}' does not exist.")
    return person


def _by_name(call: Call, upn: str) -> Person | None:
    people = call.company.people_at(call.now)
    return next((each for each in people if each.profile_at(call.now).upn.lower() == upn), None)


def _selected(call: Call) -> tuple[str, ...]:
    asked = call.query.get("$select")
    if call.query.get("$filter") or call.query.get("$skip"):
        raise GraphError(400, "Request_UnsupportedQuery", "The simulator lists users without $filter and $skip.")
    return tuple(name.strip() for name in asked.split(",")) if asked else DEFAULT_PROPERTIES


def _check_sign_in_access(call: Call, asked: bool) -> None:
    if not asked:
        return
    if not call.company.premium:
        raise GraphError(403, PREMIUM_NEEDED, "Neither tenant is B2C or tenant doesn't have premium license")
    token = call.request.headers["authorization"].partition(" ")[2]
    claims = call.world.keys.read(token, "https://graph.microsoft.com") or {}
    if "AuditLog.Read.All" not in claims.get("roles", []):
        raise GraphError(403, "Authorization_RequestDenied", "Calling principal does not have required scopes.")


def user_json(person: Person, at: datetime, selected: tuple[str, ...]) -> dict[str, Any]:
    """One user as Graph sends it: `id` always, selected properties else; sign-in activity absent when never seen."""
    profile = person.profile_at(at)
    body: dict[str, Any] = {"id": person.id}
    if person.kind == "agent":
        body["@odata.type"] = "#microsoft.graph.agentUser"
    for name in selected:
        if name == "signInActivity":
            presence = person.presence_at(at)
            if presence is not None:
                body[name] = _sign_in_activity(person, presence)
        elif name != "id":
            body[name] = _property(name, person, profile, at)
    return body


def _property(name: str, person: Person, profile: Profile, at: datetime) -> Any:
    reader = PROPERTIES.get(name)
    if reader is None:
        text = f"Could not find a property named '{name}' on type 'microsoft.graph.user'."
        raise GraphError(400, "BadRequest", text)
    return reader(person, profile, at)


def _employee_org_data(profile: Profile) -> dict[str, str | None] | None:
    if profile.cost_center is None:
        return None
    return {"costCenter": profile.cost_center, "division": profile.division}


def _mail(person: Person, profile: Profile) -> str | None:
    return profile.upn if person.kind in ("person", "shared_mailbox", "room") else None


def _assigned_licences(person: Person, at: datetime) -> list[dict[str, Any]]:
    """The union of all paths: a plan is off only if every path that holds the product switched it off."""
    off: dict[str, set[str]] = {}
    for grant in person.held_at(at):
        switched_off = set(grant.disabled_plans)
        off[grant.sku_id] = off[grant.sku_id] & switched_off if grant.sku_id in off else switched_off
    return [{"disabledPlans": sorted(plans), "skuId": sku_id} for sku_id, plans in off.items()]


def _assignment_states(person: Person, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "skuId": grant.sku_id,
            "assignedByGroup": None if grant.via == DIRECT else grant.via,
            "disabledPlans": list(grant.disabled_plans),
            "state": "Active" if grant.error is None else "Error",
            "error": grant.error or "None",
            "lastUpdatedDateTime": seconds_text(grant.since),
        }
        for grant in person.grants_at(at)
    ]


def _sign_in_activity(person: Person, presence: Presence) -> dict[str, Any]:
    return {
        "lastSignInDateTime": _stamp(presence.interactive),
        "lastSignInRequestId": _request_id(person, presence.interactive),
        "lastNonInteractiveSignInDateTime": _stamp(presence.non_interactive),
        "lastNonInteractiveSignInRequestId": _request_id(person, presence.non_interactive),
        "lastSuccessfulSignInDateTime": seconds_text(presence.successful) if presence.successful else None,
        "lastSuccessfulSignInRequestId": _request_id(person, presence.successful),
    }


def _stamp(at: datetime | None) -> str:
    return NO_INSTANT if at is None else seconds_text(at)


def _request_id(person: Person, at: datetime | None) -> str:
    return "" if at is None else str(uuid5(NAMESPACE_OID, f"{person.id}{at.isoformat()}"))


PROPERTIES: dict[str, Callable[[Person, Profile, datetime], Any]] = {
    "displayName": lambda _, profile, __: profile.display_name,
    "userPrincipalName": lambda _, profile, __: profile.upn,
    "mail": lambda person, profile, _: _mail(person, profile),
    "accountEnabled": lambda _, profile, __: profile.enabled,
    "userType": lambda person, _, __: person.user_type,
    "createdDateTime": lambda person, _, __: seconds_text(person.created_at),
    "department": lambda _, profile, __: profile.department,
    "companyName": lambda _, profile, __: profile.company,
    "employeeOrgData": lambda _, profile, __: _employee_org_data(profile),
    "usageLocation": lambda _, profile, __: profile.usage_location,
    "country": lambda _, profile, __: profile.country,
    "jobTitle": lambda _, profile, __: profile.job_title,
    "employeeType": lambda _, profile, __: profile.employee_type,
    "assignedLicenses": lambda person, _, at: _assigned_licences(person, at),
    "licenseAssignmentStates": lambda person, _, at: _assignment_states(person, at),
    "givenName": lambda _, profile, __: profile.display_name.split(" ")[0],
    "surname": lambda _, profile, __: profile.display_name.split(" ")[-1],
    "businessPhones": lambda _, __, ___: [],
    **dict.fromkeys(
        ("mobilePhone", "officeLocation", "preferredLanguage", "employeeId", "deletedDateTime"),
        lambda _, __, ___: None,
    ),
}

ROUTES = [
    Route("/organization", guarded("Organization.Read.All", organization)),
    Route("/subscribedSkus", guarded("Organization.Read.All", subscribed_skus)),
    Route("/users", guarded("User.Read.All", list_users)),
    Route("/users/{user_id}", guarded("User.Read.All", get_user)),
    Route("/users/{user_id}/licenseDetails", guarded("User.Read.All", licence_details)),
]
