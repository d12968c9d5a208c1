"""What stands between the provider and a tenant, and how it is taken back."""

import pytest

from tests.simulator.driving import Driver, driven


def code(driver: Driver) -> int:
    """The AADSTS number that the token endpoint answers with; 0: it gave a token."""
    return int(driver.ask_token().json().get("error_codes", [0])[0])


@pytest.mark.parametrize(("state", "number"), [("withdrawn", 700016), ("blocked", 53003), ("gone", 90002)])
def test_a_tenant_refuses_the_app_until_it_is_taken_back(fresh: Driver, state: str, number: int) -> None:
    fresh.token()

    fresh.control("/_access", {"tenant": fresh.tenant, "state": state})
    refused, with_old_token = code(fresh), fresh.graph("/organization")
    fresh.control("/_access", {"tenant": fresh.tenant, "state": "ok"})

    assert (refused, with_old_token.status_code) == (number, 403)
    assert with_old_token.json()["error"]["code"] == "Authorization_RequestDenied"
    assert (code(fresh), fresh.graph("/organization").status_code) == (0, 200)


def test_old_tokens_may_go_on(fresh: Driver) -> None:
    fresh.token()

    fresh.control("/_access", {"state": "blocked", "at_once": False})

    assert (code(fresh), fresh.graph("/organization").status_code) == (53003, 200)


def test_one_permission_withdrawn_is_missing_in_tokens_and_refused_by_graph(fresh: Driver) -> None:
    fresh.token()

    def statuses() -> list[int]:
        return [
            fresh.graph(path).status_code
            for path in ("/users?$select=id", "/users?$select=id,signInActivity", "/organization")
        ]

    fresh.control("/_access", {"tenant": fresh.tenant, "missing": ["AuditLog.Read.All"]})
    without_one = statuses()
    fresh.control("/_access", {"tenant": fresh.tenant, "missing": ["User.Read.All"]})
    without_another = statuses()
    fresh.control("/_access", {"tenant": fresh.tenant, "missing": []})

    assert (without_one, without_another, statuses()) == ([200, 403, 200], [403, 403, 200], [200, 200, 200])


def test_a_new_consent_undoes_everything(fresh: Driver) -> None:
    fresh.token()
    fresh.control("/_access", {"state": "blocked", "missing": ["User.Read.All"]})

    fresh.control(f"/_consent/{fresh.tenant}/grant")

    assert (code(fresh), fresh.graph("/users").status_code) == (0, 200)


@pytest.mark.parametrize(("state", "number"), [("wrong", 7000215), ("expired", 7000222), ("certificate", 700027)])
def test_our_own_credential_is_refused_everywhere(state: str, number: int) -> None:
    with driven(tenants=2, users=20) as driver:
        for tenant in driver.tenants:
            driver.control(f"/_consent/{tenant}/grant")
        driver.control("/_credential", {"state": state})
        answers = [driver.ask_token(tenant) for tenant in driver.tenants]
        driver.control("/_credential", {"state": "ok"})

        assert [answer.json()["error_codes"] for answer in answers] == [[number], [number]]
        assert code(driver) == 0


def test_one_tenants_loss_is_not_the_others_and_the_truth_tells_when() -> None:
    with driven(tenants=2, users=20) as driver:
        first, second = driver.tenants
        driver.control(f"/_consent/{second}/grant")
        driver.token()
        driver.control("/_clock/advance", {"hours": 5})
        driver.control("/_access", {"tenant": first, "state": "gone"})
        driver.control("/_access", {"tenant": first, "missing": ["User.Read.All"]})

        truth = driver.truth(calls="none", users="none")

        assert driver.ask_token(second).status_code == 200
        assert [(each["at"][:13], each["what"]) for each in truth["access"]] == [
            ("2026-11-23T00", "granted"),
            ("2026-11-23T05", "gone"),
            ("2026-11-23T05", "lacks User.Read.All"),
        ]
        assert truth["users"] == []


@pytest.mark.parametrize("wish", [{}, {"state": "lost"}, {"missing": ["Mail.Read"]}, {"state": "ok", "tenant": "x"}])
def test_an_impossible_access_is_refused(shared: Driver, wish: dict[str, object]) -> None:
    assert shared.http.post(f"{shared.base}/_access", json=wish).status_code == 400
