"""Graph's published limits, where switched on."""

from typing import Any

import pytest

from tests.simulator.driving import Driver, driven

RECORDS = "/communications/callRecords"


def seen(driver: Driver) -> Any:
    return driver.http.get(f"{driver.base}/_limits").json()


def test_the_eleventh_read_of_sign_ins_in_a_minute_is_refused_over_all_tenants() -> None:
    with driven(tenants=2, users=20) as driver:
        driver.token()
        driver.control("/_limits", {"on": True})
        driver.control(f"/_consent/{driver.tenants[1]}/grant")
        other = {"Authorization": f"Bearer {driver.ask_token(driver.tenants[1]).json()['access_token']}"}
        mine = [driver.graph("/users?$select=id,signInActivity") for _ in range(10)]

        theirs = driver.http.get(f"{driver.base}/v1.0/users?$select=id,signInActivity", headers=other)

        assert {answer.status_code for answer in mine} == {200}
        assert (theirs.status_code, theirs.json()["error"]["code"]) == (429, "TooManyRequests")
        assert 55 < float(theirs.headers["retry-after"]) <= 60
        assert theirs.headers["x-ms-throttle-scope"].startswith("Application/ReadWrite/")
        assert driver.graph("/users?$select=id").status_code == 200


def test_listing_calls_is_limited_for_each_tenant(fresh: Driver) -> None:
    fresh.token()
    fresh.control("/_limits", {"on": True})

    answers = [fresh.graph(RECORDS) for _ in range(42)]

    assert [answer.status_code for answer in answers] == [200] * 40 + [429] * 2
    assert answers[-1].headers["x-ms-throttle-scope"].endswith(f"/{fresh.tenant}")
    assert seen(fresh)["limits"]["callRecords listing"] == {
        "allowed": 40,
        "seconds": 20.0,
        "highest": 42,
        "refused": 2,
    }
    assert seen(fresh)["limits"]["callRecords"]["highest"] == 42


def test_limits_are_measured_when_off_and_faster_by_their_scale(fresh: Driver) -> None:
    fresh.token()
    report = "/reports/getTeamsUserActivityUserDetail(period='D7')"

    off = [fresh.graph(report).status_code for _ in range(20)]
    fresh.control("/_limits", {"on": True, "scale": 100_000})
    fast = [fresh.graph(report).status_code for _ in range(20)]

    assert set(off) == set(fast) == {302}
    assert seen(fresh)["limits"]["report"]["highest"] == 20
    assert seen(fresh)["refused"] == 0


@pytest.mark.parametrize("wish", [{"scale": 0}, {"on": 1}])
def test_an_impossible_limit_is_refused(shared: Driver, wish: dict[str, object]) -> None:
    assert shared.http.post(f"{shared.base}/_limits", json=wish).status_code == 400
