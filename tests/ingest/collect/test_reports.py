"""Usage reports against a simulated customer."""

from datetime import timedelta

import pytest

from app.commands.record_snapshot import last_complete_read
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import ReportReading, UsageReportsRead, WorkloadUsed
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.ingest.translate.reports import ACTIVE_USERS, MAILBOX_USAGE, REPORTS, TEAMS_USER_ACTIVITY
from app.simulator.report_rules import ReportRules
from app.simulator.workloads import apps_last, copilot_last
from tests.ingest.collect.conftest import MONDAY, Site

REFRESHED = MONDAY.replace(hour=0) - timedelta(days=1)
"""The end of the day the reports of MONDAY cover."""


def capabilities(site: Site) -> dict[Capability, bool]:
    return {fact.capability: fact.available for fact in site.facts() if isinstance(fact, CapabilityChanged)}


def uses(site: Site) -> dict[tuple[str, str], str]:
    found = [fact for fact in site.facts() if isinstance(fact, WorkloadUsed)]
    return {(str(fact.user), str(fact.workload)): fact.last_activity_on.isoformat() for fact in found}


def uses_in_truth(site: Site) -> dict[tuple[str, str], str]:
    """What the reports know: as of the end of the day before yesterday."""
    refreshed = site.world.now.replace(hour=0, minute=0) - timedelta(days=1)
    told: dict[tuple[str, str], str] = {}
    for person in site.company.people_at(site.world.now):
        presence = person.presence_at(refreshed)
        if presence is None or person.kind == "guest" or person.created_at > refreshed:
            continue
        last = {name: getattr(presence, name) for name in ("exchange", "onedrive", "sharepoint", "teams")}
        last["office_apps"] = apps_last(person, presence, refreshed)
        last["copilot"] = copilot_last(person, presence, refreshed)
        told |= {(person.id, workload): on.isoformat() for workload, on in last.items() if on is not None}
    return told


async def test_reports_tell_who_used_what_last(site: Site) -> None:
    await site.licences()

    collected = await site.reports()

    assert collected.failure is None
    assert uses(site) == uses_in_truth(site)
    assert len(uses(site)) > 60
    assert capabilities(site)[Capability.REPORTS] is True
    assert capabilities(site)[Capability.CONCEALED_NAMES] is False


async def test_the_same_reports_twice_add_only_that_they_were_taken(site: Site) -> None:
    await site.licences()
    await site.reports()
    before = site.head()

    again = await site.reports()

    assert [(type(fact), fact.happened_at) for fact in site.facts(before)] == [(SnapshotTaken, REFRESHED)]
    assert again.facts == 0


async def test_hidden_names_are_noted_and_matched_with_nobody(site: Site) -> None:
    site.company.conceal = True
    await site.licences()

    collected = await site.reports()

    assert (collected.failure, collected.facts) == (None, 0)
    assert collected.items > 60
    assert uses(site) == {}
    assert capabilities(site)[Capability.CONCEALED_NAMES] is True


async def test_names_shown_again_are_noted_too(site: Site) -> None:
    site.company.conceal = True
    await site.licences()
    await site.reports()
    site.company.conceal = False

    await site.reports()

    assert capabilities(site)[Capability.CONCEALED_NAMES] is False
    assert uses(site) == uses_in_truth(site)


@pytest.mark.parametrize(
    ("path", "kind"), [("ActiveUserDetail", "html"), ("/data/download", "truncate"), ("/users", "cut")]
)
async def test_reports_that_break_add_nothing(site: Site, path: str, kind: str) -> None:
    await site.licences()
    before = site.head()
    site.fail(path=path, kind=kind, times=None)

    collected = await site.reports()

    assert collected.failure is not None
    assert [(type(fact), getattr(fact, "feed", None)) for fact in site.facts(before)] == [
        (SnapshotFailed, Feed.REPORTS)
    ]


