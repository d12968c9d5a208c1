"""Kills, faults and limits in the middle of a listing: only work is repeated."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.coverage import Pass
from app.domain.ids import TenantId
from app.ingest import reconcile_listing, reconcile_state
from app.ingest.feeds import carry_out
from app.ingest.reconcile import next_listing
from app.ingest.schedule import Due, Job
from tests.ingest.office import TODAY
from tests.ingest.reconcile.conftest import Customer

LIST = r"callRecords\?"


class Killed(BaseException):
    """What a test throws where a process would have died."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, place: str, *, after: bool) -> Iterator[None]:
    """The process dies right before or right after a step of comparing a part."""
    holder = reconcile_state if hasattr(reconcile_state, place) else reconcile_listing
    step: Callable[..., Any] = getattr(holder, place)

    def dying(*given: Any) -> None:
        if after:
            step(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(holder, place, dying)
        yield


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", ["record_missing", "put", "record_listing", "keep_watermarks"])
def test_killed_between_any_two_steps_the_next_try_loses_and_doubles_nothing(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    customer.silent()
    customer.let_pass(days=1)

    with killed_at(monkeypatch, place, after=after), pytest.raises(Killed):
        customer.reconcile()
    _again(customer)
    customer.fetch()

    assert customer.recorded() == customer.truth()
    assert sorted(customer.missing()) == sorted(customer.truth().items())
    assert max(each.missing for each in customer.listings()) == len(customer.truth())


def _again(customer: Customer) -> None:
    """The same run, taken on by another worker when the lease has ended."""
    with customer.office.shop.database() as db:
        db.execute("UPDATE schedule SET held_until = '-infinity' WHERE job = 'reconcile'")
    assert carry_out(customer.office.shop, Due(customer.tenant, Job.RECONCILE))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "server_error"}, "GRAPH_UNAVAILABLE"),
        ({"kind": "cut"}, "GRAPH_UNAVAILABLE"),
        ({"kind": "truncate"}, "BAD_UPSTREAM_ANSWER"),
        ({"kind": "throttle", "retry_after": "2.128"}, "GRAPH_THROTTLED"),
        ({"kind": "throttle", "retry_after": "300"}, "GRAPH_THROTTLED"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_page_that_fails_leaves_its_part_unlisted_and_the_next_try_lists_it(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], reason: str
) -> None:
    monkeypatch.setattr(reconcile_listing, "_FIRST_PART", timedelta(days=1))
    customer.silent()
    customer.let_pass(days=1)
    customer.control("/_faults", path=LIST, skip=1, times=None, **fault)
    before = len(customer.listings())

    customer.reconcile()
    kept = customer.listings()[before:]
    failed = customer.last_reason()
    customer.office.world.faults.clear()
    customer.reconcile()
    customer.fetch()

    assert failed == reason
    assert [each.until - each.since for each in kept] == [timedelta(days=1)]
    assert customer.recorded() == customer.truth()


def test_a_row_that_comes_twice_counts_once(customer: Customer) -> None:
    customer.let_pass(days=1)
    calls = len(customer.truth())
    customer.reconcile()

    assert sum(sum(each.listed) for each in customer.listings()) == calls


def test_a_part_too_large_for_memory_is_listed_as_smaller_ones(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.silent()
    customer.let_pass(days=2)
    monkeypatch.setattr(reconcile_listing, "LARGEST_PART", 5)

    customer.reconcile()
    customer.fetch()

    parts = [each for each in customer.listings() if each.kind is Pass.DAILY]
    assert len(parts) > 4
    assert all(sum(each.listed) <= 5 or len(each.listed) == 1 for each in parts)
    assert [before.until for before in parts[:-1]] == [after.since for after in parts[1:]]
    assert customer.recorded() == customer.truth()


def test_without_its_watermarks_everything_graph_keeps_is_listed_anew(customer: Customer) -> None:
    customer.let_pass(days=2)
    customer.fetch()
    customer.reconcile()
    with customer.office.shop.database() as db:
        db.execute("DELETE FROM call_listings")

    customer.reconcile()

    assert customer.listings()[-1].kind is Pass.FIRST
    assert customer.missing() == []


def test_after_more_than_thirty_days_the_hours_between_stay_uncovered(customer: Customer) -> None:
    customer.let_pass(days=1)
    customer.reconcile()
    until = customer.office.clock.now()
    for _ in range(33):
        customer.let_pass(days=1)

    customer.reconcile()

    listed = customer.listings()
    resumed = min(each.since for each in listed if each.happened_at == customer.office.clock.now())
    assert resumed == until + timedelta(days=3)


def test_listings_of_many_tenants_are_spread_over_the_hour() -> None:
    tenants = [TenantId(UUID(int=number * 7919 + 13)) for number in range(500)]

    due = [next_listing(tenant, TODAY + timedelta(minutes=17)) for tenant in tenants]

    assert len(set(due)) > 400
    assert all(TODAY + timedelta(minutes=17) < at <= TODAY + timedelta(minutes=77) for at in due)
    assert next_listing(tenants[0], due[0]) == due[0] + timedelta(hours=1)
