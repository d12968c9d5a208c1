"""The telephone logs of a simulated customer: complete, corrected, overlapping, and never guessed at."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.commands.record_consent import RecordConsent, record_consent
from app.commands.record_snapshot import last_complete_read
from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PstnCallCharged
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import CapabilityChanged
from app.domain.ids import DirectoryId, RunId, TenantId
from app.domain.personal import Personal
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.collect_phone_logs import DIRECT_ROUTING, PSTN, SpoiltRow
from app.ingest.collect_run import Collected, Run
from app.ingest.graph_client import GraphAccess, GraphClient
from app.ingest.phone_logs import collect_phone_logs
from app.simulator import Options, World, make_world, phone_logs_api, running
from app.simulator.company import Company
from app.simulator.faults import Fault
from app.simulator.phone_log_rows import LogRow, logs_at
from tests.ingest.collect.conftest import MONDAY, at_once

LOGS = ("getPstnCalls", "getDirectRoutingCalls")


@dataclass
class PhoneSite:
    world: World
    desk: Desk
    clock: SteppedClock
    tenant: TenantId
    graph: GraphClient
    set_aside: dict[str, SpoiltRow] = field(default_factory=dict)
    feed_of: dict[str, Feed] = field(default_factory=dict)

    @property
    def company(self) -> Company:
        (company,) = self.world.companies.values()
        return company

    async def read(self, run: UUID | None = None) -> list[Collected]:
        return await collect_phone_logs(Run(self.desk, self.graph, self.tenant, RunId(run or uuid4())), self)

    def waiting(self, feed: Feed) -> bool:
        return bool(self.set_aside)

    def keep(self, feed: Feed, spoilt: Sequence[SpoiltRow], good: Sequence[str]) -> None:
        self.set_aside |= {each.key: each for each in spoilt}
        self.feed_of |= {each.key: feed for each in spoilt}
        for key in good:
            self.set_aside.pop(key, None)

    def all_is_well(self, feed: Feed) -> None:
        self.set_aside = {key: row for key, row in self.set_aside.items() if self.feed_of[key] is not feed}

    def live(self, by: timedelta) -> None:
        self.clock.step_to(self.world.advance(by))

    def fail(self, **fault: object) -> None:
        self.world.faults[:] = [Fault(**fault)]  # type: ignore[arg-type]

    def facts(self, after: int = 0) -> list[Event]:
        return [recorded.event for recorded in self.desk.store.read(self.tenant, after=after, limit=100_000)]

    def head(self) -> int:
        return self.desk.store.head(self.tenant)

    def known(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The newest content by row id, of both logs."""
        facts = self.facts()
        return (
            {str(fact.call.row): fact.call for fact in facts if isinstance(fact, PstnCallCharged)},
            {str(fact.call.row): fact.call for fact in facts if isinstance(fact, DirectRoutingCallLogged)},
        )

    def true(self) -> tuple[dict[str, LogRow], dict[str, LogRow]]:
        logs = logs_at(self.company, self.world.now)
        return {row.id: row for row in logs.pstn}, {row.id: row for row in logs.direct_routing}


@pytest_asyncio.fixture
async def site(desk: Desk) -> AsyncIterator[PhoneSite]:
    world = make_world(Options(today=MONDAY, users=30, days_history=15))
    (directory,) = (DirectoryId(UUID(each)) for each in world.companies)
    world.consents[str(directory)] = REQUIRED_PERMISSIONS
    tenant = TenantId(uuid4())
    invite_tenant(InviteTenant(tenant, "Contoso", Personal.alone("admin@contoso.com"), uuid4()), desk)
    record_consent(RecordConsent(tenant, directory, "Contoso", None, frozenset(REQUIRED_PERMISSIONS), uuid4()), desk)
    assert isinstance(desk.clock, SteppedClock)
    with running(world) as url:
        access = GraphAccess(url, url, world.options.client_id, world.options.client_secret, timeout=10, attempts=2)
        async with GraphClient(access, directory, sleep=at_once) as graph:
            yield PhoneSite(world, desk, desk.clock, tenant, graph)


