"""Assessments are kept for the next question about the same moment, as long as that cannot change its answer."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from app.graphql import assessments
from app.graphql.assessments import Assessments
from app.graphql.pool import ReadPool
from app.insight.assessment import Assessment
from app.projections import reading, tenants
from app.projections.reading import Moment
from app.projections.tenants import TenantRow
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.world import CONTOSO, NOON, World


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


class Asking:
    """Asks one cache about one tenant."""

    def __init__(self, db: psycopg.AsyncConnection[Any], at: Moment, row: TenantRow) -> None:
        self.db, self.at, self.row = db, at, row
        self.kept = Assessments()

    async def of(self, idle_days: int | None = None, *, keep: bool = True) -> Assessment:
        return await self.kept.of(self.db, CONTOSO, self.at, self.row, idle_days, keep=keep)


@pytest.fixture
async def asking(read_pool: ReadPool) -> Any:
    async with read_pool.connection() as db, reading.scope(db, [CONTOSO]):
        now = await reading.moment(db, CONTOSO, None, None, NOON)
        row = await tenants.found(db, CONTOSO, now)
        assert row is not None
        yield Asking(db, now, row)


async def test_the_same_moment_is_judged_once(asking: Asking) -> None:
    first = await asking.of()

    assert await asking.of() is first
    assert await asking.of(90) is not first
    assert len(first.found) == 5


async def test_requests_at_once_wait_for_the_first(asking: Asking) -> None:
    found = await asyncio.gather(*(asking.of() for _ in range(4)))

    assert {id(each) for each in found} == {id(found[0])}


async def test_the_longest_unused_leaves_first(asking: Asking) -> None:
    first, second = await asking.of(), await asking.of(30)
    for days in range(31, 37):
        await asking.of(days)
    await asking.of()

    await asking.of(37)

    assert await asking.of() is first
    assert await asking.of(30) is not second


async def test_many_holders_leave_room_for_fewer(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessments, "HOLDERS_MAX", 5)
    first, second = await asking.of(), await asking.of(30)

    assert await asking.of(30) is second
    assert await asking.of() is not first


async def test_going_through_many_leaves_those_kept_alone(asking: Asking) -> None:
    first = await asking.of(keep=False)

    assert await asking.of() is not first


async def test_what_a_table_behind_the_moment_said_is_not_kept(asking: Asking) -> None:
    asking.at = replace(asking.at, position=asking.at.position + 1)
    first = await asking.of()

    assert await asking.of() is not first


async def test_a_large_tenant_is_judged_beside_the_loop_with_the_same_answer(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await asking.of(keep=False)
    monkeypatch.setattr("app.insight.assessment.BESIDE_FROM", 1)

    beside = await asking.of(keep=False)

    assert (beside.found, beside.held, beside.ground) == (here.found, here.held, here.ground)


@pytest.mark.parametrize("named", [{"not_begun": 1}, {"prices": 99}])
async def test_what_was_judged_without_a_table_of_this_code_is_not_kept(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, named: dict[str, int]
) -> None:
    monkeypatch.setattr(assessments, "_VERSIONS", assessments._VERSIONS | named)
    first = await asking.of()

    assert await asking.of() is not first
