"""A table that a release adds: whole from the first answer on, and until then no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app import projections
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.ids import TenantId
from app.domain.retention import DEFAULT_DAYS
from app.projections import call_retention, licence_holdings, users
from app.projections.bearings import Bearings
from app.projections.call_retention import CallRetention
from app.projections.catalogue import ALL
from app.projections.checkpoints import UNBUILT
from app.projections.engine import advance
from app.projections.facts import Fact
from app.projections.projection import Projection
from app.projections.reading import NotReady, moment, scope
from app.projections.rebuild import rebuild, work_on
from app.projections.status import Standing, standings
from app.projections.sweeper import behind
from app.projections.versioned import Book
from tests.projections.asking import NOW, Reader
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, assigned, day, removed

OLD: list[Projection] = [licence_holdings.PROJECTION, users.PROJECTION]
NEW = call_retention.PROJECTION
THERE_BEFORE = {
    *("tenants", "users", "licence_holdings", "licence_changes", "sku_units", "renewals", "idle_licences"),
    *("activity_gaps", "last_activity", "calls", "call_participants", "call_usage", "pstn_charges"),
    *("direct_routing_calls", "rate_cards", "call_coverage", "subscriptions", "prices", "exchange_rates"),
    *("workload_gaps", "adoption", "findings", "licence_costs"),
}
"""The tables of the releases that folded a new one live."""
MONTHS = ("2025-10", "2025-11", "2025-12")


def _refuses(_: Sequence[Fact], __: Book, ___: Bearings) -> None:
    raise ValueError("a fault of the new code")


@pytest.fixture
def tenant(desk: Desk) -> TenantId:
    """A customer whose log holds facts for a table that the running release does not have."""
    tenant = desk.tenant()
    desk.log.tell(tenant, assigned(day(1)), CallRetentionSet(happened_at=day(1), days=400, by=None))
    desk.log.tell(tenant, *(_dropped(month) for month in MONTHS), removed(day(3)))
    advance(desk.pool, desk.log, tenant, OLD)
    return tenant


def _dropped(month: str) -> CallDetailDropped:
    return CallDetailDropped(happened_at=day(2), month=month, calls=1, days=400)


async def _asked(reader: Reader, tenant: TenantId) -> CallRetention | str:
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, None, None, NOW)
        try:
            return await call_retention.rule_at(reader, tenant, at)
        except NotReady as error:
            return error.code


def _stands(desk: Desk, tenant: TenantId, name: str = NEW.name) -> Standing:
    return next(each for each in standings(desk.pool, tenant) if each.projection == name)


async def test_it_is_refused_until_it_is_whole_and_never_told_by_halves(
    desk: Desk, reader: Reader, tenant: TenantId
) -> None:
    told = [await _asked(reader, tenant)]

    more = True
    while more:
        advance(desk.pool, desk.log, tenant, [*OLD, NEW], budget=1)
        told.append(await _asked(reader, tenant))
        more = work_on(desk.pool, desk.log, tenant, [*OLD, NEW], budget=1)
        told.append(await _asked(reader, tenant))

    *before, at_last = told
    assert len(before) > len(MONTHS)
    assert set(map(str, before)) == {"NOT_READY"}
    assert at_last == CallRetention(400, MONTHS, {})


async def test_meanwhile_the_other_tables_answer_as_before(desk: Desk, reader: Reader, tenant: TenantId) -> None:
    async def held() -> tuple[int, int]:
        async with scope(reader, [tenant]):
            at = await moment(reader, tenant, day(2).date(), None, NOW)
            return at.position, len(await licence_holdings.held_at(reader, tenant, at, [ANNA]))

    before = await held()
    advance(desk.pool, desk.log, tenant, [*OLD, NEW])
    during = await held()
    work_on(desk.pool, desk.log, tenant, [*OLD, NEW])

    assert before == (6, 1)
    assert (during, await held()) == (before, before)


def test_it_comes_to_life_as_a_generation_by_itself(desk: Desk, tenant: TenantId) -> None:
    found = dict(behind(desk.pool, [*OLD, NEW]))
    advance(desk.pool, desk.log, tenant, [*OLD, NEW])
    waiting, live = _stands(desk, tenant), desk.rows("call_retention", tenant)
    work_on(desk.pool, desk.log, tenant, [*OLD, NEW])

    assert found[tenant] == 6
    assert (waiting.version, waiting.position, live) == (UNBUILT, 6, [])
    now = _stands(desk, tenant)
    assert (now.version, now.position, now.next) == (NEW.version, 6, "SWAPPED")
    assert len(desk.rows("call_retention", tenant)) == 4
    assert rebuild(desk.pool, desk.log, NEW.name, tenant, projections=[*OLD, NEW])[0].reason is None


def test_a_worker_of_the_release_before_goes_on_beside_it(desk: Desk, tenant: TenantId) -> None:
    advance(desk.pool, desk.log, tenant, [*OLD, NEW])
    desk.log.tell(tenant, assigned(day(4), BERT))

    progress = advance(desk.pool, desk.log, tenant, OLD)

    assert (progress.taken, progress.stopped) == (1, ())
    assert (_stands(desk, tenant).position, _stands(desk, tenant, "users").position) == (6, 7)


async def test_where_the_new_code_cannot_take_a_fact_in_it_stays_refused_and_holds_nobody_back(
    desk: Desk, reader: Reader, tenant: TenantId
) -> None:
    faulty = replace(NEW, project=_refuses)

    while advance(desk.pool, desk.log, tenant, [*OLD, faulty]).more or work_on(
        desk.pool, desk.log, tenant, [*OLD, faulty]
    ):
        pass
    desk.log.tell(tenant, assigned(day(4), BERT))
    advance(desk.pool, desk.log, tenant, [*OLD, faulty])

    async with scope(reader, [tenant]):
        assert (await moment(reader, tenant, None, None, NOW)).position == 7
    assert (_stands(desk, tenant).version, _stands(desk, tenant).next) == (UNBUILT, "FAILED")
    assert await _asked(reader, tenant) == "NOT_READY"


async def test_of_a_new_customer_it_is_folded_with_the_others(desk: Desk, reader: Reader) -> None:
    tenant = desk.tenant()
    at_first = await _asked(reader, tenant)
    desk.log.tell(tenant, CallRetentionSet(happened_at=day(1), days=400, by=None))

    advance(desk.pool, desk.log, tenant, [*OLD, NEW])

    assert at_first == CallRetention(DEFAULT_DAYS, (), {})
    assert await _asked(reader, tenant) == CallRetention(400, (), {})


def test_the_questions_of_every_table_added_since_begin_by_asking_whether_it_is_there() -> None:
    later = [projection.name for projection in ALL if projection.name not in THERE_BEFORE]

    unguarded = [name for name in later if f'refuse_unbuilt(db, tenant, "{name}")' not in _source_of(name)]

    assert "call_retention" in later
    assert unguarded == []


def _source_of(projection: str) -> str:
    return Path(projections.__file__).with_name(f"{projection}.py").read_text()
