"""Commercial subscriptions, as Graph tells of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import RenewalScheduled
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.ingest.collect_renewals import collect_renewals
from app.ingest.graph_client import GraphClient, Params
from app.ingest.graph_errors import GraphForbidden, GraphUnavailable
from tests.ingest.collect.conftest import Site

E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"


def bought(number: int, sku: str, seats: int, **other: object) -> dict[str, Any]:
    return {
        "id": f"purchase {number}",
        "commerceSubscriptionId": f"commerce {number}",
        "skuId": sku,
        "skuPartNumber": "SPE_E5",
        "status": "Enabled",
        "totalLicenses": seats,
        "isTrial": False,
        "createdDateTime": "2025-03-01T00:00:00Z",
        "nextLifecycleDateTime": "2027-03-01T00:00:00Z",
        **other,
    }


def answer(monkeypatch: pytest.MonkeyPatch, *rows: dict[str, Any] | Exception) -> None:
    async def pages(self: GraphClient, path: str, params: Params | None = None) -> AsyncIterator[list[Any]]:
        assert (path, params) == ("/directory/subscriptions", None)
        for row in rows:
            if isinstance(row, Exception):
                raise row
            yield [row]

    monkeypatch.setattr(GraphClient, "pages", pages)


def scheduled(site: Site, after: int = 0) -> list[tuple[str, list[tuple[str, int, str]]]]:
    return [
        (str(fact.sku), [(each.purchase, each.seats, each.status) for each in fact.purchases])
        for fact in site.facts(after)
        if isinstance(fact, RenewalScheduled)
    ]


async def test_purchases_are_told_by_product_and_only_when_they_change(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = bought(1, E5, 80), bought(2, E5, 20, isTrial=True, nextLifecycleDateTime=None)
    other = bought(3, E3, 5)
    answer(monkeypatch, two, other, one)
    first = await collect_renewals(site.run())
    before = site.head()
    answer(monkeypatch, other, one, two)
    site.live(timedelta(hours=1))

    again = await collect_renewals(site.run())

    assert (first.items, first.facts, again.facts) == (3, 2, 0)
    assert sorted(scheduled(site)) == [
        (E3, [("purchase 3", 5, "Enabled")]),
        (E5, [("purchase 1", 80, "Enabled"), ("purchase 2", 20, "Enabled")]),
    ]
    assert [type(fact) for fact in site.facts(before)] == [SnapshotTaken]


async def test_a_purchase_gone_from_the_list_is_told_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, bought(1, E5, 80), bought(3, E3, 5))
    await collect_renewals(site.run())
    before = site.head()
    site.live(timedelta(hours=1))
    answer(monkeypatch, bought(1, E5, 80, status="Warning"))

    await collect_renewals(site.run())

    assert sorted(scheduled(site, before)) == [(E3, []), (E5, [("purchase 1", 80, "Warning")])]


async def test_renewals_that_fail_leave_the_licences_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    await site.licences()
    before = site.head()
    answer(monkeypatch, bought(1, E5, 80), GraphUnavailable("away"))

    failed = await collect_renewals(site.run())

    assert failed.failure is not None
    assert [(type(fact), getattr(fact, "feed", None)) for fact in site.facts(before)] == [
        (SnapshotFailed, Feed.RENEWALS)
    ]


async def test_a_directory_that_does_not_show_purchases_is_no_failure(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, GraphForbidden("no", "Authorization_RequestDenied"))
    before = site.head()

    read = await collect_renewals(site.run())

    assert (read.failure, read.closed) == (None, False)
    noted = [fact for fact in site.facts(before) if isinstance(fact, CapabilityChanged)]
    assert [(fact.capability, fact.available) for fact in noted] == [(Capability.RENEWALS, False)]


async def test_a_purchase_that_cannot_be_translated_is_kept_and_nothing_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, bought(1, E5, 80), bought(2, E5, -1))

    read = await collect_renewals(site.run())

    assert read.failure is not None
    assert [(feed, key) for feed, key, _, _ in site.kept] == [(Feed.RENEWALS, "purchase 2")]
    assert scheduled(site) == []
