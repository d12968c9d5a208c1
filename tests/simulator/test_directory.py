"""Users, licences, products and sign-in activity, compared with the company's own truth."""

from collections import Counter
from typing import Any

from tests.simulator.driving import Driver, driven

PROFILE = "id,displayName,userPrincipalName,accountEnabled,userType,department,companyName,country,usageLocation"
LICENCES = "id,assignedLicenses,licenseAssignmentStates"
SIGN_INS = "id,signInActivity"


def test_paging_visits_everyone_exactly_once(shared: Driver) -> None:
    present = [user["id"] for user in shared.truth(calls="none")["users"] if user["deletedAt"] is None]

    pages = list(shared.pages("/users?$select=id&$top=7"))

    seen = [user["id"] for page in pages for user in page["value"]]
    assert seen == present
    assert [len(page["value"]) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert "@odata.nextLink" not in pages[-1]


def test_a_page_has_100_users_by_default_and_500_at_most_with_sign_ins() -> None:
    with driven(users=620) as driver:
        first = driver.graph("/users?$select=id").json()["value"]
        many = driver.graph("/users?$select=id&$top=999").json()["value"]
        with_sign_ins = driver.graph("/users?$select=id,signInActivity&$top=999").json()["value"]

    assert (len(first), len(many), len(with_sign_ins)) == (100, 620, 500)


def test_without_entra_p1_sign_in_activity_is_refused_and_the_rest_is_not(fresh: Driver) -> None:
    fresh.control(f"/_tenants/{fresh.tenant}/premium", {"on": False})

    refused = fresh.graph(f"/users?$select={SIGN_INS}")
    plain = fresh.graph("/users?$select=id")

    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    assert plain.status_code == 200


def test_a_missing_role_is_403_and_a_missing_token_401(fresh: Driver) -> None:
    fresh.control(f"/_consent/{fresh.tenant}/grant", {"roles": ["User.Read.All"]})
    token = fresh.ask_token().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "client-request-id": "c-1"}

    denied = fresh.http.get(f"{fresh.base}/v1.0/subscribedSkus", headers=headers)
    no_audit = fresh.http.get(f"{fresh.base}/v1.0/users?$select={SIGN_INS}", headers=headers)
    nobody = fresh.http.get(f"{fresh.base}/v1.0/users")

    assert (denied.status_code, denied.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert denied.json()["error"]["innerError"]["client-request-id"] == "c-1"
    assert no_audit.status_code == 403
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_profiles_and_licences_shown_are_the_true_ones(shared: Driver) -> None:
    truth = {user["id"]: user for user in shared.truth(calls="none")["users"] if user["deletedAt"] is None}

    profiles = shared.items(f"/users?$select={PROFILE}")
    licences = shared.items(f"/users?$select={LICENCES}")

    for shown in profiles:
        assert shown == {name: truth[shown["id"]][name] for name in PROFILE.split(",")} | odata_type(shown)
    for shown in licences:
        true = truth[shown["id"]]
        paths = Counter((one["skuId"], one["via"]) for one in true["licences"])
        active = [state for state in shown["licenseAssignmentStates"] if state["state"] == "Active"]
        failed = [state for state in shown["licenseAssignmentStates"] if state["state"] == "Error"]
        assert Counter((one["skuId"], one["assignedByGroup"] or "direct") for one in active) == paths
        assert [one["error"] for one in failed] == [one["error"] for one in true["failedLicences"]]
        held = [one["skuId"] for one in shown["assignedLicenses"]]
        assert sorted(held) == sorted({sku_id for sku_id, _ in paths})


def odata_type(shown: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": shown["@odata.type"]} if "@odata.type" in shown else {}


def test_sign_ins_shown_are_the_true_ones_and_absent_for_those_never_seen(shared: Driver) -> None:
    truth = {user["id"]: user["signIns"] for user in shared.truth(calls="none")["users"]}

    shown = shared.items(f"/users?$select={SIGN_INS}")

    never = [user["id"] for user in shown if "signInActivity" not in user]
    assert never == [user["id"] for user in shown if set(truth[user["id"]].values()) == {None}]
    assert never
    for user in shown:
        activity = user.get("signInActivity", {})
        assert instant(activity.get("lastSignInDateTime")) == truth[user["id"]]["interactive"]
        assert instant(activity.get("lastNonInteractiveSignInDateTime")) == truth[user["id"]]["nonInteractive"]
        assert instant(activity.get("lastSuccessfulSignInDateTime")) == truth[user["id"]]["successful"]


def instant(text: str | None) -> str | None:
    return None if text is None or text.startswith("0001-") else text.replace("Z", "+00:00")


def test_consumed_units_count_each_holder_once(shared: Driver) -> None:
    truth = shared.truth(calls="none")
    holders = Counter(sku for user in truth["users"] for sku in {one["skuId"] for one in user["licences"]})

    shown = shared.items("/subscribedSkus")

    assert {sku["skuId"]: sku["consumedUnits"] for sku in shown if sku["consumedUnits"]} == holders
    assert {sku["skuId"]: sku["consumed"] for sku in truth["skus"]} == {
        sku["skuId"]: sku["consumedUnits"] for sku in shown
    }
    assert max(sku["prepaidUnits"]["enabled"] for sku in shown) == 1_000_000
    assert {sku["capabilityStatus"] for sku in shown} == {"Enabled", "Warning"}
    assert sum(sku["prepaidUnits"]["suspended"] for sku in shown) == 10


def test_one_user_is_found_by_id_and_by_name_and_a_stranger_is_not(shared: Driver) -> None:
    first = shared.graph("/users?$select=id,userPrincipalName&$top=1").json()["value"][0]

    by_id = shared.graph(f"/users/{first['id']}?$select=userPrincipalName").json()
    by_name = shared.graph(f"/users/{first['userPrincipalName']}?$select=id").json()
    stranger = shared.graph("/users/00000000-0000-4000-8000-000000000000")

    assert by_id["userPrincipalName"] == first["userPrincipalName"]
    assert by_name["id"] == first["id"]
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_an_unknown_property_or_page_token_is_refused(shared: Driver) -> None:
    unknown = shared.graph("/users?$select=shoeSize")
    token = shared.graph("/users?$select=id&$skiptoken=nonsense")

    assert (unknown.status_code, token.status_code) == (400, 400)


def test_somebody_comes_or_goes_between_two_pages(fresh: Driver) -> None:
    fresh.control("/_clock/advance", {"hours": 9})
    before = {user["id"] for user in fresh.items("/users?$select=id")}
    fresh.control("/_users/unsteady", {"tenant": fresh.tenant, "share": 1})

    shown = [user["id"] for user in fresh.items("/users?$select=id&$top=7")]

    survived = fresh.http.get(f"{fresh.base}/_survived").json()
    true = {user["id"] for user in fresh.truth(calls="none")["users"] if user["deletedAt"] is None}
    assert len(shown) == len(set(shown))
    assert len(true - before) == survived["users.appeared"] > 0
    assert len(before - true) == survived["users.disappeared"] > 0
    assert true <= set(shown)


def test_the_deleted_are_shown_for_thirty_days_with_their_end_and_a_freed_name(fresh: Driver) -> None:
    fresh.control("/_users/unsteady", {"share": 1})
    fresh.items("/users?$select=id&$top=7")
    fresh.control("/_users/unsteady", {"share": 0})
    path = "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,userType&$top=2"
    true = {user["id"]: user for user in fresh.truth(calls="none")["users"] if user["deletedAt"] is not None}

    shown = {user["id"]: user for user in fresh.items(path)}
    fresh.control("/_clock/advance", {"days": 31})

    assert set(shown) == set(true) != set()
    for user_id, user in shown.items():
        assert user["userPrincipalName"] == user_id.replace("-", "") + true[user_id]["userPrincipalName"]
        assert user["deletedDateTime"] == true[user_id]["deletedAt"].replace("+00:00", "Z")
    assert not set(shown) & {user["id"] for user in fresh.items(path)}


def test_agents_and_rooms_are_among_the_users(shared: Driver) -> None:
    kinds = {user["id"]: user["kind"] for user in shared.truth(calls="none")["users"]}

    agents = [user["id"] for user in shared.items("/users?$select=id") if "@odata.type" in user]

    assert [kinds[agent] for agent in agents] == ["agent"]
    assert "room" in kinds.values()


def test_sign_ins_of_one_user_are_told_by_id_only(shared: Driver) -> None:
    first = shared.graph("/users?$select=id,userPrincipalName&$top=1").json()["value"][0]

    answers = [
        shared.graph(f"/users/{first[name]}?$select={SIGN_INS}").status_code for name in ("id", "userPrincipalName")
    ]

    assert answers == [200, 400]
