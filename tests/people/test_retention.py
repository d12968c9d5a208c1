"""Who called whom in a month whose time is over is gone, in every table and at every moment; what it comes to stays."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from app.audit.check import Bench, checked, times_of
from app.commands.drop_call_detail import DropCallDetail, drop_call_detail
from app.commands.erase_person import ErasePerson, erase_person
from app.commands.record_person_export import RecordPersonExport
from app.domain.events.persons import ErasureGround
from app.domain.events.retention import CallDetailDropped
from app.domain.events.telephony import CallCompleted, CallRevised, Party, PartyKind
from app.domain.ids import CallId
from app.domain.retention import CALL_DETAIL, MonthNotDue
from app.domain.stand_ins import span_of
from app.domain.standing import Source
from app.eventstore import codec, dropping
from app.eventstore.dropping import MonthLeft
from app.eventstore.keys import KeyRing, KeyUnusable
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import RETENTION, call_stream
from app.insight.phone_costs import PhoneCostLine, PhoneCostsBy, pstn_costs
from app.people.actors import Round
from app.people.export import person_file
from app.people.retention import carry_out, months_due
from app.projections import activity_gaps, adoption, call_usage, engine, reading, tenants
from app.projections.rebuild import compare
from tests.database import Database
from tests.people.called import (
    CALL_TABLES,
    HOME,
    NOW,
    NUMBERS,
    PEOPLE,
    STRANGER,
    TENANT_ID,
    WORDS,
    Called,
    call_of,
    planted,
)

pytestmark = pytest.mark.timeout(300)  # hundreds of questions, on a machine that may be busy

DUE = ["2026-07", "2026-08"]
"""By the default rule, at NOW; September is kept until 2026-12-30."""

GROUPINGS: tuple[call_usage.Grouping, ...] = ("department", "company", "cost_centre", "country", "day", "direction")
SOLD: tuple[PhoneCostsBy, ...] = tuple(each for each in PhoneCostsBy if each is not PhoneCostsBy.USER)


@pytest.fixture
def called(database: Database) -> Iterator[Called]:
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


def dropped(called: Called, now: datetime = NOW) -> list[str]:
    months = carry_out(called.world.pool, called.at(now), TENANT_ID)
    called.tabulate()
    return months


@asynccontextmanager
async def reader(database: Database) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with (
        await psycopg.AsyncConnection.connect(database.reader_dsn) as db,
        reading.scope(db, [TENANT_ID], longest=timedelta(seconds=60)),
    ):
        yield db


def moments() -> list[tuple[date, datetime]]:
    """As of which day, by what was known when: on both sides of every month and of every move."""
    chance = random.Random(7)
    pairs = [(date(2026, 12, 14), NOW), (date(2026, 8, 31), NOW), (date(2026, 9, 1), NOW)]
    for _ in range(9):
        known = datetime(2026, 7, 25, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 110))
        pairs.append((known.date() - timedelta(days=chance.randrange(20)), known))
    return pairs


WINDOWS = (
    (date(2026, 7, 1), date(2026, 12, 1)),
    (date(2026, 8, 1), date(2026, 9, 1)),
    (date(2026, 8, 20), date(2026, 9, 20)),
)


async def usage(database: Database) -> dict[object, object]:
    """Calls, seconds and failures by everything that is no person, at every moment."""
    found: dict[object, object] = {}
    async with reader(database) as db:
        for on, known in moments():
            at = await reading.moment(db, TENANT_ID, on, known, NOW)
            for since, until in WINDOWS:
                for grouping in GROUPINGS:
                    rows = await call_usage.spent_in(db, TENANT_ID, at, since, until, grouping)
                    found[on, known, since, grouping] = {
                        row.key: (row.calls, row.participant_seconds, row.failed_calls) for row in rows
                    }
                rows = await call_usage.spent_in(db, TENANT_ID, at, since, until, "user")
                sums = ("calls", "participant_seconds", "failed_calls")
                found[on, known, since] = tuple(sum(getattr(row, name) for row in rows) for name in sums)
    return found


async def costs(database: Database) -> dict[object, object]:
    found: dict[object, object] = {}
    async with reader(database) as db:
        for on, known in moments():
            at = await reading.moment(db, TENANT_ID, on, known, NOW)
            row = await tenants.found(db, TENANT_ID, at)
            assert row is not None
            for since, until in WINDOWS:
                for by in SOLD:
                    told = await pstn_costs(db, TENANT_ID, at, row, since, until, by, persons=True)
                    found[on, known, since, by] = [_line(line) for line in told.lines]
                told = await pstn_costs(db, TENANT_ID, at, row, since, until, PhoneCostsBy.USER, persons=True)
                found[on, known, since] = _line(told.total)
    return found


def _line(line: PhoneCostLine) -> object:
    """Sums of thirds of a cent depend on their order from the 38th digit on."""
    cost = None if line.cost is None or line.cost.total is None else round(line.cost.total.amount, 12)
    return line.key, line.rows, line.seconds, line.unpriced, cost


async def people_of(database: Database, since: date, until: date) -> dict[str | None, int]:
    async with reader(database) as db:
        at = await reading.moment(db, TENANT_ID, date(2026, 12, 14), None, NOW)
        return {row.key: row.users for row in await call_usage.spent_in(db, TENANT_ID, at, since, until, "department")}


async def test_calls_minutes_and_money_stay_what_they_were_at_every_moment(called: Called, database: Database) -> None:
    before = await usage(database), await costs(database)
    assert any("Care" in str(each) for each in before[0].values())

    assert dropped(called) == DUE

    assert await usage(database) == before[0]
    assert await costs(database) == before[1]


async def test_people_of_one_month_are_still_counted_and_of_several_at_least(
    called: Called, database: Database
) -> None:
    august = (date(2026, 8, 2), date(2026, 8, 31))
    before, all_before = await people_of(database, *august), await people_of(database, *WINDOWS[0])

    dropped(called)

    assert await people_of(database, *august) == before
    after = await people_of(database, *WINDOWS[0])
    assert after.keys() == all_before.keys()
    assert all(0 < after[key] <= all_before[key] for key in after)


async def days_of(database: Database) -> dict[object, call_usage.Usage]:
    """Every day by what was known at every moment; of each is said the same where its users' rows are summed."""
    found: dict[object, call_usage.Usage] = {}
    async with reader(database) as db:
        for on, known in moments():
            at = await reading.moment(db, TENANT_ID, on, known, NOW)
            for day in await call_usage.spent_in(db, TENANT_ID, at, *WINDOWS[0], "day"):
                one = await call_usage.spent_together(db, TENANT_ID, at, *WINDOWS[0], "day", [day.key])
                assert replace(one, key=day.key) == day
                found[on, known, day.key] = day
    return found


