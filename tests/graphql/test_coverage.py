"""What answers about calls say they lack."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.events import Event
from app.domain.events.coverage import CallsMissing, CallsReconciled, Feed, MissingCall, Pass, SnapshotFailed
from app.domain.events.telephony import Party, PartyKind
from app.domain.ids import CallId, RunId, TenantId
from app.eventstore.streams import coverage_stream, listing_stream
from tests.graphql.conftest import Client
from tests.graphql.world import CALL_IN, CONTOSO, NOON, World, call_completed, onboard
from tests.graphql.world import FABRIKAM_DIRECTORY as ELSEWHERE

LISTED = TenantId(uuid4())
LOST = CallId(uuid4())
PHONE = Party(kind=PartyKind.PHONE, user=None, directory=None, label=None)
HOUR = timedelta(hours=1)
SINCE = datetime(2026, 11, 20, tzinfo=UTC)
BROKEN = datetime(2026, 11, 21, 6, tzinfo=UTC)
"""Nobody listed from here on until four hours later."""
LOST_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

FRESH = """freshness { collectedAt complete gaps { feed since until reason } feeds { feed collectedAt } }"""
REPORT = f"""query ($id: ID!, $since: Date, $until: Date, $knownAt: DateTime) {{
  tenant(id: $id) {{ at(knownAt: $knownAt) {{ callReport(since: $since, until: $until) {{ since until {FRESH} }} }} }}
}}"""


def listing(since: datetime, until: datetime) -> CallsReconciled:
    hours = -((since - until) // HOUR)
    return CallsReconciled(
        happened_at=until,
        run=RunId(uuid4()),
        kind=Pass.HOURLY,
        since=since,
        until=until,
        listed=(0,) * hours,
        missing=0,
    )


@pytest.fixture(scope="module")
def listed(world: World) -> World:
    """A customer listed since Friday but for four hours on Saturday, with one call of Sunday still missing."""
    onboard(world, LISTED, "Listed", ELSEWHERE)
    missing = MissingCall(call=LOST, revision=1, started_at=LOST_AT)
    facts: list[Event] = [
        listing(SINCE, BROKEN),
        listing(BROKEN + 4 * HOUR, NOON - HOUR),
        CallsMissing(happened_at=NOON - HOUR, run=RunId(uuid4()), calls=(missing,)),
    ]
    for nth, fact in enumerate(facts):
        stream = listing_stream(NOON.date())
        world.append(LISTED, stream, fact, at=fact.happened_at, after=nth)
    world.tabulate(LISTED)
    return world


def text(at: datetime) -> str:
    return at.isoformat()


GAPS = [
    {"feed": "CALLS", "since": text(BROKEN), "until": text(BROKEN + 4 * HOUR), "reason": "NOT_LISTED"},
    {
        "feed": "CALLS",
        "since": text(LOST_AT.replace(minute=0)),
        "until": text(LOST_AT.replace(minute=0) + HOUR),
        "reason": "CALLS_MISSING",
    },
]


async def report(client: Client, who: str = "operator", **asked: Any) -> dict[str, Any]:
    data = await client.data(REPORT, who, id=str(LISTED), **asked)
    found: dict[str, Any] = data["tenant"]["at"]["callReport"]
    return found


async def test_a_report_over_gaps_tells_them(client: Client, listed: World) -> None:
    found = await report(client, since="2026-11-21", until="2026-11-23")

    assert found == {
        "since": "2026-11-21",
        "until": "2026-11-23",
        "freshness": {
            "collectedAt": text(NOON - HOUR),
            "complete": False,
            "gaps": GAPS,
            "feeds": [{"feed": "CALLS", "collectedAt": text(NOON - HOUR)}],
        },
    }


async def test_a_report_over_covered_days_is_complete(client: Client, listed: World) -> None:
    found = await report(client, since="2026-11-20", until="2026-11-21")

    assert (found["freshness"]["complete"], found["freshness"]["gaps"]) == (True, [])


async def test_hours_before_the_first_listing_are_a_gap_of_a_report(client: Client, listed: World) -> None:
    found = await report(client, since="2026-11-19", until="2026-11-21")

    assert found["freshness"]["gaps"] == [
        {"feed": "CALLS", "since": text(SINCE - timedelta(days=1)), "until": text(SINCE), "reason": "NOT_LISTED"}
    ]


async def test_a_report_of_who_was_never_listed_says_so(client: Client) -> None:
    data = await client.data(REPORT, id=str(CONTOSO), since="2026-11-20", until="2026-11-21")

    fresh = data["tenant"]["at"]["callReport"]["freshness"]
    assert (fresh["collectedAt"], fresh["complete"]) == (None, False)
    assert [gap["reason"] for gap in fresh["gaps"]] == ["NOT_LISTED"]


async def test_by_what_was_known_earlier_later_hours_are_no_gap(client: Client, listed: World) -> None:
    found = await report(client, since="2026-11-20", until="2026-11-23", knownAt=text(BROKEN + 2 * HOUR))

    assert found["freshness"]["gaps"] == []
    assert found["freshness"]["collectedAt"] == text(BROKEN)


async def test_a_tenants_freshness_tells_gaps_since_its_first_listing_and_failed_feeds(
    client: Client, listed: World
) -> None:
    ask = f"query ($id: ID!) {{ tenant(id: $id) {{ {FRESH} at {{ {FRESH} }} }} }}"
    failed_at = NOON - 2 * HOUR
    failure = SnapshotFailed(happened_at=failed_at, feed=Feed.REPORTS, run=RunId(uuid4()), reason="GRAPH_THROTTLED")
    before = await client.data(ask, "operator", id=str(LISTED))
    listed.append(LISTED, coverage_stream(Feed.REPORTS), failure, at=NOON - HOUR)
    listed.tabulate(LISTED)

    after = await client.data(ask, "operator", id=str(LISTED))

    assert before["tenant"]["freshness"]["gaps"] == GAPS
    assert before["tenant"]["at"]["freshness"] == before["tenant"]["freshness"]
    assert after["tenant"]["freshness"]["complete"] is False
    assert after["tenant"]["freshness"]["gaps"] == [
        {"feed": "REPORTS", "since": None, "until": None, "reason": "GRAPH_THROTTLED"},
        *GAPS,
    ]
    assert {"feed": "CALLS", "collectedAt": text(NOON - HOUR)} in after["tenant"]["freshness"]["feeds"]


LEDGER = """query ($id: ID!, $since: DateTime, $until: DateTime) {
  tenant(id: $id) { coverage(since: $since, until: $until) { hour notified fetched listed missing pass } }
}"""


async def test_the_ledger_tells_every_hour(client: Client, listed: World) -> None:
    begins = LOST_AT.replace(minute=0)
    since, until = text(LOST_AT), text(begins + 2 * HOUR)

    data = await client.data(LEDGER, "operator", id=str(LISTED), since=since, until=until)

    covered = {"notified": 0, "fetched": 0, "listed": 0, "pass": "HOURLY"}
    assert data["tenant"]["coverage"] == [
        {"hour": text(begins), "missing": 1, **covered},
        {"hour": text(begins + HOUR), "missing": 0, **covered},
    ]


async def test_hours_nothing_was_heard_of_have_no_listing(client: Client) -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)

    data = await client.data(LEDGER, id=str(CONTOSO), since=text(start), until=text(start + 2 * HOUR))

    assert [(each["fetched"], each["listed"], each["pass"]) for each in data["tenant"]["coverage"]] == [
        (1, None, None),
        (0, None, None),
    ]


@pytest.mark.parametrize(("days", "until"), [(32, NOON), (-1, NOON)])
async def test_a_ledger_too_long_or_backwards_is_refused(client: Client, days: int, until: datetime) -> None:
    since = until - timedelta(days=days)

    assert await client.code(LEDGER, id=str(CONTOSO), since=text(since), until=text(until)) == "BAD_USER_INPUT"


async def test_a_neighbour_sees_no_ledger(client: Client, listed: World) -> None:
    content = await client.ask(LEDGER, "viewer", id=str(LISTED))

    assert content["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_call_found_fills_its_gap(client: Client, listed: World) -> None:
    late = datetime(2026, 11, 20, 3, tzinfo=UTC)
    stream = listing_stream(late.date())
    missing = MissingCall(call=CALL_IN, revision=1, started_at=late)
    listed.append(LISTED, stream, CallsMissing(happened_at=late, run=RunId(uuid4()), calls=(missing,)), at=NOON)
    listed.tabulate(LISTED)
    lacking = await report(client, since="2026-11-20", until="2026-11-21")
    listed.append(LISTED, f"call/{CALL_IN}", call_completed(CALL_IN, late, (PHONE, (0, 5))), at=NOON)
    listed.tabulate(LISTED)

    found = await report(client, since="2026-11-20", until="2026-11-21")

    assert [gap["reason"] for gap in lacking["freshness"]["gaps"]] == ["CALLS_MISSING"]
    assert found["freshness"]["gaps"] == []
