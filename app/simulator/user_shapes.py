"""One user as Graph prints it: the properties asked for, its licences by every path, its sign-in activity."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from app.simulator.graph_http import GraphError, seconds_text
from app.simulator.people import DIRECT, Person, Presence, Profile

NO_INSTANT = "0001-01-01T00:00:00Z"


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