def at_edges_of_months(called: Called) -> None:
    """Calls at the customer's midnight on both sides of the ends of July and August, of the same three people."""
    chance, learned = random.Random(31), datetime(2026, 11, 7, tzinfo=UTC)
    parties = [Party(kind=PartyKind.USER, user=user, directory=HOME, label=None) for user in PEOPLE[:3]]
    begun = [datetime(2026, month, 31, hour, 30, tzinfo=UTC) for month in (7, 8) for hour in (21, 22)]
    begun += [datetime(2026, month, 1, 9, tzinfo=UTC) for month in (8, 9)]
    for nth, start in enumerate(begun):
        made = call_of(CallId(UUID(int=0xED << 96 | nth)), start, parties, chance)
        called.world.append(
            TENANT_ID, call_stream(made.call), CallCompleted(happened_at=start, call=made), at=learned, after=0
        )
    called.tabulate()


async def test_days_stay_what_they_were_and_count_at_least_their_people_where_months_meet(
    called: Called, database: Database
) -> None:
    at_edges_of_months(called)
    before = await days_of(database)

    dropped(called)

    after = await days_of(database)
    assert after.keys() == before.keys()
    assert all(after[each] == replace(before[each], users=after[each].users) for each in before)
    fewer = {each for each in before if after[each].users != before[each].users}
    assert all(3 <= after[each].users < before[each].users for each in fewer)
    assert {key[-1] for key in fewer if isinstance(key, tuple)} <= {"2026-08-01", "2026-09-01"}
    spans = {(row["day"], row["span"]) for row in called.rows("call_usage_days")}
    two = [("2026-08-01", "ca11013e"), ("2026-08-01", "ca11013f"), ("2026-09-01", ""), ("2026-09-01", "ca11013f")]
    days = [day for day, _ in spans]
    assert sorted(each for each in spans if days.count(each[0]) > 1) == two


