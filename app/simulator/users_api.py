"""Graph's users: the listing, one of them, licence details, those deleted.

Follows "List users", "licenseAssignmentState", "signInActivity resource type" and "List deleted items": only selected
properties are sent, a page holds 100 users (at most 999, or 500 with sign-in activity), sign-in activity is refused to
tenants without Entra ID P1, and somebody may come or go between two pages. Deleted users are kept for 30 days.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.directory_api import service_plans
from app.simulator.founding import hire_person
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
from app.simulator.notification_rules import chosen
from app.simulator.people import Person
from app.simulator.products import PRODUCTS
from app.simulator.user_shapes import user_json

PREMIUM_NEEDED = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
KEPT_FOR = timedelta(days=30)
DELETED = "/directory/deletedItems/microsoft.graph.user"
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


async def list_users(call: Call) -> Response:
    selected = _selected(call)
    with_sign_ins = "signInActivity" in selected
    _check_sign_in_access(call, with_sign_ins)
    size = page_size(call, 100, 500 if with_sign_ins else 999)
    people, index = call.company.people, _place(call)
    shown: list[dict[str, Any]] = []
    while index < len(people) and len(shown) < size:
        if people[index].exists_at(call.now):
            shown.append(user_json(people[index], call.now, selected))
        index += 1
    more = any(people[later].exists_at(call.now) for later in range(index, len(people)))
    if more and chosen(call.world.chance, call.world.unsteady.get(call.company.id, 0.0)):
        _unsettle(call)
    return collection(call, "users", shown, next_link(call, "/users", index) if more else None)


def _place(call: Call) -> int:
    place = skip_token(call) or 0
    if not isinstance(place, int):
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token is not valid.")
    return place


def _unsettle(call: Call) -> None:
    """Between this page and the next somebody joins, or an account is deleted, read already or not yet."""
    company, rng = call.company, call.world.chance
    staff = [each for each in company.people_at(call.now) if each.kind == "person" and each.deleted_at is None]
    if rng.random() < 0.5 or len(staff) < 2:
        hire_person(company, rng, call.now)
        call.world.survived["users.appeared"] += 1
        return
    gone = rng.choice(staff)
    gone.settled, gone.deleted_at = False, call.now
    for grant in gone.open_grants():
        grant.until = call.now
    call.world.survived["users.disappeared"] += 1


async def list_deleted(call: Call) -> Response:
    selected = _selected(call)
    size, index = page_size(call, 100, 999), _place(call)
    gone = list(_deleted(call))
    shown = [_deleted_json(*each, selected) for each in gone[index : index + size]]
    following = next_link(call, DELETED, index + size) if index + size < len(gone) else None
    return collection(call, "directoryObjects", shown, following)


def _deleted(call: Call) -> Iterator[tuple[Person, datetime]]:
    for person in call.company.people:
        if person.deleted_at is not None and person.deleted_at <= call.now < person.deleted_at + KEPT_FOR:
            yield person, person.deleted_at


def _deleted_json(person: Person, at: datetime, selected: tuple[str, ...]) -> dict[str, Any]:
    """As last seen, without licences; the principal name is freed by putting the id before it."""
    body = user_json(person, at, tuple(name for name in selected if name != "signInActivity"))
    if "userPrincipalName" in body:
        body["userPrincipalName"] = person.id.replace("-", "") + body["userPrincipalName"]
    return {**body, "deletedDateTime": seconds_text(at)}


async def get_user(call: Call) -> Response:
    selected = _selected(call)
    _check_sign_in_access(call, "signInActivity" in selected)
    if "signInActivity" in selected and not _is_guid(str(call.request.path_params["user_id"])):
        raise GraphError(400, "BadRequest", "Get By Key only supports UserId and the key has to be a valid Guid")
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
            "servicePlans": service_plans(PRODUCTS[sku_id]),
        }
        for sku_id in sorted({grant.sku_id for grant in person.held_at(call.now)})
    ]
    return collection(call, f"users('{person.id}')/licenseDetails", details)


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


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
    access = call.world.access.get(call.company.id)
    lost = access is not None and access.at_once and "AuditLog.Read.All" in access.missing
    if lost or "AuditLog.Read.All" not in claims.get("roles", []):
        raise GraphError(403, "Authorization_RequestDenied", "Calling principal does not have required scopes.")


ROUTES = [
    Route("/users", guarded("User.Read.All", list_users)),
    Route("/users/{user_id}", guarded("User.Read.All", get_user)),
    Route("/users/{user_id}/licenseDetails", guarded("User.Read.All", licence_details)),
    Route(DELETED, guarded("User.Read.All", list_deleted)),
]
