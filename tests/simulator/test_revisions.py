"""Records that rise in versions for an hour, are told of before they can be read, and calls of the night."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.simulator import Options, World, make_world
from app.simulator.call_rules import CallRules
from tests.simulator.driving import TODAY, Driver, driven, listening
from tests.simulator.test_notifications import subscribe

RECORDS = "/communications/callRecords"
KINDS = {"more_legs", "fewer_legs", "failed_leg", "later_end", "moved_start"}


def world(**rules: float) -> World:
    return make_world(Options(TODAY, users=120, call_rules=CallRules(**rules)))


def test_versions_rise_within_an_hour_and_change_what_the_first_said() -> None:
    (company,) = world(revised_share=1.0).companies.values()

    for call in company.calls:
        numbers = [version.version for version in call.versions]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 2
        readable = [version.visible_at for version in call.versions]
        assert readable == sorted(set(readable))
        assert all(version.visible_at >= version.ended_at for version in call.versions)
        assert call.versions[1].visible_at <= call.versions[0].visible_at + timedelta(minutes=62)
    pairs = [
        (before, after)
        for call in company.calls
        for before, after in zip(call.versions, call.versions[1:], strict=False)
    ]
    assert {after.change for _, after in pairs} == {None, *KINDS}
    assert any(len(after.sessions) < len(before.sessions) for before, after in pairs)
    assert any(len(after.sessions) > len(before.sessions) for before, after in pairs)
    assert any(after.ended_at > before.ended_at for before, after in pairs)
    assert {round((after.started_at - before.started_at).total_seconds()) for before, after in pairs} >= {-7, -1, 0, 3}


def test_rules_change_no_other_figure_and_may_be_taken_back(fresh: Driver) -> None:
    (company,) = fresh.world.companies.values()
    before = [(call.id, call.versions) for call in company.calls]

    fresh.control("/_calls/rules", {"revised_share": 1, "early_share": 1, "latency_minutes": 30})
    unsettled = [(call.id, call.versions) for call in company.calls]
    fresh.control("/_calls/rules", {"revised_share": 0, "early_share": 0, "latency_minutes": 0})

    assert unsettled != before
    assert [call_id for call_id, _ in unsettled] == [call_id for call_id, _ in before]
    after = {call.id: call.versions for call in company.calls}
    assert [[(v.version, v.visible_at, v.sessions) for v in after[call_id]] for call_id, _ in before] == [
        [(v.version, v.visible_at, v.sessions) for v in versions] for _, versions in before
    ]


def test_a_record_is_told_of_before_it_can_be_read() -> None:
    with driven(call_rules=CallRules(early_share=1.0, early_minutes=10)) as driver, listening() as listener:
        subscribe(driver, listener)
        (company,) = driver.world.companies.values()
        call = min(company.calls, key=lambda each: each.versions[0].announced)
        first = call.versions[0]
        driver.control("/_clock/advance", {"seconds": (first.announced - TODAY).total_seconds()})
        driver.control("/_notifications/flush")
        early = driver.graph(f"{RECORDS}/{call.id}").status_code
        driver.control("/_clock/advance", {"seconds": (first.visible_at - first.announced).total_seconds()})

        assert listener.call_ids[0] == call.id
        assert timedelta(minutes=1) <= first.visible_at - first.announced <= timedelta(minutes=10)
        assert (early, driver.graph(f"{RECORDS}/{call.id}").status_code) == (404, 200)
        survived = driver.http.get(f"{driver.base}/_survived").json()
        assert survived["calls.not_yet_readable"] == 1
        assert survived["calls.announced_early"] >= 1


def test_every_version_is_told_of_once_and_is_in_the_truth() -> None:
    with driven(call_rules=CallRules(revised_share=0.6)) as driver, listening() as listener:
        subscribe(driver, listener)
        for _ in range(24):
            driver.control("/_clock/advance", {"hours": 1})
        driver.control("/_notifications/flush")
        calls: list[dict[str, Any]] = driver.truth()["calls"]

        assert sorted(listener.call_ids) == sorted(call["id"] for call in calls for _ in call["versions"])
        assert all(call["versions"][-1]["version"] == call["version"] for call in calls)
        assert max(len(call["versions"]) for call in calls) > 2
        changes = driver.http.get(f"{driver.base}/_survived").json()
        assert sum(changes.values()) <= len(listener.call_ids) - len(calls)
        assert {name.removeprefix("calls.") for name in changes} == KINDS


def test_at_night_calls_last_over_midnight() -> None:
    one = world(night_share=0.5)
    one.advance(timedelta(days=3))

    (company,) = one.companies.values()
    spans = [(call.versions[0].started_at, call.versions[0].ended_at) for call in company.calls]

    night = [(start, end) for start, end in spans if start.hour >= 21]
    assert len(night) > 10
    assert any(start.date() < end.date() for start, end in night)


@pytest.mark.parametrize("wish", [{"revised_share": 2}, {"early_share": True}, {"loud": 1}, {"tenant": "nobody"}])
def test_an_impossible_rule_is_refused(shared: Driver, wish: dict[str, object]) -> None:
    assert shared.http.post(f"{shared.base}/_calls/rules", json=wish).status_code == 400


def test_a_companys_days_are_the_same_in_any_steps_with_rules_on() -> None:
    rules = {"revised_share": 0.5, "early_share": 0.2, "stale_share": 0.2, "latency_minutes": 60.0, "night_share": 0.1}
    in_days, in_hours = world(**rules), world(**rules)

    in_days.advance(timedelta(days=2))
    for _ in range(48):
        in_hours.advance(timedelta(hours=1))

    assert versions(in_days, in_days.now) == versions(in_hours, in_days.now)


def versions(one: World, at: datetime) -> list[tuple[str, int]]:
    (company,) = one.companies.values()
    return [(call.id, version.version) for call in company.calls if (version := call.version_at(at))]
