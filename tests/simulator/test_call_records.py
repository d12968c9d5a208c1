"""Call records, their sessions and revisions, compared with the company's own truth."""

from datetime import datetime, timedelta
from typing import Any

from tests.simulator.driving import TODAY, Driver, driven

RECORDS = "/communications/callRecords"
EXPANDED = "$expand=sessions($expand=segments),participants_v2"


def union_seconds(spans: list[tuple[datetime, datetime]]) -> float:
    """Length of a union of intervals, by sweeping over their ends."""
    edges = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    total, depth, since = 0.0, 0, None
    for at, step in edges:
        if depth > 0 and since is not None:
            total += (at - since).total_seconds()
        depth, since = depth + step, at
    return total


def spans_of(record: dict[str, Any], party: str) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.fromisoformat(session["startDateTime"]), datetime.fromisoformat(session["endDateTime"]))
        for session in record["sessions"]
        if party in (endpoint_id(session["caller"]), endpoint_id(session["callee"]))
    ]


def endpoint_id(endpoint: dict[str, Any]) -> str | None:
    identity = endpoint.get("associatedIdentity")
    return None if identity is None else str(identity["id"])


def test_the_list_shows_every_visible_call_once_and_nothing_else(shared: Driver) -> None:
    truth = shared.truth()["calls"]

    pages = list(shared.pages(RECORDS))

    shown = [(record["id"], record["version"]) for page in pages for record in page["value"]]
    assert len(pages) > 2
    assert {len(page["value"]) for page in pages[:-1]} == {60}
    assert sorted(shown) == sorted((call["id"], call["version"]) for call in truth)


def test_a_record_says_of_every_party_what_is_true(shared: Driver) -> None:
    for call in shared.truth()["calls"][:150]:
        record = shared.graph(f"{RECORDS}/{call['id']}?{EXPANDED}").json()

        shown = {each["id"]: union_seconds(spans_of(record, each["id"])) for each in record["participants_v2"]}

        assert record["version"] == call["version"]
        assert datetime.fromisoformat(record["endDateTime"]) == datetime.fromisoformat(call["endedAt"])
        assert {party["id"]: party["seconds"] for party in call["parties"]} == {
            party: round(seconds, 6) for party, seconds in shown.items()
        }
        assert any(session["isTest"] for session in record["sessions"]) == call["test"]
        assert any(session["failureInfo"] for session in record["sessions"]) == call["failed"]


def test_every_kind_of_call_and_party_occurs() -> None:
    with driven(users=300) as driver:
        driver.control("/_clock/advance", {"days": 3})
        calls = driver.truth()["calls"]

    kinds = {party["kind"] for call in calls for party in call["parties"]}
    assert kinds == {"user", "federated", "phone", "guest", "application"}
    assert {call["type"] for call in calls} == {"groupCall", "peerToPeer"}
    assert any(call["test"] for call in calls)
    assert any(call["failed"] and call["startedAt"] == call["endedAt"] for call in calls)
    assert any(call["sessions"] > len(call["parties"]) for call in calls)


def test_sessions_beyond_sixty_follow_on_their_own_pages(shared: Driver) -> None:
    with driven(users=300) as driver:
        driver.control("/_clock/advance", {"days": 5})
        big = max(driver.truth()["calls"], key=lambda call: int(call["sessions"]))
        record = driver.graph(f"{RECORDS}/{big['id']}?$expand=sessions($expand=segments)").json()
        rest = driver.items(record["sessions@odata.nextLink"])
        listed = driver.items(f"{RECORDS}/{big['id']}/sessions?$expand=segments")

    assert big["sessions"] > 60
    assert len(record["sessions"]) == 60
    assert [session["id"] for session in [*record["sessions"], *rest]] == [session["id"] for session in listed]
    assert len(listed) == big["sessions"]
    assert all(len(session["segments"]) == 1 for session in rest)


def test_the_filter_is_on_the_start_and_other_queries_are_refused(shared: Driver) -> None:
    bounds = "startDateTime ge 2026-11-24T00:00:00Z and startDateTime lt 2026-11-25T00:00:00Z"

    shown = shared.items(f"{RECORDS}?$filter={bounds}")

    starts = sorted(call["startedAt"] for call in shared.truth()["calls"])
    assert len(shown) == len([start for start in starts if start.startswith("2026-11-24")]) > 0
    assert shared.graph(f"{RECORDS}?$expand=sessions").status_code == 400
    assert shared.graph(f"{RECORDS}?$filter=endDateTime ge 2026-11-24T00:00:00Z").status_code == 400


def test_unknown_and_old_records_are_not_found(fresh: Driver) -> None:
    fresh.control("/_clock/advance", {"days": 1})
    first = fresh.truth()["calls"][0]["id"]
    at_first = fresh.graph(f"{RECORDS}/{first}").status_code

    fresh.control("/_clock/advance", {"days": 31})

    assert at_first == 200
    assert fresh.graph(f"{RECORDS}/{first}").status_code == 404
    assert fresh.graph(f"{RECORDS}/00000000-0000-4000-8000-000000000000").status_code == 404
    oldest = min(datetime.fromisoformat(record["startDateTime"]) for record in fresh.items(RECORDS))
    assert oldest >= TODAY + timedelta(days=2)


def test_a_revised_call_shows_its_first_version_until_the_second_is_due(fresh: Driver) -> None:
    company = next(iter(fresh.world.companies.values()))
    fresh.control("/_clock/advance", {"days": 2})
    revised = next(call for call in company.calls if len(call.versions) == 2 and call.started_at > TODAY)
    first, second = revised.versions

    before = fresh.truth(at=(second.visible_at - timedelta(seconds=1)).isoformat())["calls"]
    after = fresh.truth(at=second.visible_at.isoformat())["calls"]

    assert next(call["version"] for call in before if call["id"] == revised.id) == 1
    late = next(call for call in after if call["id"] == revised.id)
    assert (late["version"], late["endedAt"]) == (2, second.ended_at.isoformat())
    assert second.ended_at > first.ended_at
    assert late["sessions"] == len(first.sessions) + 1


def test_the_deprecated_identities_hold_nothing(shared: Driver) -> None:
    call = shared.truth()["calls"][0]["id"]

    record = shared.graph(f"{RECORDS}/{call}?{EXPANDED}").json()

    assert (record["organizer"], record["participants"]) == (None, [])
    assert record["organizer_v2"]["id"]
    assert all(session["caller"]["identity"] is None for session in record["sessions"])
