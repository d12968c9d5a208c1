"""Subscriptions with their handshake, and notifications with Graph's retries."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulator.driving import TODAY, Driver, Listener, driven, listening


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


def wish(driver: Driver, listener: Listener, **changed: Any) -> dict[str, Any]:
    return {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": f"{listener.url}/calls",
        "lifecycleNotificationUrl": f"{listener.url}/lifecycle",
        "expirationDateTime": (driver.world.now + timedelta(minutes=4000)).isoformat(),
        "clientState": "secret",
        **changed,
    }


def subscribe(driver: Driver, listener: Listener, **changed: Any) -> Any:
    answer = driver.graph("/subscriptions", "POST", json=wish(driver, listener, **changed))
    assert answer.status_code == 201, answer.text
    return answer.json()


def live(driver: Driver, **rules: Any) -> dict[str, int]:
    """One day with its notifications sent as the rules say; what the simulator counted."""
    driver.control("/_notifications/rules", {"retry_seconds": 0.02, "give_up_seconds": 1.0, **rules})
    driver.control("/_clock/advance", {"days": 1})
    counted: dict[str, int] = driver.control("/_notifications/flush")
    return counted


def told(driver: Driver) -> Counter[str]:
    """How often each call of the day is to be told of: once per visible version."""
    return Counter({call["id"]: call["version"] for call in driver.truth()["calls"]})


def test_both_addresses_are_validated_before_the_subscription_exists(fresh: Driver, listener: Listener) -> None:
    created = subscribe(fresh, listener)

    assert listener.handshakes == ["/calls", "/lifecycle"]
    assert created["resource"] == "/communications/callRecords"
    assert [each["id"] for each in fresh.items("/subscriptions")] == [created["id"]]
    assert fresh.graph(f"/subscriptions/{created['id']}").json()["changeType"] == "updated"


def test_an_address_that_does_not_echo_is_refused(fresh: Driver, listener: Listener) -> None:
    listener.echo = False

    answer = fresh.graph("/subscriptions", "POST", json=wish(fresh, listener))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ValidationError")
    assert fresh.items("/subscriptions") == []


@pytest.mark.parametrize(
    "changed",
    [
        {"lifecycleNotificationUrl": None},
        {"expirationDateTime": (TODAY - timedelta(days=400)).isoformat()},
        {"expirationDateTime": "soon"},
        {"notificationUrl": "http://outside.example/calls"},
        {"resource": "/users"},
        {"changeType": "deleted"},
        {"clientState": "x" * 129},
        {"notificationUrl": None},
    ],
)
def test_a_wrong_subscription_is_refused(shared: Driver, listener: Listener, changed: dict[str, Any]) -> None:
    answer = shared.graph("/subscriptions", "POST", json=wish(shared, listener, **changed))

    assert answer.status_code == 400
    assert listener.handshakes == []


def test_no_subscription_lives_longer_than_4230_minutes(listener: Listener) -> None:
    later = datetime(2040, 1, 2, tzinfo=UTC)
    with driven(today=later, users=20) as driver:
        too_long = {"expirationDateTime": (later + timedelta(minutes=4231)).isoformat()}
        longest = {"expirationDateTime": (later + timedelta(minutes=4230)).isoformat()}

        answers = [
            driver.graph("/subscriptions", "POST", json=wish(driver, listener, **life)).status_code
            for life in (too_long, longest)
        ]

    assert answers == [400, 201]


def test_the_same_subscription_twice_is_a_conflict_that_names_the_first(fresh: Driver, listener: Listener) -> None:
    first = subscribe(fresh, listener)

    answer = fresh.graph("/subscriptions", "POST", json=wish(fresh, listener))

    assert answer.status_code == 409
    assert first["id"] in answer.json()["error"]["message"]


def test_a_life_by_the_wall_clock_is_accepted_too(fresh: Driver, listener: Listener) -> None:
    ends = (datetime.now(UTC) + timedelta(hours=70)).isoformat()

    assert subscribe(fresh, listener, expirationDateTime=ends)["expirationDateTime"][:16] == ends[:16]


def test_a_subscription_is_renewed_reauthorized_and_deleted(fresh: Driver, listener: Listener) -> None:
    path = f"/subscriptions/{subscribe(fresh, listener)['id']}"
    later = (TODAY + timedelta(minutes=4200)).strftime("%Y-%m-%dT%H:%M:%SZ")

    renewed = fresh.graph(path, "PATCH", json={"expirationDateTime": later})
    forbidden = fresh.graph(path, "PATCH", json={"lifecycleNotificationUrl": listener.url})
    reauthorized = fresh.graph(f"{path}/reauthorize", "POST")
    deleted = fresh.graph(path, "DELETE")

    assert renewed.json()["expirationDateTime"][:19] == later[:19]
    assert (forbidden.status_code, reauthorized.status_code, deleted.status_code) == (400, 204, 204)
    assert fresh.graph(path).status_code == 404


def test_every_new_version_is_told_once_in_graphs_shape(fresh: Driver, listener: Listener) -> None:
    created = subscribe(fresh, listener)

    counted = live(fresh, batch=10)

    assert Counter(listener.call_ids) == told(fresh)
    assert {what: number for what, number in counted.items() if number} == {"delivered": len(listener.call_ids)}
    assert max(len(post["value"]) for post in listener.posts) == 10
    item = listener.posts[0]["value"][0]
    call_id = item["resourceData"]["id"]
    assert item == {
        "subscriptionId": created["id"],
        "clientState": "secret",
        "changeType": "updated",
        "resource": f"communications/callRecords/{call_id}",
        "subscriptionExpirationDateTime": "2026-11-25T18:40:00.000+00:00",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callrecord",
            "@odata.id": f"communications/callRecords/{call_id}",
            "id": call_id,
        },
        "tenantId": fresh.tenant,
    }


def test_a_created_subscription_is_told_of_first_versions_only(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener, changeType="created")

    live(fresh)

    assert sorted(listener.call_ids) == sorted(told(fresh))


def test_refused_posts_are_sent_again_until_accepted(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)
    listener.answers = lambda number: 503 if number < 3 else 202

    counted = live(fresh)

    assert counted["retries"] == 3
    assert Counter(listener.call_ids) == told(fresh)


def test_posts_refused_for_long_are_given_up(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)
    listener.answers = lambda _: 500

    counted = live(fresh, give_up_seconds=0.1)

    assert (counted["delivered"], counted["failed"]) == (0, told(fresh).total())


def test_copies_and_another_order_are_faults_to_ask_for(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)

    live(fresh, copies=3, shuffle=True)

    expected = told(fresh)
    assert Counter(listener.call_ids) == Counter({call: 3 * times for call, times in expected.items()})
    assert listener.call_ids[: len(expected)] != list(expected)


def test_a_dropped_share_never_arrives(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)

    counted = live(fresh, drop_share=0.5)

    assert counted["delivered"] + counted["dropped"] == told(fresh).total()
    assert 0 < counted["dropped"] < told(fresh).total()
    assert len(listener.call_ids) == counted["delivered"]


def test_paused_notifications_wait_until_released(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)

    held = live(fresh, paused=True)["pending"]
    before = len(listener.posts)
    fresh.control("/_notifications/rules", {"paused": False})
    sent = fresh.control("/_notifications/flush")

    assert (held, before) == (told(fresh).total(), 0)
    assert (sent["delivered"], sent["pending"]) == (held, 0)


def test_calls_can_be_told_again(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)
    live(fresh)
    one = fresh.truth()["calls"][0]["id"]
    before = listener.call_ids.count(one)

    fresh.control("/_notifications/resend", {"tenant": fresh.tenant, "calls": [one]})
    fresh.control("/_notifications/flush")

    assert listener.call_ids.count(one) == before + 1


def test_lifecycle_events_go_to_their_own_address(fresh: Driver, listener: Listener) -> None:
    created = subscribe(fresh, listener)

    fresh.control("/_notifications/lifecycle", {"tenant": fresh.tenant, "event": "reauthorizationRequired"})
    fresh.control("/_notifications/flush")

    item = listener.posts[0]["value"][0]
    assert (item["lifecycleEvent"], item["subscriptionId"]) == ("reauthorizationRequired", created["id"])
    assert "resource" not in item


def test_a_subscription_ends_by_the_simulated_clock_only_where_asked(listener: Listener) -> None:
    left = []
    for enforce in (False, True):
        with driven(enforce_expiry=enforce, users=20) as driver:
            path = f"/subscriptions/{subscribe(driver, listener)['id']}"
            driver.control("/_clock/advance", {"days": 3})
            left.append((driver.graph(path).status_code, len(driver.items("/subscriptions"))))

    assert left == [(200, 1), (404, 0)]


def test_late_items_come_when_their_simulated_time_has_come(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)

    counted = live(fresh, late_share=0.5, late_minutes=120)
    fresh.control("/_notifications/rules", {"late_share": 0})
    fresh.control("/_clock/advance", {"minutes": 121})
    after = fresh.control("/_notifications/flush")

    assert 0 < counted["late"] == counted["waiting"] < told(fresh).total()
    assert after["waiting"] == 0
    assert Counter(listener.call_ids) == told(fresh)
    assert fresh.http.get(f"{fresh.base}/_survived").json()["notification.late"] == counted["late"]


def test_a_share_is_repeated_and_a_share_changes_places(fresh: Driver, listener: Listener) -> None:
    subscribe(fresh, listener)

    counted = live(fresh, repeat_share=0.4, reorder_share=0.4)

    assert 0 < counted["repeated"] < told(fresh).total()
    assert 1 < counted["reordered"] < counted["delivered"]
    assert len(listener.call_ids) == told(fresh).total() + counted["repeated"]
    assert set(listener.call_ids) == set(told(fresh))


def test_one_tenants_notifications_are_dropped_and_the_others_not(listener: Listener) -> None:
    with driven(tenants=2) as driver:
        first, second = driver.tenants
        subscribe(driver, listener)
        driver.control("/_notifications/rules", {"tenant": second, "drop_share": 1})
        driver.control("/_notifications/rules", {"batch": 7})
        counted = live(driver)

        assert counted["dropped"] == 0
        driver.control("/_notifications/rules", {"tenant": first, "drop_share": 1})
        assert live(driver)["dropped"] > 0


@pytest.mark.parametrize("wrong", [{"drop_share": 2}, {"late_share": -1}, {"tenant": "x"}, {"copies": "two"}])
def test_an_impossible_rule_is_refused(shared: Driver, wrong: dict[str, Any]) -> None:
    assert shared.http.post(f"{shared.base}/_notifications/rules", json=wrong).status_code == 400


def test_what_is_for_all_cannot_be_for_one(shared: Driver) -> None:
    wrong = {"tenant": shared.tenant, "batch": 3}

    assert shared.http.post(f"{shared.base}/_notifications/rules", json=wrong).status_code == 400