def assert_true(site: PhoneSite) -> None:
    """Every row there is, none twice, each with what it charges now."""
    for known, true in zip(site.known(), site.true(), strict=True):
        assert known.keys() == true.keys()
        for row, told in known.items():
            user = true[row].user
            assert told.user == (user and UUID(user.id))
            assert told.began_at == true[row].started_at.replace(microsecond=told.began_at.microsecond)
    pstn = site.known()[0]
    assert {row: (each.charge, each.connection_charge) for row, each in pstn.items()} == {
        row: (each.charge_at(site.world.now), each.connection_charge) for row, each in site.true()[0].items()
    }


async def test_a_read_shows_both_logs_whole(site: PhoneSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_logs_api, "ROWS_PER_PAGE", 5)

    pstn, direct = await site.read()

    assert_true(site)
    assert [(each.failure, each.closed) for each in (pstn, direct)] == [(None, True)] * 2
    assert [pstn.items, direct.items] == [len(each) for each in site.true()]
    assert min(pstn.items, direct.items) > 5
    taken = [fact for fact in site.facts() if isinstance(fact, SnapshotTaken)]
    assert [(fact.feed, fact.items, fact.facts, fact.happened_at) for fact in taken] == [
        (Feed.PSTN, pstn.items, pstn.items, MONDAY),
        (Feed.DIRECT_ROUTING, direct.items, direct.items, MONDAY),
    ]
    noted = [fact for fact in site.facts() if isinstance(fact, CapabilityChanged)]
    assert [(fact.capability, fact.available) for fact in noted] == [("pstn_logs", True), ("direct_routing", True)]


async def test_days_read_daily_end_where_the_logs_are_with_corrected_charges(site: PhoneSite) -> None:
    await site.read()
    for _ in range(6):
        site.live(timedelta(days=1))
        await site.read()

    assert_true(site)
    told = Counter(fact.call.row for fact in site.facts() if isinstance(fact, PstnCallCharged))
    corrected = {row.id for row in site.true()[0].values() if row.charge != row.charge_at(site.world.now)}
    assert corrected
    assert {str(row) for row, times in told.items() if times > 1} <= corrected
    assert max(told.values()) == 2


async def test_the_same_read_twice_adds_only_that_it_was_taken(site: PhoneSite) -> None:
    await site.read()
    before = site.head()

    again = await site.read()

    assert [type(fact) for fact in site.facts(before)] == [SnapshotTaken, SnapshotTaken]
    assert [each.facts for each in again] == [0, 0]


async def test_the_same_run_twice_adds_nothing_and_asks_nothing(site: PhoneSite) -> None:
    run = uuid4()
    await site.read(run)
    before = site.head()

    site.live(timedelta(days=2))
    site.fail(path="callRecords", kind="server_error", times=None)
    again = await site.read(run)

    assert site.head() == before
    assert [(each.closed, each.failure) for each in again] == [(True, None)] * 2


@pytest.mark.parametrize(("log", "other"), [LOGS, LOGS[::-1]])
async def test_a_page_that_fails_in_the_middle_takes_nothing_of_its_log_and_all_of_the_other(
    site: PhoneSite, monkeypatch: pytest.MonkeyPatch, log: str, other: str
) -> None:
    monkeypatch.setattr(phone_logs_api, "ROWS_PER_PAGE", 5)
    run = uuid4()
    site.fail(path=log, kind="server_error", status=500, times=None, skip=1)

    ends = dict(zip(LOGS, await site.read(run), strict=True))
    after_failure = dict(zip(LOGS, site.known(), strict=True))
    site.world.faults.clear()
    await site.read(run)

    assert getattr(ends[log].failure, "code", None) == "GRAPH_UNAVAILABLE"
    assert ends[other].closed
    assert (after_failure[log], len(after_failure[other]) > 5) == ({}, True)
    assert_true(site)
    failed = [(fact.feed, fact.reason) for fact in site.facts() if isinstance(fact, SnapshotFailed)]
    assert failed == [(ends[log].feed, "GRAPH_UNAVAILABLE")]


