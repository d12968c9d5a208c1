"""The replay and the tables, two codes that share nothing, say the same of any log at any two times."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.audit.activity import EVIDENCE, WEAK
from app.audit.check import Bench, checked, times_of
from app.audit.cut import cut_of
from app.audit.replay import WholeReplay
from app.domain.events.tenancy import ConsentGranted
from app.domain.ids import UserId
from app.projections.engine import advance
from tests.audit.logs import Story, whole_stories
from tests.insight.expected import Expected
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, CARL, E3, E5, HOME

pytestmark = pytest.mark.timeout(300)  # hundreds of random questions, on a machine that may be busy

SECRET = bytes(range(32))


@given(data=st.data(), settled=st.booleans(), seed=st.integers(0, 2**32))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_check_finds_no_difference_in_any_log(
    desk: Desk, data: st.DataObject, settled: bool, seed: int
) -> None:
    await _checked(desk, data, settled, seed, times=2)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(1800)
@given(data=st.data(), settled=st.booleans(), seed=st.integers(0, 2**32))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_check_finds_no_difference_in_many_logs(
    desk: Desk, data: st.DataObject, settled: bool, seed: int
) -> None:
    await _checked(desk, data, settled, seed, times=6)


async def _checked(desk: Desk, data: st.DataObject, settled: bool, seed: int, *, times: int) -> None:
    story: Story = data.draw(whole_stories(settled=settled))
    tenant, now = desk.tenant(), story[-1][0] + timedelta(days=data.draw(st.integers(0, 3)))
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    pairs = times_of(desk.pool, tenant, now, Random(seed), times)

    found = await checked(Bench(desk.pool, desk.log, desk.database.writer_dsn, SECRET, now), tenant, pairs)

    assert found.difference is None
    assert found.times == len(pairs)


@given(data=st.data(), settled=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_replay_holds_what_the_rule_says_of_any_log(desk: Desk, data: st.DataObject, settled: bool) -> None:
    story: Story = data.draw(whole_stories(settled=settled))
    tenant, now = desk.tenant(), story[-1][0] + timedelta(days=1)
    desk.log.tell_all(tenant, story)

    for _ in range(4):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 1, 10, 40])))
        replay = WholeReplay(cut_of(desk.pool, tenant, on, known_at, now)).run(desk.log)

        facts = [fact for at, fact in story if at <= known_at] if replay.cut.position else []
        expected = Expected(facts, on, known_at, None)
        assert {seat: since for seat, _, since in replay.holdings.seats()} == {
            (user, sku): since
            for user in (ANNA, BERT, CARL)
            for sku in (E3, E5)
            if (since := expected.oracle._held_since(user, sku)) is not None
        }
        for user in (ANNA, BERT, CARL):
            _agree_about(user, replay, expected)


def _agree_about(user: UserId, replay: WholeReplay, expected: Expected) -> None:
    account = replay.accounts.by_user.get(user)
    profile, created_at, enabled, since = expected._account(user)
    there = account if account is not None and not account.deleted else None
    assert (there and there.profile) == profile
    if there is not None:
        assert (there.created_at, there.disabled_since is None, there.disabled_since) == (created_at, enabled, since)
    for sku in (E3, E5):
        paths = {
            path.via: frozenset(path.disabled_plans) for seat, path in replay.holdings.paths() if seat == (user, sku)
        }
        assert paths == expected._paths(user, sku)
        told = replay.decisions.by_seat.get((user, sku))
        assert (told is not None and told.exempt_on(replay.cut.on)) == expected._exempt(user, sku)
    evidence, attempts = expected.oracle._seen(user)
    moved = any(isinstance(fact, ConsentGranted) and fact.directory != HOME for fact in expected.facts)
    if replay.cut.known_on == replay.cut.on and replay.cut.position and not moved:  # the oracle knows but one directory
        assert replay.activity.last.get((user, EVIDENCE)) == max(evidence, default=None)
        assert replay.activity.last.get((user, WEAK)) == max(attempts, default=None)
