"""Graph's limits: which request counts against which, and what the bucket lets through."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ingest import limits
from app.ingest.limiter import take
from app.ingest.limits import Limit, Scope, scopes_of
from tests.database import Database
from tests.ingest.graph.pretend import DIRECTORY

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALL = "3fa2c1de-0000-4000-8000-0000000000c1"
RECORDS = "/v1.0/communications/callRecords"
WIDE = [f"calls/{DIRECTORY}", "calls"]


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        (f"{RECORDS}/{CALL}", "$expand=sessions", WIDE),
        (f"{RECORDS}/{CALL}/sessions", "$skiptoken=x", [f"call/{DIRECTORY}/{CALL}", *WIDE]),
        (f"{RECORDS}/{CALL}/participants_v2", "", [f"call/{DIRECTORY}/{CALL}", *WIDE]),
        (RECORDS, "$filter=startDateTime ge 2026-11-22", [f"call-list/{DIRECTORY}", *WIDE]),
        (
            f"{RECORDS}/getPstnCalls(fromDateTime=2026-11-01,toDateTime=2026-11-02)",
            "",
            [f"log/{DIRECTORY}/pstn", f"logs/{DIRECTORY}"],
        ),
        (
            f"{RECORDS}/microsoft.graph.callRecords.getDirectRoutingCalls%28fromDateTime=2026-11-01%29",
            "$skip=1000",
            [f"log/{DIRECTORY}/directrouting", f"logs/{DIRECTORY}"],
        ),
        ("/v1.0/users", "%24select=id,signInActivity", [f"sign-ins/{DIRECTORY}", "sign-ins"]),
        ("/v1.0/users", "$select=id", [f"identity/{DIRECTORY}"]),
        ("/v1.0/subscribedSkus", "", [f"identity/{DIRECTORY}"]),
        ("/v1.0/directory/subscriptions", "", [f"identity/{DIRECTORY}"]),
        ("/v1.0/subscriptions/7", "", [f"subscriptions/{DIRECTORY}"]),
        (
            "/v1.0/reports/getOffice365ActiveUserDetail(period='D7')",
            "",
            [f"report/{DIRECTORY}/getoffice365activeuserdetail"],
        ),
        (
            "/v1.0/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D7')",
            "",
            [f"report/{DIRECTORY}/getmicrosoft365copilotusageuserdetail"],
        ),
    ],
)
def test_a_request_counts_against_its_own_limits(path: str, query: str, names: list[str]) -> None:
    assert [scope.name for scope in scopes_of(DIRECTORY, path, query)] == names


def test_only_what_graph_counts_over_all_tenants_is_shared() -> None:
    shared = {scope.name for scope in scopes_of(DIRECTORY, RECORDS, "") if scope.shared}
    shared |= {scope.name for scope in scopes_of(DIRECTORY, "/v1.0/users", "signInActivity") if scope.shared}

    assert shared == {"calls", "sign-ins"}


PUBLISHED = [
    (limits.CALLS, 1_500, 20),
    (limits.CALLS_EVERYWHERE, 15_000, 20),
    (limits.CALL_LIST, 40, 20),
    (limits.CALL_PAGES, 40, 20),
    (limits.LOG, 50, 60),
    (limits.LOGS, 200, 60),
    (limits.SIGN_INS, 10, 60),
    (limits.REPORT, 14, 600),
    (limits.SUBSCRIPTIONS, 1_000, 20),
]


@pytest.mark.parametrize(("limit", "requests", "seconds"), PUBLISHED)
def test_the_buckets_are_those_that_graph_publishes(limit: Limit, requests: int, seconds: float) -> None:
    assert limit.seconds == seconds
    assert limit.requests <= requests
    assert limit.seconds / limit.interval_s() > 0.45 * requests


def most_in_a_window(used: list[float], seconds: float) -> int:
    ordered = sorted(used)
    most, first = 0, 0
    for at, moment in enumerate(ordered):
        while ordered[first] <= moment - seconds:
            first += 1
        most = max(most, at - first + 1)
    return most


@pytest.fixture(scope="module")
def buckets(module_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.writer_dsn, autocommit=True) as connection:
        yield connection


@st.composite
def a_limit(draw: st.DrawFn) -> Limit:
    requests = draw(st.integers(2, 40))
    burst = draw(st.integers(1, requests - 1))
    return Limit(requests, draw(st.floats(0.5, 60)), burst, draw(st.integers(1, burst)), draw(st.floats(0, 2)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=a_limit(),
    asks=st.lists(st.tuples(st.floats(0, 2), st.sampled_from([0.0, 1.0, 30.0])), min_size=5, max_size=40),
    late=st.floats(0, 1),
)
def test_no_window_holds_more_than_the_limit_whoever_asks_and_however_late_slots_are_used(
    buckets: psycopg.Connection, limit: Limit, asks: list[tuple[float, float]], late: float
) -> None:
    used: list[float] = []
    now = 0.0
    scope = Scope("any", limit)
    with buckets.transaction(force_rollback=True):
        for pause, patience in asks:
            now += pause * limit.interval_s() * 3
            answer = take(buckets, scope, patience, at=NOON + timedelta(seconds=now))
            if answer.granted:
                assert answer.wait_s <= patience + 1e-3
                ready = now + answer.wait_s
                used += [ready + limit.kept_s * (late * nth % 1) for nth in range(limit.batch)]

    assert used
    assert most_in_a_window(used, limit.seconds * (1 - 1e-6)) <= limit.requests


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=a_limit())
def test_who_is_sent_away_is_told_when_there_is_room(buckets: psycopg.Connection, limit: Limit) -> None:
    scope, now = Scope("any", limit), NOON
    with buckets.transaction(force_rollback=True):
        while (answer := take(buckets, scope, 0, at=now)).granted:
            continue
        later = take(buckets, scope, 0, at=now + timedelta(seconds=answer.wait_s + 1e-5))

    assert later.granted


def test_a_limit_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="fits"):
        Limit(10, 60, burst=10)
    with pytest.raises(ValueError, match="fits"):
        Limit(10, 60, burst=2, batch=3)
