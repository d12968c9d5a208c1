"""Each fact once, whoever is killed when; a bad fact stops one table of one tenant."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Thread
from weakref import ref

import pytest

from app.domain.errors import FactUnreadable
from app.domain.events import Event
from app.domain.events.licensing import LicenceAssigned, LicenceRemoved
from app.domain.ids import TenantId
from app.eventstore.dropping import Begun
from app.eventstore.envelope import Recorded
from app.eventstore.pools import borrowed
from app.projections import licence_holdings, users
from app.projections.bearings import Bearings
from app.projections.catalogue import ALL
from app.projections.checkpoints import resume
from app.projections.engine import Progress, advance
from app.projections.facts import Fact
from app.projections.projection import Projection, Rest
from app.projections.statements import Cursor, Statement
from app.projections.status import Standing, standings
from app.projections.sweeper import behind
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, CARL, E3, PaperLog, assigned, day, discovered, removed


@dataclass(frozen=True, slots=True)
class _Choking:
    """Holdings, but with a fault: it cannot take in what is said of one user."""

    on: object
    name: str = "licence_holdings"
    version: int = licence_holdings.PROJECTION.version
    tables: tuple[str, ...] = ("licence_holdings",)
    facts: frozenset[type[Event]] = licence_holdings.PROJECTION.facts

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], bearings: Bearings, /) -> Rest:
        for fact in facts:
            if isinstance(fact.event, LicenceAssigned | LicenceRemoved) and fact.event.user == self.on:
                raise KeyError(fact.event.user)
        return licence_holdings.PROJECTION.take(db, tenant, facts, bearings)


class _Weighty:
    """Holdings, with something large at hand while they are folded; keeps what it sees of others' by then."""

    version = licence_holdings.PROJECTION.version
    facts = licence_holdings.PROJECTION.facts

    def __init__(self, name: str, others: list[ref[set[int]]]) -> None:
        self.name = name
        self.tables: tuple[str, ...] = (name,)
        self.others = others
        self.alive: list[int] = []

    def take(self, _: Cursor, __: TenantId, facts: Sequence[Fact], ___: Bearings, /) -> Rest:
        large = {fact.position for fact in facts}
        self.others.append(ref(large))

        def rest() -> Iterator[Statement]:
            self.alive.append(sum(other() is not None for other in self.others) - bool(large))
            return iter(())

        return rest


def test_a_repeat_adds_nothing(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)), removed(day(5)))

    first = advance(desk.pool, desk.log, tenant)
    rows = desk.rows("licence_holdings", tenant)
    second = advance(desk.pool, desk.log, tenant)

    assert first == Progress(taken=3, position=3, head=3, busy=False, more=False, stopped=())
    assert second == replace(first, taken=0)
    assert desk.rows("licence_holdings", tenant) == rows


def test_a_turn_is_bounded_and_says_that_there_is_more(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)), assigned(day(2)), removed(day(5)))

    turn = advance(desk.pool, desk.log, tenant, budget=2, batch=1)

    assert turn == Progress(taken=2, position=2, head=3, busy=False, more=True, stopped=())


def test_what_a_table_has_folded_is_not_held_while_the_next_ones_are(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, assigned(day(1)))
    held: list[ref[set[int]]] = []
    tables = [_Weighty("licence_holdings", held), _Weighty("users", held), _Weighty("calls", held)]

    advance(desk.pool, desk.log, tenant, tables)

    assert sorted(alive for table in tables for alive in table.alive) == [0, 1, 2]


def test_a_tenant_someone_is_advancing_is_left_to_them(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)))
    advance(desk.pool, desk.log, tenant)

    with borrowed(desk.pool) as db:
        db.execute("SELECT FROM checkpoints WHERE tenant_id = %s AND projection = 'users' FOR UPDATE", (tenant,))
        progress = advance(desk.pool, desk.log, tenant)

    assert progress.busy
    assert not progress.more


class _GrowingLog:
    """A log that gets another fact just after the engine has found nothing more to read."""

    def __init__(self, log: PaperLog) -> None:
        self._log = log
        self._told = False

    def head(self, tenant: TenantId) -> int:
        if not self._told:
            self._told = True
            self._log.tell(tenant, assigned(day(2)))
        return self._log.head(tenant)

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        return self._log.read(tenant, after=after, limit=limit)

    def facts_about(self, tenant: TenantId, subjects: Iterable[str], *, until: int) -> list[Recorded]:
        return self._log.facts_about(tenant, subjects, until=until)

    def calls_begun(self, tenant: TenantId, since: datetime, until: datetime, *, position: int) -> list[Begun]:
        return self._log.calls_begun(tenant, since, until, position=position)

    def facts_of(self, tenant: TenantId, streams: Sequence[str], *, until: int) -> list[Recorded]:
        return self._log.facts_of(tenant, streams, until=until)


def test_what_is_appended_while_the_engine_lets_go_is_taken_in_too(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, discovered(day(1)))

    progress = advance(desk.pool, _GrowingLog(desk.log), tenant)

    assert progress == Progress(taken=2, position=2, head=2, busy=False, more=False, stopped=())


