"""What happens to subscriptions by themselves: they expire, are forgotten, paused, sent elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.simulator.subscription_life import Subscription
from tests.simulator.driving import TODAY, Driver, Listener, driven, listening
from tests.simulator.test_notifications import subscribe


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


def known(driver: Driver) -> Any:
    return driver.http.get(f"{driver.base}/_subscriptions").json()


def live(driver: Driver, **time: float) -> None:
    driver.control("/_clock/advance", time)
    driver.control("/_notifications/flush")


def questions(listener: Listener) -> int:
    return len([item for post in listener.posts for item in post["value"] if "lifecycleEvent" in item])


def told(listener: Listener) -> set[str]:
    return {item["resourceData"]["id"] for post in listener.posts for item in post["value"] if "resource" in item}


def test_a_lost_subscription_is_unknown_and_silent(fresh: Driver, listener: Listener) -> None:
    created = subscribe(fresh, listener)

    lost = fresh.control("/_subscriptions/lose", {"tenant": fresh.tenant})
    live(fresh, days=1)

    assert lost == {"lost": [created["id"]]}
    assert [each["id"] for each in known(fresh)["lost"]] == [created["id"]]
    assert fresh.graph(f"/subscriptions/{created['id']}").status_code == 404
    assert (fresh.items("/subscriptions"), listener.posts) == ([], [])
    assert subscribe(fresh, listener)["id"] != created["id"]


def test_a_share_of_them_is_lost_every_day() -> None:
    with driven(tenants=40, users=12) as driver:
        for tenant in driver.tenants:
            one = Subscription(
                tenant, tenant, "x", "updated", "http://127.0.0.1:9", None, None, TODAY.replace(year=2030)
            )
            driver.world.subscriptions[tenant] = one
        driver.world.deliver = None
        driver.control("/_subscriptions/rules", {"daily_loss_share": 0.3})
        driver.control("/_subscriptions/rules", {"tenant": driver.tenants[0], "daily_loss_share": 0.0})
        for _ in range(24):
            driver.control("/_clock/advance", {"hours": 1})

        lost = len(known(driver)["lost"])
        assert 4 <= lost <= 22
        assert driver.tenants[0] in driver.world.subscriptions
        assert driver.http.get(f"{driver.base}/_survived").json()["subscription.lost"] == lost


def test_graph_asks_for_reauthorization_and_pauses_when_nobody_answers(fresh: Driver, listener: Listener) -> None:
    path = f"/subscriptions/{subscribe(fresh, listener)['id']}"
    fresh.control("/_subscriptions/rules", {"reauthorize_hours": 6, "grace_hours": 2})

    live(fresh, hours=6)
    asked = questions(listener)
    live(fresh, hours=4)
    while_asked = told(listener)
    live(fresh, hours=4)
    while_paused = told(listener)
    answered = fresh.graph(f"{path}/reauthorize", "POST").status_code
    live(fresh, hours=4)

    hours = [
        (call["id"], int(version["announcedAt"][11:13]))
        for call in fresh.truth()["calls"]
        for version in call["versions"]
    ]
    assert (asked, answered) == (1, 204)
    assert while_asked == while_paused == {call for call, hour in hours if hour < 8}
    assert told(listener) == {call for call, hour in hours if hour < 8 or 14 <= hour < 18}
    assert questions(listener) == 3
    assert fresh.http.get(f"{fresh.base}/_survived").json()["notification.while_paused"] > 0


def test_a_renewal_answers_as_well(fresh: Driver, listener: Listener) -> None:
    path = f"/subscriptions/{subscribe(fresh, listener)['id']}"
    fresh.control("/_subscriptions/rules", {"reauthorize_hours": 6, "grace_hours": 2})
    live(fresh, hours=6)

    fresh.graph(path, "PATCH", json={"expirationDateTime": (fresh.world.now + timedelta(hours=60)).isoformat()})
    live(fresh, hours=5)

    assert (questions(listener), known(fresh)["subscriptions"][0]["pausedAt"]) == (1, None)


def test_what_happens_after_the_expiry_is_not_told(fresh: Driver, listener: Listener) -> None:
    ends = TODAY + timedelta(hours=12)
    subscribe(fresh, listener, expirationDateTime=ends.isoformat())

    live(fresh, days=1)

    ended = {call["id"]: call["versions"][0]["announcedAt"] for call in fresh.truth()["calls"]}
    assert told(listener) == {call for call, at in ended.items() if at < ends.isoformat()}
    assert 0 < len(told(listener)) < len(ended)


def test_an_owner_who_lives_by_the_wall_clock_is_judged_by_it(listener: Listener) -> None:
    with driven(today=datetime(2040, 1, 2, tzinfo=UTC), users=20) as driver:
        ends = (datetime.now(UTC) + timedelta(hours=60)).isoformat()
        created = subscribe(driver, listener, expirationDateTime=ends)
        live(driver, days=10)

        assert [each["byWallClock"] for each in known(driver)["subscriptions"]] == [True]
        assert driver.graph(f"/subscriptions/{created['id']}").status_code == 200


def test_graph_may_have_another_address(fresh: Driver, listener: Listener) -> None:
    created = subscribe(fresh, listener)

    fresh.control("/_subscriptions/redirect", {"url": "https://elsewhere.example/hook"})

    shown = fresh.graph(f"/subscriptions/{created['id']}").json()
    assert shown["notificationUrl"] == "https://elsewhere.example/hook"


def test_graphs_wrong_clock_judges_the_expiry_and_stamps_its_answers(listener: Listener) -> None:
    with driven(today=datetime(2040, 1, 2, tzinfo=UTC), users=20) as driver:  # out of the wall clock's reach
        live(driver, days=1)
        call = driver.truth()["calls"][0]
        driver.control("/_clock/skew", {"seconds": -300})
        longest = {"expirationDateTime": (driver.world.now + timedelta(minutes=4230)).isoformat()}

        refused = driver.graph("/subscriptions", "POST", json={**wish(listener), **longest})
        record = driver.graph(f"/communications/callRecords/{call['id']}")

    stamped = datetime.fromisoformat(record.json()["lastModifiedDateTime"])
    assert refused.status_code == 400
    assert record.headers["date"] == "Mon, 02 Jan 2040 23:55:00 GMT"
    assert stamped == datetime.fromisoformat(call["versions"][-1]["visibleAt"]) - timedelta(seconds=300)
    assert refused.json()["error"]["innerError"]["date"] == "2040-01-02T23:55:00"
    assert len(record.headers.get_list("date")) == 1


def wish(listener: Listener) -> dict[str, str]:
    return {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": f"{listener.url}/calls",
        "lifecycleNotificationUrl": f"{listener.url}/lifecycle",
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("lose", {"share": 2}),
        ("lose", {"tenant": "nobody"}),
        ("redirect", {}),
        ("rules", {"daily_loss_share": 1.5}),
        ("rules", {"patience": 1}),
    ],
)
def test_an_impossible_control_is_refused(shared: Driver, path: str, body: dict[str, Any]) -> None:
    assert shared.http.post(f"{shared.base}/_subscriptions/{path}", json=body).status_code == 400
