"""Faults asked for strike as often as asked, and then no more."""

import time
from typing import Any

import httpx
import pytest

from tests.simulator.driving import Driver, driven


def ask(driver: Driver, **fault: Any) -> None:
    driver.control("/_faults", {"path": "^/v1.0/users", **fault})


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "throttle"}, 429, "TooManyRequests"),
        ({"kind": "status", "status": 401}, 401, "InvalidAuthenticationToken"),
        ({"kind": "status", "status": 403}, 403, "Authorization_RequestDenied"),
        ({"kind": "status", "status": 404}, 404, "Request_ResourceNotFound"),
        ({"kind": "status", "status": 410}, 410, "syncStateNotFound"),
    ],
)
def test_a_graph_error_is_answered_as_often_as_asked(
    shared: Driver, fault: dict[str, Any], status: int, code: str
) -> None:
    ask(shared, times=2, **fault)

    answers = [shared.graph("/users?$select=id") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["error"]["code"] == code


def test_throttling_tells_a_decimal_pause_or_none(shared: Driver) -> None:
    ask(shared, kind="throttle")
    ask(shared, kind="throttle", retry_after=None)

    first, second = shared.graph("/users"), shared.graph("/users")

    assert (first.headers["retry-after"], second.headers.get("retry-after")) == ("0.3", None)


def test_html_comes_with_an_error_or_with_200(shared: Driver) -> None:
    ask(shared, kind="server_error", status=500)
    ask(shared, kind="html")

    first, second = shared.graph("/users"), shared.graph("/users")

    assert (first.status_code, second.status_code) == (500, 200)
    assert first.text == second.text
    assert first.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("kind", ["cut", "truncate"])
def test_a_broken_connection_breaks_once(shared: Driver, kind: str) -> None:
    shared.token()
    ask(shared, kind=kind)

    with pytest.raises(httpx.RemoteProtocolError):
        shared.graph("/users")

    assert shared.graph("/users").status_code == 200


def test_a_property_is_missing_or_of_another_type_on_the_page_asked_for(shared: Driver) -> None:
    ask(shared, kind="missing", property="id", skip=1)
    ask(shared, kind="mistype", property="accountEnabled", value="yes", skip=2)

    pages = list(shared.pages("/users?$select=id,accountEnabled&$top=20"))

    assert "id" not in pages[1]["value"][0]
    assert pages[2]["value"][0]["accountEnabled"] == "yes"
    assert len(pages[0]["value"][0]) == len(pages[1]["value"][1]) == 2


def test_a_next_link_leads_to_another_host(shared: Driver) -> None:
    ask(shared, kind="foreign_link")

    page = shared.graph("/users?$top=5").json()

    assert page["@odata.nextLink"].startswith("https://elsewhere.example/v1.0/users?")


def test_a_slow_answer_takes_its_time(shared: Driver) -> None:
    shared.token()
    ask(shared, kind="slow", seconds=0.2)

    begun = time.monotonic()
    status = shared.graph("/users").status_code

    assert status == 200
    assert time.monotonic() - begun >= 0.2


def test_a_fault_of_one_tenant_leaves_the_other_alone() -> None:
    with driven(tenants=2) as driver:
        driver.control("/_faults", [{"path": ".", "kind": "throttle", "times": None, "tenant": driver.tenants[1]}])

        mine, theirs = driver.graph("/organization").status_code, driver.ask_token(driver.tenants[1]).status_code
        hits = driver.http.get(f"{driver.base}/_faults").json()["faults"][0]["hits"]
        driver.http.delete(f"{driver.base}/_faults")

        assert (mine, theirs, hits) == (200, 429, 1)
        assert driver.ask_token(driver.tenants[1]).json()["error_codes"] == [700016]


@pytest.mark.parametrize("wish", [{"path": ".", "kind": "earthquake"}, {"path": "(", "kind": "cut"}, {"kind": "cut"}])
def test_an_impossible_wish_is_refused(shared: Driver, wish: dict[str, Any]) -> None:
    assert shared.http.post(f"{shared.base}/_faults", json=wish).status_code == 400


def test_a_fault_of_a_share_strikes_about_that_share_for_ever(fresh: Driver) -> None:
    ask(fresh, kind="throttle", share=0.25)

    struck = [fresh.graph("/users?$select=id").status_code for _ in range(200)].count(429)

    (fault,) = fresh.http.get(f"{fresh.base}/_faults").json()["faults"]
    assert 20 < struck < 85
    assert (fault["hits"], fault["times"]) == (struck, None)
    assert fresh.http.get(f"{fresh.base}/_survived").json() == {"http.throttle": struck}


def test_a_share_keeps_to_its_times_and_begins_after_those_to_skip(fresh: Driver) -> None:
    ask(fresh, kind="status", share=1.0, times=2, skip=1)

    assert [fresh.graph("/users").status_code for _ in range(4)] == [200, 503, 503, 200]


def test_a_page_in_the_middle_fails_and_the_first_never_does(fresh: Driver) -> None:
    fresh.control("/_faults", {"path": "skiptoken", "kind": "server_error", "share": 1})

    first = fresh.graph("/users?$select=id&$top=20")
    second = fresh.graph(first.json()["@odata.nextLink"])

    assert (first.status_code, second.status_code) == (200, 503)
    assert second.headers["content-type"].startswith("text/html")


def test_entra_has_a_bad_moment(fresh: Driver) -> None:
    fresh.token()
    wish = {"path": "oauth2/v2.0/token", "kind": "entra"}
    fresh.control("/_faults", [{**wish, "number": 90033}, wish])

    first, second, third = (fresh.ask_token() for _ in range(3))

    assert (first.status_code, first.json()["error_codes"]) == (503, [90033])
    assert second.json()["error_codes"][0] in (90006, 90012, 90024, 90033, 90055, 90090, 50033, 50087)
    assert third.status_code == 200


@pytest.mark.parametrize("share", [-0.1, 1.1, "half"])
def test_a_share_is_from_0_to_1(shared: Driver, share: Any) -> None:
    wish = {"path": ".", "kind": "cut", "share": share}

    assert shared.http.post(f"{shared.base}/_faults", json=wish).status_code == 400
