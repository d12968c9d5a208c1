"""What the simulator answers has the shapes of Microsoft's own metadata, where a copy of it is at hand."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.simulator.driving import TODAY, Driver, listening

METADATA = Path(__file__).parents[3] / "shared" / "data" / "graph-openapi" / "graph-v1.0-subset.json"
USERS = (
    "id,displayName,userPrincipalName,mail,accountEnabled,userType,department,companyName,employeeOrgData,country,"
    "usageLocation,jobTitle,employeeType,createdDateTime,assignedLicenses,licenseAssignmentStates,signInActivity"
)
Check = Callable[[str, str, str, Any], None]


@pytest.fixture(scope="module")
def check() -> Check:
    if not METADATA.exists():
        pytest.skip("Microsoft's metadata are not here")
    document = json.loads(METADATA.read_text())

    def validate(path: str, method: str, status: str, body: Any) -> None:
        answer = document["paths"][path][method]["responses"][status]
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        schema = {**answer["content"]["application/json"]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(body)

    return validate


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/organization", ""),
        ("/subscribedSkus", ""),
        ("/users", f"?$select={USERS}"),
        ("/communications/callRecords", ""),
        ("/directory/subscriptions", ""),
    ],
)
def test_lists_have_graphs_shape(shared: Driver, check: Check, path: str, query: str) -> None:
    pages = list(shared.pages(f"{path}{query}"))

    assert any(page["value"] for page in pages)
    for page in pages:
        check(path, "get", "200", page)


def test_single_users_have_graphs_shape(shared: Driver, check: Check) -> None:
    users = shared.truth(calls="none")["users"][-12:]

    assert len(users) == 12
    for user in users:
        check("/users/{user-id}", "get", "200", shared.graph(f"/users/{user['id']}?$select={USERS}").json())
        check(
            "/users/{user-id}/licenseDetails", "get", "200", shared.graph(f"/users/{user['id']}/licenseDetails").json()
        )


def test_call_records_have_graphs_shape(shared: Driver, check: Check) -> None:
    path = "/communications/callRecords"
    calls = shared.truth()["calls"][:60]

    assert len(calls) == 60
    for call in calls:
        record = shared.graph(f"{path}/{call['id']}?$expand=sessions($expand=segments),participants_v2").json()
        sessions = shared.graph(f"{path}/{call['id']}/sessions?$expand=segments").json()
        participants = shared.graph(f"{path}/{call['id']}/participants_v2").json()

        check(f"{path}/{{callRecord-id}}", "get", "200", record)
        check(f"{path}/{{callRecord-id}}/sessions", "get", "200", sessions)
        check(f"{path}/{{callRecord-id}}/participants_v2", "get", "200", participants)


def test_subscriptions_and_errors_have_graphs_shape(fresh: Driver, check: Check) -> None:
    with listening() as listener:
        wish = {
            "changeType": "updated",
            "resource": "/communications/callRecords",
            "notificationUrl": listener.url,
            "expirationDateTime": (TODAY + timedelta(minutes=50)).isoformat(),
        }
        created = fresh.graph("/subscriptions", "POST", json=wish).json()
        twice = fresh.graph("/subscriptions", "POST", json=wish).json()

    check("/subscriptions", "post", "201", created)
    check("/subscriptions", "get", "200", fresh.graph("/subscriptions").json())
    check("/subscriptions", "post", "409", twice)
    check("/users", "get", "400", fresh.graph("/users?$select=shoeSize").json())
