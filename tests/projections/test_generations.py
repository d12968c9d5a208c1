"""The next generation of a table: begun, resumed, compared, swapped in; by itself, where older code built the rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import dramatiq
import psycopg
import pytest
from dramatiq.brokers.stub import StubBroker

from app.broker import PROJECT, make_broker
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.pools import borrowed
from app.projections import idle_licences, licence_holdings, users
from app.projections.actors import Ring, register
from app.projections.bearings import Bearings
from app.projections.catalogue import ALL
from app.projections.checkpoints import OF_ANOTHER_VERSION
from app.projections.engine import advance
from app.projections.facts import Fact
from app.projections.generations import RebuildRunning, State, alone, generations, order
from app.projections.leftovers import drop_old
from app.projections.projection import Projection
from app.projections.rebuild import rebuild, work_on
from app.projections.status import Standing, standings
from app.projections.sweeper import behind
from app.projections.versioned import Book
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, E3, E5, assigned, day, discovered, removed

HOLDINGS = licence_holdings.PROJECTION


def _only_e3(facts: Sequence[Fact], book: Book, bearings: Bearings) -> None:
    licence_holdings.project([fact for fact in facts if fact.event.sku == E3], book, bearings)  # type: ignore[attr-defined]


def _none_of_bert(facts: Sequence[Fact], book: Book, bearings: Bearings) -> None:
    if any(fact.event.user == BERT for fact in facts):  # type: ignore[attr-defined]
        raise ValueError("Bert")
    licence_holdings.project(facts, book, bearings)


NEWER = replace(HOLDINGS, version=HOLDINGS.version + 1, project=_only_e3)
CHOKING = replace(HOLDINGS, version=NEWER.version, project=_none_of_bert)
NEWEST = NEWER.version + 1


class Killed(BaseException):
    """What a process meets in the middle of anything."""


@pytest.fixture
def tenant(desk: Desk) -> TenantId:
    tenant = desk.tenant()
    facts = (assigned(day(nth), user, sku) for nth in range(1, 9) for user in (ANNA, BERT) for sku in (E3, E5))
    desk.log.tell(tenant, discovered(day(1)), discovered(day(1), BERT), *facts)
    advance(desk.pool, desk.log, tenant)
    return tenant


@pytest.fixture
def ring(desk: Desk) -> Iterator[Ring]:
    """Rings for workers whose code of `licence_holdings` is newer, and waits until they are done."""
    broker = make_broker("stub://")
    ring = register(broker, desk.pool, desk.log, [NEWER, users.PROJECTION], turn=4)
    worker = dramatiq.Worker(broker, worker_threads=2, worker_timeout=100)
    worker.start()

    def ring_and_wait(tenant: TenantId, position: int) -> None:
        ring(tenant, position)
        assert isinstance(broker, StubBroker)
        broker.join(PROJECT)

    yield ring_and_wait
    worker.stop()
    broker.close()


def _stands(desk: Desk, tenant: TenantId, name: str = "licence_holdings") -> Standing:
    return next(each for each in standings(desk.pool, tenant) if each.projection == name)


def _left_over(desk: Desk, tenant: TenantId, table: str = "licence_holdings") -> int:
    with borrowed(desk.pool) as db:
        ((count,),) = db.execute(f"SELECT count(*) FROM rebuilt.{table} WHERE tenant_id = %s", (tenant,)).fetchall()
    return int(count)


def _watched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """From now on: after which position the log was read, and how many facts."""
    read: list[tuple[int, int]] = []
    reading = desk.log.read

    def read_and_note(tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        found = reading(tenant, after=after, limit=limit)
        read.append((after, len(found)))
        return found

    monkeypatch.setattr(desk.log, "read", read_and_note)
    return read


def test_a_newer_version_of_the_code_leads_to_new_rows_by_itself(desk: Desk, tenant: TenantId, ring: Ring) -> None:
    before = desk.rows("licence_holdings", tenant)
    position = _stands(desk, tenant).position
    desk.log.tell(tenant, removed(day(9), ANNA, E3))

    assert (tenant, position + 1) in behind(desk.pool, [NEWER, users.PROJECTION])
    ring(tenant, position + 1)

    now = _stands(desk, tenant)
    assert (now.version, now.position, now.stopped_at, now.next) == (NEWER.version, position + 1, None, "SWAPPED")
    after = desk.rows("licence_holdings", tenant)
    assert {row[1] for row in before} == {E3, E5}
    assert {row[1] for row in after} == {E3}
    assert tenant not in dict(behind(desk.pool, [NEWER, users.PROJECTION]))


def test_until_then_the_old_rows_stay_and_the_table_is_told_to_lag(desk: Desk, tenant: TenantId) -> None:
    before = desk.rows("licence_holdings", tenant)
    position = _stands(desk, tenant).position
    desk.log.tell(tenant, removed(day(9), ANNA, E3))

    advance(desk.pool, desk.log, tenant, [NEWER, users.PROJECTION])
    more = work_on(desk.pool, desk.log, tenant, [NEWER, users.PROJECTION], budget=4)

    now = _stands(desk, tenant)
    assert more
    assert (now.version, now.position, now.lag, now.stopped_at) == (HOLDINGS.version, position, 1, None)
    assert (now.next, now.built) == ("BUILDING", 4)
    assert desk.rows("licence_holdings", tenant) == before


def test_a_worker_of_an_older_release_leaves_newer_rows_alone(desk: Desk, tenant: TenantId) -> None:
    rebuild(desk.pool, desk.log, "licence_holdings", tenant, projections=[NEWER])
    newer = desk.rows("licence_holdings", tenant)
    desk.log.tell(tenant, removed(day(9), ANNA, E3))

    progress = advance(desk.pool, desk.log, tenant, [HOLDINGS])
    more = work_on(desk.pool, desk.log, tenant, [HOLDINGS])

    assert (progress.more, progress.stopped, more) == (False, (), False)
    assert tenant not in dict(behind(desk.pool, [HOLDINGS]))
    assert desk.rows("licence_holdings", tenant) == newer


def test_what_an_older_release_is_building_does_not_take_the_place_of_newer_rows(desk: Desk, tenant: TenantId) -> None:
    order(desk.pool, tenant, [HOLDINGS], forced=True)
    work_on(desk.pool, desk.log, tenant, [HOLDINGS], budget=4)
    with borrowed(desk.pool) as db:
        db.execute(
            "UPDATE checkpoints SET version = %s WHERE tenant_id = %s AND projection = %s",
            (NEWER.version, tenant, HOLDINGS.name),
        )
        db.execute("DELETE FROM licence_holdings WHERE tenant_id = %s AND sku_id <> %s", (tenant, E3))
    newer = desk.rows("licence_holdings", tenant)
    while work_on(desk.pool, desk.log, tenant, [HOLDINGS]):
        pass

    now = _stands(desk, tenant)
    assert (now.version, now.next, now.stopped_at) == (NEWER.version, "FAILED", None)
    assert now.next_reason == "the live table is of newer code, which is not put back"
    assert desk.rows("licence_holdings", tenant) == newer


def test_a_stop_by_the_release_before_generations_ends_by_itself(desk: Desk, tenant: TenantId) -> None:
    desk.log.tell(tenant, removed(day(9), ANNA, E3))
    with borrowed(desk.pool) as db:
        db.execute(
            "UPDATE checkpoints SET stopped_at = position + 1, reason = %s WHERE tenant_id = %s",
            (f"{OF_ANOTHER_VERSION}1, the code is 0: rebuild it", tenant),
        )

    assert tenant in dict(behind(desk.pool, [HOLDINGS]))
    progress = advance(desk.pool, desk.log, tenant, [HOLDINGS])

    assert (progress.stopped, _stands(desk, tenant).lag) == ((), 0)


def test_code_that_cannot_take_a_fact_in_leaves_the_live_table_and_says_why(desk: Desk, tenant: TenantId) -> None:
    before = desk.rows("licence_holdings", tenant)

    while work_on(desk.pool, desk.log, tenant, [CHOKING]):
        pass

    now = _stands(desk, tenant)
    assert (now.next, now.version, now.stopped_at) == ("FAILED", HOLDINGS.version, now.position + 1)
    assert now.next_reason is not None
    assert now.next_reason.startswith("position 5: ValueError in _none_of_bert")
    assert desk.rows("licence_holdings", tenant) == before
    assert not work_on(desk.pool, desk.log, tenant, [CHOKING])
    assert tenant not in dict(behind(desk.pool, [CHOKING]))

    mended = replace(NEWER, version=NEWEST)
    while work_on(desk.pool, desk.log, tenant, [mended]):
        pass

    assert (_stands(desk, tenant).version, _stands(desk, tenant).stopped_at) == (NEWEST, None)


@pytest.mark.parametrize("batches", range(1, 5))
def test_a_build_that_was_killed_is_gone_on_with(
    desk: Desk, tenant: TenantId, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = desk.rows("licence_holdings", tenant)
    with borrowed(desk.pool) as db:
        db.execute("UPDATE checkpoints SET version = 0 WHERE tenant_id = %s", (tenant,))
    for _ in range(batches):
        work_on(desk.pool, desk.log, tenant, [HOLDINGS], budget=6)
    read = _watched(desk, monkeypatch)

    rebuild(desk.pool, desk.log, "licence_holdings", tenant, projections=[HOLDINGS])

    assert min(after for after, _ in read) == 6 * batches
    assert desk.rows("licence_holdings", tenant) == live


def test_killed_between_build_and_swap_the_next_one_only_swaps(
    desk: Desk, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    with borrowed(desk.pool) as db:
        db.execute("UPDATE licence_holdings SET valid_from = %s WHERE tenant_id = %s", (day(1, 3), tenant))

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("app.projections.swapping.put_in_place", killed)
        with pytest.raises(Killed):
            rebuild(desk.pool, desk.log, "licence_holdings", tenant, force=True)
    tampered = desk.rows("licence_holdings", tenant)
    state = generations(desk.pool, tenant)[0].state
    more = work_on(desk.pool, desk.log, tenant)

    assert {row[4] for row in tampered if row[4] is not None} == {day(1, 3)}
    assert (state, more) == (State.BUILDING, False)
    assert _stands(desk, tenant).next == "SWAPPED"
    assert {row[4] for row in desk.rows("licence_holdings", tenant)} != {day(1, 3)}


def test_a_half_built_generation_of_other_code_is_begun_anew(desk: Desk, tenant: TenantId) -> None:
    work_on(desk.pool, desk.log, tenant, [NEWER], budget=6)
    newest = replace(HOLDINGS, version=NEWEST)

    while work_on(desk.pool, desk.log, tenant, [newest], budget=6):
        pass

    assert _stands(desk, tenant).version == NEWEST
    assert {row[1] for row in desk.rows("licence_holdings", tenant)} == {E3, E5}


def test_two_rebuilds_of_one_table_at_once_are_refused_and_of_two_are_not(desk: Desk, tenant: TenantId) -> None:
    with alone(desk.pool, tenant, [HOLDINGS]):
        with pytest.raises(RebuildRunning) as refused:
            rebuild(desk.pool, desk.log, "licence_holdings", tenant)
        (other,) = rebuild(desk.pool, desk.log, "users", tenant)

    assert refused.value.code == "REBUILD_RUNNING"
    assert other.state is State.SWAPPED
    assert rebuild(desk.pool, desk.log, "licence_holdings", tenant)[0].state is State.SWAPPED


def test_what_was_ordered_is_built_by_a_worker_and_not_ordered_twice(desk: Desk, tenant: TenantId) -> None:
    order(desk.pool, tenant, [HOLDINGS])

    with pytest.raises(RebuildRunning):
        order(desk.pool, tenant, [HOLDINGS, users.PROJECTION])
    assert [each.projection for each in generations(desk.pool, tenant)] == ["licence_holdings"]
    assert tenant in dict(behind(desk.pool))
    while work_on(desk.pool, desk.log, tenant):
        pass
    order(desk.pool, tenant, [HOLDINGS])

    assert [(each.number, each.state) for each in generations(desk.pool, tenant)] == [(2, State.ORDERED)]


def test_a_swap_waits_for_the_worker_that_advances_the_table(desk: Desk, tenant: TenantId) -> None:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with borrowed(desk.pool) as db:
            db.execute("SELECT FROM checkpoints WHERE tenant_id = %s FOR UPDATE", (tenant,))
            held.set()
            let_go.wait()

    worker = threading.Thread(target=hold)
    worker.start()
    held.wait()
    rebuilding = threading.Thread(target=rebuild, args=(desk.pool, desk.log, "licence_holdings", tenant))
    rebuilding.start()
    while (state := [each.position for each in generations(desk.pool, tenant)]) != [_stands(desk, tenant).position]:
        assert state in ([], [0])
    waiting = _stands(desk, tenant).next
    let_go.set()
    worker.join()
    rebuilding.join()

    assert (waiting, _stands(desk, tenant).next) == ("BUILDING", "SWAPPED")


def test_all_tables_are_built_in_one_pass_over_the_log(
    desk: Desk, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _watched(desk, monkeypatch)

    outcomes = rebuild(desk.pool, desk.log, "all", tenant)

    assert {each.state for each in outcomes} == {State.SWAPPED}
    assert sum(count for _, count in read) == _stands(desk, tenant).head


def test_what_is_left_of_generations_is_dropped_and_what_is_being_built_is_not(desk: Desk, tenant: TenantId) -> None:
    neighbour = desk.tenant()
    desk.log.tell(neighbour, *(assigned(day(nth), ANNA, E3) for nth in range(1, 9)))
    advance(desk.pool, desk.log, neighbour)
    rebuild(desk.pool, desk.log, "licence_holdings", tenant)
    work_on(desk.pool, desk.log, neighbour, [replace(idle_licences.PROJECTION, version=99), NEWER], budget=6)
    left, building = _left_over(desk, tenant), _left_over(desk, neighbour)

    dropped = drop_old(desk.pool)

    assert left > 0
    assert building > 0
    assert dropped >= 1
    assert (_left_over(desk, tenant), _left_over(desk, neighbour)) == (0, building)
    assert drop_old(desk.pool) == 0

    projections: list[Projection] = [replace(idle_licences.PROJECTION, version=99), NEWER]
    while work_on(desk.pool, desk.log, neighbour, projections):
        pass
    drop_old(desk.pool)

    assert (_left_over(desk, neighbour), _left_over(desk, neighbour, "idle_licences")) == (0, 0)


def test_rows_that_still_name_somebody_who_was_erased_meanwhile_are_no_difference(desk: Desk, tenant: TenantId) -> None:
    position = _stands(desk, tenant).position
    desk.log.tell(tenant, removed(day(9), ANNA, E3))
    with psycopg.connect(desk.database.owner_dsn) as owner:
        owner.execute(
            "INSERT INTO erased_subjects (tenant_id, subject, position, erased_at) VALUES (%s, 'x', %s, now())",
            (tenant, position + 1),
        )
    with borrowed(desk.pool) as db:
        db.execute("UPDATE licence_holdings SET valid_from = %s WHERE tenant_id = %s", (day(1, 3), tenant))

    (outcome,) = rebuild(desk.pool, desk.log, "licence_holdings", tenant)

    assert (outcome.state, outcome.position) == (State.SWAPPED, position + 1)


def test_every_table_has_a_double_of_the_same_columns_and_key(desk: Desk) -> None:
    tables = ["checkpoints", *(table for projection in ALL for table in projection.tables)]
    shape = """
        SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, attcollation::text,
               array_position(i.indkey::int2[], attnum)
        FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    """
    with borrowed(desk.pool) as db:
        live, rebuilt = (
            {table: db.execute(shape, (f"{schema}.{table}",)).fetchall() for table in tables}
            for schema in ("public", "rebuilt")
        )

    # Else the migration that changed the table lacks `SELECT rebuilt.like_live('TABLE')`.
    assert rebuilt == live


def test_a_migration_renews_the_double_and_what_was_built_is_begun_anew(desk: Desk, tenant: TenantId) -> None:
    work_on(desk.pool, desk.log, tenant, [NEWER], budget=6)
    with psycopg.connect(desk.database.owner_dsn) as owner:
        owner.execute("SELECT rebuilt.like_live('licence_holdings')")

    while work_on(desk.pool, desk.log, tenant, [NEWER], budget=6):
        pass

    assert _stands(desk, tenant).next == "SWAPPED"
    assert {row[1] for row in desk.rows("licence_holdings", tenant)} == {E3}


def test_the_read_side_cannot_see_what_is_being_built(desk: Desk, tenant: TenantId) -> None:
    work_on(desk.pool, desk.log, tenant, [NEWER], budget=6)

    with (
        psycopg.connect(desk.database.reader_dsn) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="schema rebuilt"),
    ):
        reader.execute("SELECT FROM rebuilt.licence_holdings")
