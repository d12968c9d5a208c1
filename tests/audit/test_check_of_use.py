"""Money and use reckoned twice, by codes that share no sum, come to the same of any log at any two times."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.audit.check import BOTH_WAYS, LEFT, Bench, Checked, checked, times_of
from app.domain.events import Event
from app.projections.engine import advance
from tests.audit.crowd import crowd
from tests.insight.money_logs import money_stories
from tests.insight.phone_logs import phone_stories
from tests.projections.conftest import Desk

pytestmark = pytest.mark.timeout(300)  # hundreds of random questions, on a machine that may be busy

SECRET = bytes(range(32))
Story = list[tuple[datetime, Event]]

_money = money_stories().map(lambda drawn: drawn[1])
_stories = st.one_of(_money, phone_stories())


@given(story=_stories, seed=st.integers(0, 2**32))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_check_finds_no_difference_in_any_log_of_money(desk: Desk, story: Story, seed: int) -> None:
    await _checked(desk, story, seed, times=1)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(1800)
@given(story=_stories, seed=st.integers(0, 2**32))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_check_finds_no_difference_in_many_logs_of_money(desk: Desk, story: Story, seed: int) -> None:
    await _checked(desk, story, seed, times=4)


async def _checked(desk: Desk, story: Story, seed: int, *, times: int) -> Checked:
    """With people enough that groups are told of, for a few days more than the story lasts."""
    first, now = story[0][0], story[-1][0] + timedelta(days=2)
    whole = [*story[:5], *((first, fact) for fact in crowd(first)), *story[5:]]
    tenant = desk.tenant()
    desk.log.tell_all(tenant, whole)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    pairs = times_of(desk.pool, tenant, now, Random(seed), times)

    found = await checked(Bench(desk.pool, desk.log, desk.database.writer_dsn, SECRET, now), tenant, pairs)

    assert found.difference is None
    assert found.things[BOTH_WAYS] > found.things[LEFT] == 0
    return found