def in_month(row: dict[str, Any]) -> bool:
    """Of a dropped month, as far as a row of a call table says when it was."""
    began = row.get("started_at") or row.get("began_at") or row.get("joined_at")
    return began is not None and began < "2026-09"


def test_no_row_of_any_table_holds_a_number_or_a_name_of_theirs_any_more(called: Called) -> None:
    held = {table for table, text in called.dump() if any(word in text for word in WORDS)}
    assert held == {"public.call_participants", "public.pstn_charges", "public.direct_routing_calls"}

    everything = datetime(2027, 6, 1, tzinfo=UTC)
    assert dropped(called, everything) == [*DUE, "2026-09", "2026-10", "2026-11"]

    assert {table for table, text in called.dump() if any(word in text for word in WORDS)} == set()


def test_no_call_of_the_month_says_who_was_in_it_neither_in_a_table_nor_in_the_log(called: Called) -> None:
    own = {str(user) for user in (*PEOPLE, STRANGER)}
    dropped(called, datetime(2027, 6, 1, tzinfo=UTC))

    for table in CALL_TABLES:
        rows = called.rows(table)
        assert rows
        assert [row for row in rows if any(user in str(row.values()) for user in own)] == []
    with psycopg.connect(called.owner_dsn) as db:
        states = db.execute(
            "SELECT state FROM events WHERE name = ANY (%s)", ([CallCompleted.name, CallRevised.name],)
        ).fetchall()
    assert [state for (state,) in states if any(user.encode() in state for user in own)] == []


def test_the_other_months_say_who_called_whom_as_before(called: Called) -> None:
    def later(table: str) -> list[dict[str, Any]]:
        return [row for row in called.rows(table) if not in_month(row)]

    tables = ("calls", "call_participants", "pstn_charges", "direct_routing_calls")
    before = {table: later(table) for table in tables}

    dropped(called)

    assert {table: later(table) for table in tables} == before
    assert {row["user_id"] for row in before["call_participants"]} & {str(user) for user in PEOPLE}


def test_tables_are_what_a_rebuild_from_the_log_makes(called: Called) -> None:
    dropped(called)

    assert compare(called.world.pool, called.store, "all", TENANT_ID) == []


async def test_the_replay_and_every_table_and_answer_agree(called: Called, database: Database) -> None:
    dropped(called)
    pairs = times_of(called.world.pool, TENANT_ID, NOW, random.Random(3), 1)

    bench = Bench(called.world.pool, called.store, database.writer_dsn, bytes(range(32)), NOW)
    found = await checked(bench, TENANT_ID, pairs)

    assert found.difference is None


def test_what_is_hashed_stays_as_it_was(called: Called) -> None:
    with psycopg.connect(called.owner_dsn) as db:
        query = "SELECT position, state, leaf FROM events WHERE position <= %s ORDER BY position"
        head = called.store.head(TENANT_ID)
        before = db.execute(query, (head,)).fetchall()
        db.commit()

        dropped(called)

        assert db.execute(query, (head,)).fetchall() == before


