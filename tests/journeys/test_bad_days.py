"""Days on which Graph misbehaves: a read is taken in whole or not at all, and the next good one mends it."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import UserSignedIn, WorkloadUsed
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.ingest import collect_directory, schedule
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from app.ops.demo.truth import held
from app.worker import sweeping, working
from tests.database import Cluster
from tests.journeys import aftermath
from tests.journeys.lives import Life, consented, live

USERS = 60
PAGE = 20
"""Users on a page of the directory, so that three pages make a read; a lost one is more than a fifth."""

A_LATER_PAGE = "users.*assignedLicenses.*skiptoken"
ANY_PAGE = "users.*assignedLicenses"
SIGN_INS = "users.*signInActivity"

WITHDRAWN = ("ConsentWithdrawn", "GRAPH_FORBIDDEN")

SUMMARY = """
query Summary($tenant: ID!, $asOf: Date) {
  tenant(id: $tenant) {
    state
    capabilities { entraP1 concealedNames reports }
    at(asOf: $asOf) {
      licenceSummary { held idle neverUsed unverifiable }
      idleLicences(first: 200) { nodes { userId } }
      freshness { complete gaps { feed reason } lastFailure }
    }
  }
}
"""


@pytest.fixture(scope="module")
def bad_life(postgres_server: Cluster, migrated_template: str) -> Iterator[Life]:
    """A small company after two good days, with nobody at work: the tests read its days themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect_directory, "USERS_PER_PAGE", PAGE)
        with (
            postgres_server.database(migrated_template) as database,
            consented(database, users=USERS, calls_per_day=5, graph_attempts=2) as life,
        ):
            live(life, 2)
            yield life


@pytest.fixture
def life(bad_life: Life) -> Iterator[Life]:
    """The same a week later, so on a working day and with news of all kinds; in order again afterwards."""
    bad_life.advance(days=7)
    yield bad_life
    _no_faults(bad_life)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"path": A_LATER_PAGE, "kind": "server_error"}, "GRAPH_UNAVAILABLE"),
        ({"path": A_LATER_PAGE, "kind": "cut"}, "GRAPH_UNAVAILABLE"),
        ({"path": A_LATER_PAGE, "kind": "truncate"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "html"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": ANY_PAGE, "kind": "foreign_link"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "missing", "property": "value"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "missing", "property": "id"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "missing", "property": "licenseAssignmentStates"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "mistype", "property": "accountEnabled", "value": "no"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "mistype", "property": "assignedLicenses"}, "BAD_UPSTREAM_ANSWER"),
        ({"path": A_LATER_PAGE, "kind": "mistype", "property": "value", "value": []}, "TOO_MANY_REMOVALS"),
        ({"path": A_LATER_PAGE, "kind": "status", "status": 403}, "GRAPH_FORBIDDEN"),
        ({"path": A_LATER_PAGE, "kind": "status", "status": 410}, "GRAPH_GONE"),
        ({"path": A_LATER_PAGE, "kind": "throttle", "retry_after": "1.1"}, "GRAPH_THROTTLED"),
        (
            {"path": "subscribedSkus", "kind": "mistype", "property": "consumedUnits", "value": "many"},
            "BAD_UPSTREAM_ANSWER",
        ),
        ({"path": "organization", "kind": "mistype", "property": "value", "value": []}, "BAD_UPSTREAM_ANSWER"),
    ],
    ids=lambda value: "-".join(str(each) for each in [*value.values()][1:]) if isinstance(value, dict) else "",
)
def test_of_a_directory_that_cannot_be_read_whole_nothing_is_taken_and_the_next_read_mends_it(
    life: Life, fault: dict[str, Any], reason: str
) -> None:
    before = life.parts.store.head(life.tenant)
    life.control("/_faults", {**fault, "times": None})

    _read_today(life)

    assert _said(event for event in _facts(life, before) if not _is_of_reports(event)) == [("SnapshotFailed", reason)]
    _no_faults(life)
    _read_today(life)
    assert aftermath.seats_held(life.parts.store, life.tenant) == _held_in_truth(life)
    assert _last(life, before, SnapshotTaken, Feed.LICENCES).items == _people_in_truth(life)


def test_sign_ins_that_cannot_be_read_leave_the_directory_as_read(life: Life) -> None:
    before = life.parts.store.head(life.tenant)
    life.control("/_faults", {"path": SIGN_INS, "kind": "truncate", "times": None})

    _read_today(life)

    events = _facts(life, before)
    assert [event for event in events if isinstance(event, UserSignedIn)] == []
    assert _last(life, before, SnapshotFailed, Feed.SIGN_INS).reason == "BAD_UPSTREAM_ANSWER"
    assert aftermath.seats_held(life.parts.store, life.tenant) == _held_in_truth(life)
    _no_faults(life)
    _read_today(life)
    assert len([event for event in _facts(life, before) if isinstance(event, UserSignedIn)]) > USERS / 4


def test_throttling_is_waited_out_to_the_tenth_of_a_second_and_heals_by_itself(life: Life) -> None:
    before = life.parts.store.head(life.tenant)
    life.control("/_faults", {"path": A_LATER_PAGE, "kind": "throttle", "retry_after": "1.4", "times": 1})

    began = time.monotonic()
    _read_today(life)
    took_s = time.monotonic() - began

    assert took_s >= 1.4
    assert [event for event in _facts(life, before) if isinstance(event, SnapshotFailed)] == []
    assert _last(life, before, SnapshotTaken, Feed.LICENCES).items == _people_in_truth(life)


