"""The company behind the faces: repeatable, alive, and true for any past instant."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.simulator import Options, World, make_world
from app.simulator.truth import truth_at
from tests.simulator.driving import TODAY, Driver


def world(**options: Any) -> World:
    return make_world(Options(**{"today": TODAY, "users": 120, **options}))


def whole_truth(one: World) -> list[dict[str, Any]]:
    return [truth_at(company, one.now, None, with_calls=True) for company in one.companies.values()]


def test_the_same_seed_is_the_same_company_and_another_is_not() -> None:
    first, second, other = world(days_history=5), world(days_history=5), world(days_history=5, seed=2)

    assert whole_truth(first) == whole_truth(second)
    assert whole_truth(first) != whole_truth(other)


def test_time_may_pass_in_any_steps() -> None:
    in_days, in_hours = world(), world()

    in_days.advance(timedelta(days=3))
    for _ in range(9):
        in_hours.advance(timedelta(hours=8))

    assert whole_truth(in_days) == whole_truth(in_hours)


def test_the_past_stays_as_it_was() -> None:
    one = world()
    one.advance(timedelta(days=10, hours=11))
    before, at = whole_truth(one), one.now

    one.advance(timedelta(days=30))

    again = [truth_at(company, at, None, with_calls=True) for company in one.companies.values()]
    assert again == before


def test_people_become_idle_and_others_come_back_within_sixty_days() -> None:
    one = world(users=300)
    one.advance(timedelta(days=60))

    idle_then, idle_now = idle_at(one, one.now - timedelta(days=30)), idle_at(one, one.now)

    assert (len(idle_then), len(idle_now)) == (28, 26)
    assert (len(idle_then - idle_now), len(idle_now - idle_then)) == (11, 9)


def idle_at(one: World, at: datetime) -> set[str]:
    """Enabled people once seen, whose last successful sign-in is over 90 days before `at`."""
    (company,) = one.companies.values()
    bound = (at - timedelta(days=90)).isoformat()
    return {
        user["id"]
        for user in truth_at(company, at, None, with_calls=False)["users"]
        if user["kind"] == "person"
        and user["accountEnabled"]
        and user["deletedAt"] is None
        and user["signIns"]["interactive"] is not None
        and (user["signIns"]["successful"] or "") < bound
    }


def test_sixty_days_bring_every_sort_of_change() -> None:
    one = world(users=300)
    before = {user["id"]: user for user in whole_truth(one)[0]["users"]}

    one.advance(timedelta(days=60))

    after = {user["id"]: user for user in whole_truth(one)[0]["users"]}
    kept = [(before[user_id], user) for user_id, user in after.items() if user_id in before]
    assert {user["kind"] for user in after.values()} == {
        *("person", "guest", "room", "phone_resource", "agent", "service", "shared_mailbox"),
    }
    assert len(after) > len(before)
    assert any(new["deletedAt"] for _, new in kept)
    assert any(old["accountEnabled"] and not new["accountEnabled"] and not new["deletedAt"] for old, new in kept)
    assert any(old["department"] != new["department"] for old, new in kept)
    assert any(old["displayName"] != new["displayName"] for old, new in kept)
    assert any(len(new["licences"]) > len(old["licences"]) for old, new in kept)
    assert any(0 < len(new["licences"]) < len(old["licences"]) for old, new in kept)
    assert any(user["failedLicences"] for user in after.values())
    assert any(licence["disabledPlans"] for user in after.values() for licence in user["licences"])
    assert any(len({one["skuId"] for one in user["licences"]}) < len(user["licences"]) for user in after.values())


def test_calls_keep_to_the_working_hours_and_to_the_cap() -> None:
    one = world(users=300, calls_per_day=50)
    one.advance(timedelta(days=2))

    calls = whole_truth(one)[0]["calls"]

    assert len(calls) == 100
    assert all(call["startedAt"][11:16] >= "06:00" and call["endedAt"][11:16] <= "21:00" for call in calls)


@pytest.mark.parametrize("at", ["2026-11-22T00:00:00Z", "2026-11-26T00:00:01Z", "yesterday"])
def test_truth_outside_the_companys_life_is_refused(shared: Driver, at: str) -> None:
    assert shared.http.get(f"{shared.base}/_truth/{shared.tenant}", params={"at": at}).status_code == 400


@pytest.mark.parametrize("body", [{}, {"days": -1}, {"days": "two"}, [1]])
def test_time_moves_forward_only(shared: Driver, body: Any) -> None:
    answer = shared.http.post(f"{shared.base}/_clock/advance", json=body)

    assert answer.status_code == 400
    assert shared.http.get(f"{shared.base}/_clock").json() == {"now": "2026-11-26T00:00:00+00:00"}


def test_the_program_says_where_it_listens() -> None:
    command = [sys.executable, "-m", "app.simulator", "--port", "0", "--users", "20", "--tenants", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        ready = json.loads(program.stdout.readline())
        program.terminate()

    assert ready["url"].startswith("http://127.0.0.1:")
    assert len(ready["tenants"]) == 2