@pytest.mark.parametrize("fault", [{"kind": "throttle"}, {"kind": "truncate"}, {"kind": "html"}])
async def test_an_answer_that_is_none_closes_the_run_as_failed(site: PhoneSite, fault: dict[str, Any]) -> None:
    site.fail(path="getPstnCalls", times=None, **fault)
    before = site.head()

    await site.read()

    (failed,) = [fact for fact in site.facts(before) if isinstance(fact, SnapshotFailed)]
    assert failed.feed is Feed.PSTN
    assert last_complete_read(site.tenant, Feed.PSTN, site.desk) is None


async def test_a_row_nobody_understands_is_set_aside_until_it_is_read_well(site: PhoneSite) -> None:
    site.fail(path="getPstnCalls", kind="mistype", property="charge", value="much", times=None)
    before = site.head()

    pstn, direct = await site.read()
    spoilt = dict(site.set_aside)
    known = site.known()
    site.world.faults.clear()
    site.live(timedelta(hours=1))
    await site.read()

    true = site.true()[0].keys()
    assert (pstn.failure, direct.failure) == (None, None)
    assert spoilt
    assert spoilt.keys().isdisjoint(known[0])
    assert spoilt.keys() | known[0].keys() == true
    assert {each.error.code for each in spoilt.values()} == {"BAD_UPSTREAM_ANSWER"}
    assert pstn.notes == (f"{len(spoilt)} rows set aside as dead letters",)
    (taken, _) = [fact for fact in site.facts(before) if isinstance(fact, SnapshotTaken)][:2]
    assert (taken.items, taken.facts) == (len(true), len(known[0]))
    assert site.set_aside == {}
    assert_true(site)


async def test_a_log_forbidden_in_spite_of_the_permission_is_none_and_no_failure(site: PhoneSite) -> None:
    site.fail(path="getPstnCalls", kind="status", status=403, times=None)

    pstn, direct = await site.read()

    assert (pstn.closed, pstn.failure, direct.closed) == (False, None, True)
    noted = [fact for fact in site.facts() if isinstance(fact, CapabilityChanged)]
    assert [(fact.capability, fact.available) for fact in noted] == [("pstn_logs", False), ("direct_routing", True)]
    assert [fact for fact in site.facts() if isinstance(fact, SnapshotFailed)] == []


async def test_a_log_forbidden_for_want_of_the_permission_is_a_failure(site: PhoneSite) -> None:
    site.world.consents[site.company.id] = ("Organization.Read.All",)

    reads = await site.read()

    assert [each.failure and each.failure.code for each in reads] == ["GRAPH_FORBIDDEN"] * 2
    assert [fact for fact in site.facts() if isinstance(fact, CapabilityChanged)] == []


async def test_an_empty_log_is_a_log(site: PhoneSite) -> None:
    site.company.calls.clear()

    reads = await site.read()

    assert [(each.closed, each.items) for each in reads] == [(True, 0)] * 2
    noted = [fact for fact in site.facts() if isinstance(fact, CapabilityChanged)]
    assert [fact.available for fact in noted] == [True, True]


async def test_after_an_outage_of_months_every_day_is_asked_for_and_no_day_is_missing(site: PhoneSite) -> None:
    site.live(timedelta(days=3))
    await site.read()
    site.live(timedelta(days=110))

    reads = await site.read()

    last_of_the_first_request = date(2026, 11, 19) + timedelta(days=89)
    assert all(last_of_the_first_request in {row.started_at.date() for row in log.values()} for log in site.true())
    assert [each.failure for each in reads] == [None, None]
    assert_true(site)


def test_the_one_log_is_asked_up_to_its_last_day_and_the_other_up_to_the_day_after() -> None:
    first, last = date(2026, 8, 26), date(2026, 11, 24)

    assert list(PSTN.addresses(first, last)) == [
        "/communications/callRecords/getPstnCalls(fromDateTime=2026-08-26,toDateTime=2026-11-23)",
        "/communications/callRecords/getPstnCalls(fromDateTime=2026-11-24,toDateTime=2026-11-24)",
    ]
    assert list(DIRECT_ROUTING.addresses(first, last)) == [
        "/communications/callRecords/getDirectRoutingCalls(fromDateTime=2026-08-26,toDateTime=2026-11-24)",
        "/communications/callRecords/getDirectRoutingCalls(fromDateTime=2026-11-24,toDateTime=2026-11-25)",
    ]