def test_a_fact_says_which_month_is_gone_and_a_repeat_says_nothing(called: Called) -> None:
    assert months_due(called.world.pool, called.desk, TENANT_ID) == DUE
    assert dropped(called) == DUE
    head = called.store.head(TENANT_ID)

    assert dropped(called) == []

    facts, _ = called.store.load(TENANT_ID, RETENTION)
    assert [(fact.month, fact.days, fact.happened_at) for fact in facts if isinstance(fact, CallDetailDropped)] == [
        ("2026-07", 90, NOW),
        ("2026-08", 90, NOW),
    ]
    assert all(isinstance(fact, CallDetailDropped) and fact.calls > 0 for fact in facts)
    assert called.store.head(TENANT_ID) == head


def test_a_month_that_is_to_be_kept_is_not_dropped(called: Called) -> None:
    with pytest.raises(MonthNotDue):
        drop_call_detail(DropCallDetail(TENANT_ID, "2026-09", 1, MonthLeft, uuid4()), called.desk)


def test_a_drop_that_is_killed_before_its_end_was_none(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    head = called.store.head(TENANT_ID)
    with monkeypatch.context() as patch:
        patch.setattr(dropping, "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            dropped(called)
    assert called.store.head(TENANT_ID) == head
    assert called.rows("call_stand_ins") == []

    assert dropped(called) == DUE


def test_tables_that_are_killed_while_they_follow_follow_later(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "retell_months", killed)
        with pytest.raises(KeyboardInterrupt):
            dropped(called)

    assert dropped(called) == ["2026-08"]
    assert compare(called.world.pool, called.store, "all", TENANT_ID) == []


def test_nothing_leads_from_a_stand_in_to_the_person_it_stands_for(called: Called) -> None:
    """The rows kept of somebody who stayed in a department say nothing their row of the table of users says."""
    dropped(called)

    kept = called.rows("call_stand_ins")
    assert all(span_of(UUID(row["user_id"])) is not None for row in kept)
    known = {(row["valid_from"], row["since_position"]) for row in called.rows("users")}
    telling = {row["user_id"] for row in kept if row["since_position"] > 0}
    stayed = [row for row in kept if row["user_id"] not in telling]
    assert len(stayed) > len(PEOPLE)
    assert {(row["valid_from"], row["since_position"]) for row in stayed} & known == set()
    assert len({(row["valid_from"], row["valid_until"], row["until_position"]) for row in stayed}) == len(DUE)


def test_numbers_keep_what_rate_cards_tell_apart(called: Called) -> None:
    before = {row["callee"] for row in called.rows("direct_routing_calls") if in_month(row)}
    assert before == {*NUMBERS}

    dropped(called)

    after = {row["callee"] for row in called.rows("direct_routing_calls") if in_month(row)}
    others = {f"+49300{nth}***" for nth in "02345"}
    assert after == {None, "+43***", "+49300187***", "+49301", *others}


def test_a_key_that_is_gone_without_a_fact_is_an_alarm(called: Called, database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("DELETE FROM subject_keys WHERE tenant_id = %s AND subject = 'calls/2026-08'", (TENANT_ID,))
    with writer_pool(database.writer_dsn) as pool, pytest.raises(KeyUnusable, match="no erasure is recorded"):
        EventStore(pool, KeyRing(pool, bytes(range(32)))).read(TENANT_ID, after=0, limit=10_000)


def test_another_process_that_still_holds_the_key_writes_nobody_into_a_table(
    called: Called, database: Database
) -> None:
    with writer_pool(database.writer_dsn) as pool:
        other = EventStore(pool, KeyRing(pool, bytes(range(32))))
        other.read(TENANT_ID, after=0, limit=10_000)
        carry_out(called.world.pool, called.desk, TENANT_ID)
        assert engine.advance(pool, other, TENANT_ID).stopped == ()

    assert [row for row in called.rows("call_participants") if in_month(row) and row["label"] in NUMBERS[:7]] == []
    assert compare(called.world.pool, called.store, "all", TENANT_ID) == []


def test_who_is_erased_before_or_after_stays_erased_and_the_tables_are_the_logs(called: Called) -> None:
    for user, now in ((PEOPLE[0], None), (PEOPLE[3], NOW)):
        if now is not None:
            dropped(called)
        erase_person(ErasePerson(TENANT_ID, user, ErasureGround.REQUESTED, by=None, cause=uuid4()), called.desk)
        called.tabulate()

    assert compare(called.world.pool, called.store, "all", TENANT_ID) == []
    assert {row["display_name"] for row in called.rows("users") if row["user_id"] == str(PEOPLE[3])} == {None}


def test_what_is_handed_out_to_a_person_has_their_calls_of_the_months_that_are_kept(called: Called) -> None:
    def calls() -> dict[str, int]:
        found = person_file(called.world.pool, called.desk, RecordPersonExport(TENANT_ID, PEOPLE[4], None, uuid4()))
        told = [fact["happened_at"][:7] for fact in found.facts if fact["fact"].startswith("Call")]
        return {month: told.count(month) for month in told}

    before = calls()
    assert {"2026-08", "2026-10"} <= before.keys()

    dropped(called)

    assert calls() == {month: count for month, count in before.items() if month not in DUE}


async def test_facts_recorded_before_they_were_sealed_by_month_go_from_tables_and_answers_alike(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(codec, "_VEILED", frozenset())
        for fact in CALL_DETAIL:
            patch.setattr(fact, "schema_version", 1)
        world = planted(database.writer_dsn, database.owner_dsn)
        called = world.__enter__()
    before = await usage(database), await costs(database)

    assert dropped(called) == DUE

    assert (await usage(database), await costs(database)) == before
    assert compare(called.world.pool, called.store, "all", TENANT_ID) == []
    own = {str(user) for user in (*PEOPLE, STRANGER)}
    for table in CALL_TABLES:
        rows = [row for row in called.rows(table) if in_month(row) or row.get("day", "9") < "2026-08-31"]
        assert [row for row in rows if any(each in str(row.values()) for each in (*own, *WORDS))] == []
    world.__exit__(None, None, None)


def test_the_scheduler_looks_once_a_day_and_rings_for_whoever_is_due(called: Called) -> None:
    rung: list[object] = []
    looking = Round(called.world.pool, called.desk, rung.append)

    looking()
    looking()
    assert rung == [TENANT_ID]

    dropped(called)
    Round(called.world.pool, called.desk, rung.append)()
    assert rung == [TENANT_ID]


async def activity(database: Database) -> dict[object, object]:
    """Who was quiet since which day, by what was known at the end of days; who used what on how many days."""
    found: dict[object, object] = {}
    async with reader(database) as db:
        for on, known in moments():
            ended = known.replace(hour=23, minute=59)
            at = await reading.moment(db, TENANT_ID, on, ended, NOW + timedelta(days=1))
            quiet = await activity_gaps.quiet_at(db, TENANT_ID, at, PEOPLE)
            zone = ZoneInfo(at.zone)
            found[on, known] = {
                (each.user, each.grade, each.since and each.since.astimezone(zone).date()) for each in quiet
            }
            for source in (Source.TELEPHONE, Source.CONFERENCE):
                used = await adoption.active_in(db, TENANT_ID, at, source, on - timedelta(days=60), on)
                found[on, known, source] = used
    return found


async def test_who_is_idle_and_who_used_what_stay_as_they_were_by_days(called: Called, database: Database) -> None:
    before = await activity(database)
    assert any(quiet for quiet in before.values() if isinstance(quiet, set))

    dropped(called)

    assert await activity(database) == before


def test_no_table_of_activity_says_when_or_by_which_call_of_the_month_somebody_was_active(called: Called) -> None:
    dropped(called)
    positions = {row["since_position"] for row in called.rows("calls") if in_month(row)}
    instants = {row["joined_at"] for row in called.rows("call_participants") if in_month(row)}
    last = {row["position"] for row in called.rows("call_signs")}

    for row in called.rows("activity_gaps"):
        assert row["gap_from"] not in instants
        assert row["since_position"] not in positions - last
    assert last
    assert len(last) < len(positions)
