"""The two times of a replay, and what it says the facts are that make something so: worked examples."""

from __future__ import annotations

import gc
from datetime import UTC, date, datetime, timedelta

import pytest

from app.audit.cut import cut_of
from app.audit.holdings import Path
from app.audit.replay import Replay
from app.domain.errors import FactUnreadable
from app.domain.events import Event
from app.domain.events.licensing import LicenceChanged
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import PlanId, TenantId
from app.domain.kept_signs import KeptPlace
from app.eventstore.envelope import Recorded
from tests.projections.asking import CONSENTED, INVITED
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, E5, SALES, assigned, day, discovered, named, removed

NOW = day(400)
PLAN = PlanId(named("plan"))
BERLIN = PolicyChanged(happened_at=day(1), idle_days=90, grace_days=30, time_zone="Europe/Berlin", currency="EUR")


def told(desk: Desk, *facts: Event | tuple[datetime, Event]) -> TenantId:
    """A customer of whom these facts are known, each since it happened or since the time beside it."""
    tenant = desk.tenant()
    given = [fact if isinstance(fact, tuple) else (fact.happened_at, fact) for fact in (INVITED, CONSENTED, *facts)]
    desk.log.tell_all(tenant, given)
    return tenant


def replayed(desk: Desk, tenant: TenantId, as_of: datetime | date, known_at: datetime | None = None) -> Replay:
    on = as_of.date() if isinstance(as_of, datetime) else as_of
    return Replay(cut_of(desk.pool, tenant, on, known_at, NOW)).run(desk.log)


def paths(replay: Replay) -> list[Path]:
    return [path for _, path in replay.holdings.paths()]


def test_a_removal_learned_late_is_true_of_the_day_and_was_not_known_before(desk: Desk) -> None:
    late = (day(25), removed(day(20)))
    tenant = told(desk, discovered(day(2)), assigned(day(3)), late)

    assert len(paths(replayed(desk, tenant, day(20), day(24)))) == 1
    assert paths(replayed(desk, tenant, day(20), day(25))) == []
    assert len(paths(replayed(desk, tenant, day(19), day(25)))) == 1


class Unreadable:
    """A log none of whose facts can be read, and that says whether the search for cycles was on meanwhile."""

    searching: bool | None = None

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        self.searching = gc.isenabled()
        raise FactUnreadable("damaged")

    def kept_places(self, tenant: TenantId, position: int) -> list[KeptPlace]:
        return []


def test_a_replay_that_ends_early_gives_the_search_for_cycles_back(desk: Desk) -> None:
    tenant, log = told(desk), Unreadable()

    with pytest.raises(FactUnreadable):
        Replay(cut_of(desk.pool, tenant, None, None, NOW)).run(log)

    assert (log.searching, gc.isenabled()) == (False, True)


def test_the_facts_that_make_a_holding_are_told_with_both_times_and_the_cause(desk: Desk) -> None:
    changed = LicenceChanged(happened_at=day(8), user=ANNA, sku=E5, via=SALES, disabled_plans=(PLAN,))
    tenant = told(desk, discovered(day(2)), (day(4), assigned(day(3), via=SALES)), changed)

    (path,) = paths(replayed(desk, tenant, day(9)))

    assert (path.via, path.disabled_plans, path.since) == (SALES, (PLAN,), day(8))
    assert [(said.position, said.name, said.happened_at, said.recorded_at) for said in path.said] == [
        (4, "LicenceAssigned", day(3), day(4)),
        (5, "LicenceChanged", day(8), day(8)),
    ]


def test_a_removal_that_proves_never_to_have_been_breaks_no_holding(desk: Desk) -> None:
    tenant = told(desk, assigned(day(3)), removed(day(10)), (day(11), assigned(day(5))))

    replay = replayed(desk, tenant, day(12))

    assert [path.since for path in paths(replay)] == [day(3)]
    assert [since for _, _, since in replay.holdings.seats()] == [day(3)]


def test_the_day_ends_where_the_customer_is(desk: Desk) -> None:
    last, next_day = datetime(2026, 1, 10, 22, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 1, 10, 23, tzinfo=UTC)
    tenant = told(desk, BERLIN, assigned(last), assigned(next_day, via=SALES))

    assert [path.via for path in paths(replayed(desk, tenant, date(2026, 1, 10)))] == [None]
    assert len(paths(replayed(desk, tenant, date(2026, 1, 11)))) == 2


def test_before_the_first_fact_nothing_was_so(desk: Desk) -> None:
    tenant = told(desk, BERLIN, assigned(day(3)))

    replay = replayed(desk, tenant, day(1) - timedelta(days=2))

    assert (replay.cut.position, replay.taken, paths(replay), replay.customer.told) == (0, 0, [], None)
    assert replayed(desk, tenant, day(5), day(1) - timedelta(days=1)).cut.position == 0