async def test_without_entra_p1_and_with_hidden_names_quiet_seats_are_unverifiable_not_idle(bad_life: Life) -> None:
    yesterday = bad_life.today
    bad_life.advance()
    before = bad_life.parts.store.head(bad_life.tenant)
    bad_life.control(f"/_tenants/{bad_life.directory}/premium", {"on": False})
    bad_life.control(f"/_tenants/{bad_life.directory}/conceal", {"on": True})

    await asyncio.to_thread(_read_today, bad_life)

    events = _facts(bad_life, before)
    changed = {event.capability: event.available for event in events if isinstance(event, CapabilityChanged)}
    assert changed == {Capability.ENTRA_P1: False, Capability.CONCEALED_NAMES: True}
    assert [event for event in events if isinstance(event, SnapshotFailed | UserSignedIn | WorkloadUsed)] == []
    with working(bad_life.parts), sweeping(bad_life.parts):
        async with bad_life.asking() as asking:
            then = await asking.api.ask(SUMMARY, tenant=asking.tenant, asOf=yesterday.isoformat())
            now = await asking.api.ask(SUMMARY, tenant=asking.tenant, asOf=bad_life.today.isoformat())
    assert then["tenant"]["capabilities"] == {"entraP1": False, "concealedNames": True, "reports": True}
    assert len(_idle(then)) == _sum(then, "idle") + _sum(then, "neverUsed") > 0
    assert (_idle(now), _sum(now, "idle"), _sum(now, "neverUsed")) == ([], 0, 0)
    assert _sum(now, "unverifiable") >= len(_idle(then)) + _sum(then, "unverifiable")


async def test_when_consent_is_withdrawn_that_is_a_fact_and_what_was_known_stays(bad_life: Life) -> None:
    yesterday = bad_life.today
    held_before = aftermath.seats_held(bad_life.parts.store, bad_life.tenant)
    bad_life.advance()
    before = bad_life.parts.store.head(bad_life.tenant)
    bad_life.control(f"/_consent/{bad_life.directory}/withdraw", {"immediately": True})

    await asyncio.to_thread(_read_today, bad_life)

    assert _said(_facts(bad_life, before)) == [
        ("SnapshotFailed", "GRAPH_FORBIDDEN"),
        WITHDRAWN,
    ]
    assert aftermath.seats_held(bad_life.parts.store, bad_life.tenant) == held_before
    bad_life.advance()
    before = bad_life.parts.store.head(bad_life.tenant)
    await asyncio.to_thread(_read_today, bad_life)
    assert _facts(bad_life, before) == []
    with working(bad_life.parts), sweeping(bad_life.parts):
        async with bad_life.asking() as asking:
            now = await asking.api.ask(SUMMARY, tenant=asking.tenant, asOf=bad_life.today.isoformat())
            assert await asking.api.held(asking.tenant, bad_life.today) == held_before
            assert await asking.api.held(asking.tenant, yesterday) == held_before
    assert now["tenant"]["state"] == "WITHDRAWN"
    assert now["tenant"]["at"]["freshness"]["complete"] is False


def _read_today(life: Life) -> None:
    """The daily reads, now and not at their hour, whatever wait an earlier failure asked for: licences, and what
    follows them if they were read."""
    for job in (Job.LICENCES, Job.SIGN_INS, Job.REPORTS):
        with life.parts.workshop.database() as db:
            if job not in {each.job for each in schedule.listed(db, life.tenant)}:
                return
            schedule.enlist(db, life.tenant, job, life.clock.now())
        assert carry_out(life.parts.workshop, Due(life.tenant, job))
        with life.parts.workshop.database() as db:
            if job is Job.LICENCES and any(
                each.job is job and each.last_reason for each in schedule.listed(db, life.tenant)
            ):
                return


def _no_faults(life: Life) -> None:
    httpx.delete(f"{life.simulator.url}/_faults").raise_for_status()


def _facts(life: Life, after: int) -> list[Event]:
    return [fact.event for fact in life.parts.store.read(life.tenant, after=after, limit=10_000)]


def _said(events: Iterable[Event]) -> list[tuple[str, str | None]]:
    return [(event.name, getattr(event, "reason", None)) for event in events]


def _last(life: Life, after: int, kind: type[Any], feed: Feed) -> Any:
    return [event for event in _facts(life, after) if isinstance(event, kind) and event.feed is feed][-1]


def _is_of_reports(event: Event) -> bool:
    return isinstance(event, WorkloadUsed) or (isinstance(event, SnapshotTaken) and event.feed is Feed.REPORTS)


def _held_in_truth(life: Life) -> set[tuple[UUID, UUID]]:
    return held(_truth(life))


def _people_in_truth(life: Life) -> int:
    return sum(user["deletedAt"] is None for user in _truth(life)["users"])


def _truth(life: Life) -> dict[str, Any]:
    address = f"{life.simulator.url}/_truth/{life.directory}"
    known: dict[str, Any] = httpx.get(address, params={"calls": "none"}).raise_for_status().json()
    return known


def _idle(answer: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = answer["tenant"]["at"]["idleLicences"]["nodes"]
    return nodes


def _sum(answer: dict[str, Any], what: str) -> int:
    return sum(each[what] for each in answer["tenant"]["at"]["licenceSummary"])
