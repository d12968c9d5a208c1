"""Usage reports against a simulated customer."""

from datetime import timedelta

import pytest

from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import WorkloadUsed
from app.domain.events.tenancy import Capability, CapabilityChanged
from tests.ingest.collect.conftest import Site


def capabilities(site: Site) -> dict[Capability, bool]:
    return {fact.capability: fact.available for fact in site.facts() if isinstance(fact, CapabilityChanged)}


def uses(site: Site) -> dict[tuple[str, str], str]:
    found = [fact for fact in site.facts() if isinstance(fact, WorkloadUsed)]
    return {(str(fact.user), str(fact.workload)): fact.last_activity_on.isoformat() for fact in found}


def uses_in_truth(site: Site) -> dict[tuple[str, str], str]:
    """What the reports know: as of the end of the day before yesterday."""
    refreshed = site.world.now.replace(hour=0, minute=0) - timedelta(days=1)
    told = {}
    for person in site.company.people_at(site.world.now):
        presence = person.presence_at(refreshed)
        if presence is None or person.kind == "guest" or person.created_at > refreshed:
            continue
        for workload in ("exchange", "onedrive", "sharepoint", "teams"):
            on = getattr(presence, workload)
            if on is not None:
                told[person.id, workload] = on.isoformat()
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

    assert [type(fact) for fact in site.facts(before)] == [SnapshotTaken]
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