async def test_reports_forbidden_are_a_source_closed(site: Site) -> None:
    site.world.consents[site.company.id] = ("User.Read.All",)

    collected = await site.reports()

    assert collected.failure is not None
    assert capabilities(site)[Capability.REPORTS] is False


def readings(site: Site) -> dict[str, ReportReading]:
    *_, newest = [fact for fact in site.facts() if isinstance(fact, UsageReportsRead)]
    return {reading.report: reading for reading in newest.reports}


async def test_reports_stand_for_the_end_of_the_day_they_cover(site: Site) -> None:
    await site.licences()

    await site.reports()

    assert last_complete_read(site.tenant, Feed.REPORTS, site.desk) == REFRESHED
    assert {reading.refreshed_on for reading in readings(site).values()} == {REFRESHED.date() - timedelta(days=1)}
    assert readings(site).keys() == {report.function for report in REPORTS}


async def test_columns_added_missing_and_in_another_order_do_not_matter(site: Site) -> None:
    rules = ReportRules(
        added=["A Column Of Next Year"], missing=["Yammer Last Activity Date"], shuffled=True, bom=False
    )
    site.world.report_rules[site.company.id] = rules
    await site.licences()

    collected = await site.reports()

    assert (collected.failure, collected.notes) == (None, ())
    assert uses(site) == uses_in_truth(site)


async def test_a_report_without_an_essential_column_is_refused_alone_and_shown(site: Site) -> None:
    site.world.report_rules[site.company.id] = ReportRules(missing=["Last Activity Date"])
    await site.licences()

    collected = await site.reports()

    assert (collected.failure, collected.closed) == (None, True)
    assert "getTeamsUserActivityUserDetail has no column Last Activity Date" in collected.notes
    refused = {name for name, reading in readings(site).items() if reading.failure == "REPORT_SCHEMA_CHANGED"}
    assert refused == {report.function for report in REPORTS if report is not ACTIVE_USERS}
    assert {workload for _, workload in uses(site)} == {"exchange", "onedrive", "sharepoint", "teams"}


async def test_without_the_active_users_the_others_are_taken_and_the_feed_is_not(site: Site) -> None:
    site.world.report_rules[site.company.id] = ReportRules(missing=["Teams Last Activity Date"])
    await site.licences()

    collected = await site.reports()

    assert collected.failure is not None
    assert collected.failure.code == "REPORT_SCHEMA_CHANGED"
    assert last_complete_read(site.tenant, Feed.REPORTS, site.desk) is None
    assert readings(site)[ACTIVE_USERS.function].failure == "REPORT_SCHEMA_CHANGED"
    assert {workload for _, workload in uses(site)} == {"teams", "exchange", "office_apps", "copilot"}


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_copilot_reports_that_are_not_there_are_no_failure(site: Site, status: int) -> None:
    site.fail(path="/copilot/", kind="status", status=status, times=None)
    await site.licences()

    collected = await site.reports()

    assert (collected.failure, collected.notes) == (None, ())
    assert capabilities(site)[Capability.COPILOT_REPORTS] is False
    assert capabilities(site)[Capability.REPORTS] is True


async def test_another_report_that_fails_is_told_and_does_not_stop_the_feed(site: Site) -> None:
    site.fail(path=MAILBOX_USAGE.function, kind="html", times=None)
    await site.licences()

    collected = await site.reports()

    assert (collected.failure, collected.closed) == (None, True)
    assert readings(site)[MAILBOX_USAGE.function].failure == "BAD_UPSTREAM_ANSWER"
    assert uses(site) == uses_in_truth(site)


async def test_the_same_outcome_is_told_once(site: Site) -> None:
    await site.licences()
    await site.reports()
    await site.reports()

    assert len([fact for fact in site.facts() if isinstance(fact, UsageReportsRead)]) == 1


async def test_names_hidden_are_told_by_report(site: Site) -> None:
    site.company.conceal = True
    await site.licences()

    await site.reports()

    assert {reading.concealed for reading in readings(site).values() if reading.rows} == {True}
    assert readings(site)[TEAMS_USER_ACTIVITY.function].rows > 0
