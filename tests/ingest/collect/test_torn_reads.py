"""A complete listing that lacks a few known users: they are asked for one by one before they count as gone."""

from typing import Any

import pytest

from app.domain.events.coverage import SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import LicenceRemoved, UserDeleted
from app.ingest.graph_client import GraphClient, Params
from app.simulator.people import Person
from tests.ingest.collect.conftest import Site


def hide(monkeypatch: pytest.MonkeyPatch, *people: Person) -> None:
    """The listing lacks these people, as when something changes between its pages; by id they are there."""
    whole = GraphClient.pages
    hidden = {person.id for person in people}

    async def torn(self: GraphClient, path: str, params: Params | None = None) -> Any:
        async for page in whole(self, path, params):
            yield [row for row in page if row.get("id") not in hidden]

    monkeypatch.setattr(GraphClient, "pages", torn)


def licensed(site: Site, count: int) -> list[Person]:
    people = [person for person in site.company.people_at(site.world.now) if person.held_at(site.world.now)]
    return people[:count]


async def test_users_missing_from_a_listing_but_there_stay_as_last_seen(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.licences()
    before = site.head()
    hide(monkeypatch, *licensed(site, 3))

    directory, _ = await site.licences()

    assert directory.failure is None
    assert directory.notes == ("3 users missing from the listing are there",)
    told = site.facts(before)
    assert [fact for fact in told if isinstance(fact, UserDeleted | LicenceRemoved)] == []
    assert [fact.torn for fact in told if isinstance(fact, SnapshotTaken)] == [3, 0]


async def test_a_user_missing_from_a_listing_and_not_found_is_gone(site: Site) -> None:
    await site.licences()
    before = site.head()
    (leaver,) = licensed(site, 1)
    leaver.deleted_at = site.world.now

    directory, _ = await site.licences()

    assert directory.notes == ()
    assert [str(fact.user) for fact in site.facts(before) if isinstance(fact, UserDeleted)] == [leaver.id]


async def test_where_the_missing_cannot_be_asked_for_nothing_is_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.licences()
    before = site.head()
    hide(monkeypatch, *licensed(site, 1))
    site.fail(path="/users/", kind="server_error", times=None)

    (failed,) = await site.licences()

    assert failed.failure is not None
    assert [(type(fact), getattr(fact, "reason", "")) for fact in site.facts(before)] == [
        (SnapshotFailed, "GRAPH_UNAVAILABLE")
    ]


async def test_more_absences_than_can_be_asked_for_are_judged_by_their_share(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.licences()
    hide(monkeypatch, *list(site.company.people_at(site.world.now))[:20])

    (failed,) = await site.licences()

    assert failed.failure is not None
    assert failed.failure.code == "TOO_MANY_REMOVALS"


@pytest.mark.parametrize(("path", "prop"), [("/users", "accountEnabled"), ("/subscribedSkus", "consumedUnits")])
async def test_a_row_that_cannot_be_translated_rejects_the_read_and_is_kept(site: Site, path: str, prop: str) -> None:
    before = site.head()
    site.fail(path=path, kind="mistype", property=prop, value="many", times=None)

    (failed,) = await site.licences()

    assert failed.failure is not None
    ((feed, key, row, code),) = site.kept
    assert (feed, code, row[prop]) == ("licences", "BAD_UPSTREAM_ANSWER", "many")
    assert key == row["id"]
    assert [type(fact) for fact in site.facts(before)] == [SnapshotFailed]