def test_several_workers_take_in_each_fact_once(desk: Desk) -> None:
    tenant = desk.tenant()
    facts = [fact for at in range(1, 60, 2) for fact in (assigned(day(at)), removed(day(at + 1)))]
    desk.log.tell(tenant, *facts)

    workers = [Thread(target=advance, args=(desk.pool, desk.log, tenant), kwargs={"batch": 3}) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while advance(desk.pool, desk.log, tenant).more:
        pass

    assert len(desk.rows("licence_changes", tenant)) == 60
    assert len(desk.rows("licence_holdings", tenant)) == 60


def test_a_bad_fact_stops_its_table_before_it_and_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    tenant, neighbour = desk.tenant(), desk.tenant()
    story = [assigned(day(1), ANNA), assigned(day(2), CARL), assigned(day(3), BERT), assigned(day(4), ANNA, E3)]
    desk.log.tell(tenant, *story)
    desk.log.tell(neighbour, *story[:2])
    choking: list[Projection] = [_Choking(BERT), users.PROJECTION]

    with caplog.at_level(logging.ERROR, "sua.projections"):
        progress = advance(desk.pool, desk.log, tenant, choking)
        beside = advance(desk.pool, desk.log, neighbour, choking)

    assert progress == Progress(taken=4, position=4, head=4, busy=False, more=False, stopped=("licence_holdings",))
    assert [row[0] for row in desk.rows("licence_holdings", tenant)] == sorted([ANNA, CARL], key=repr)
    stopped, going = standings(desk.pool, tenant)
    assert (stopped.position, stopped.stopped_at, stopped.lag) == (2, 3, 2)
    assert stopped.reason is not None
    assert stopped.reason.startswith("KeyError in take")
    assert str(BERT) not in stopped.reason
    assert going == Standing(tenant, "users", users.PROJECTION.version, 4, 4, None, None)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        f"licence_holdings stopped for tenant {tenant} at position 3"
    ]
    assert beside.stopped == ()


def test_a_stopped_table_goes_on_where_it_stopped_once_resumed(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, assigned(day(1), ANNA), assigned(day(2), BERT))
    advance(desk.pool, desk.log, tenant, [_Choking(BERT), users.PROJECTION])
    desk.log.tell(tenant, assigned(day(3), CARL))
    advance(desk.pool, desk.log, tenant, [_Choking(BERT), users.PROJECTION])

    resumed = resume(desk.pool, tenant)
    progress = advance(desk.pool, desk.log, tenant, [licence_holdings.PROJECTION, users.PROJECTION])

    assert resumed == 1
    assert progress == Progress(taken=2, position=3, head=3, busy=False, more=False, stopped=())
    assert len(desk.rows("licence_holdings", tenant)) == 3


class _DamagedLog:
    def __init__(self, log: PaperLog, bad: int) -> None:
        self._log = log
        self._bad = bad

    def head(self, tenant: TenantId) -> int:
        return self._log.head(tenant)

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        facts = self._log.read(tenant, after=after, limit=limit)
        if any(fact.position == self._bad for fact in facts):
            raise FactUnreadable(f"position {self._bad}")
        return facts

    def facts_about(self, tenant: TenantId, subjects: Iterable[str], *, until: int) -> list[Recorded]:
        return self._log.facts_about(tenant, subjects, until=until)

    def calls_begun(self, tenant: TenantId, since: datetime, until: datetime, *, position: int) -> list[Begun]:
        return self._log.calls_begun(tenant, since, until, position=position)

    def facts_of(self, tenant: TenantId, streams: Sequence[str], *, until: int) -> list[Recorded]:
        return self._log.facts_of(tenant, streams, until=until)


def test_an_unreadable_fact_stops_every_table_before_it(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, *(assigned(day(at), user) for at, user in enumerate((ANNA, BERT, CARL), 1)))

    progress = advance(desk.pool, _DamagedLog(desk.log, 3), tenant)

    assert len(progress.stopped) == len(ALL)
    assert {(one.position, one.stopped_at) for one in standings(desk.pool, tenant)} == {(2, 3)}
    assert len(desk.rows("licence_holdings", tenant)) == 2


def test_rows_of_older_code_are_not_advanced(desk: Desk) -> None:
    tenant = desk.tenant()
    desk.log.tell(tenant, assigned(day(1)))
    advance(desk.pool, desk.log, tenant)
    desk.log.tell(tenant, removed(day(2)))

    newer = replace(licence_holdings.PROJECTION, version=licence_holdings.PROJECTION.version + 1)
    progress = advance(desk.pool, desk.log, tenant, [newer, users.PROJECTION])

    assert (progress.stopped, progress.outdated) == ((), ("licence_holdings",))
    assert len(desk.rows("licence_holdings", tenant)) == 1


def test_the_sweeper_finds_who_is_behind_and_leaves_out_who_stopped(desk: Desk) -> None:
    new, grown, level, stopped = (desk.tenant() for _ in range(4))
    projections: list[Projection] = [_Choking(BERT), users.PROJECTION]
    for tenant in (grown, level):
        desk.log.tell(tenant, assigned(day(1)))
        advance(desk.pool, desk.log, tenant, projections)
    desk.log.tell(stopped, assigned(day(1), BERT))
    advance(desk.pool, desk.log, stopped, projections)
    desk.log.tell(new, assigned(day(1)))
    desk.log.tell(grown, removed(day(2)))

    found = dict(behind(desk.pool, projections))

    assert {tenant: found.get(tenant) for tenant in (new, grown, level, stopped)} == {
        new: 1,
        grown: 2,
        level: None,
        stopped: None,
    }
