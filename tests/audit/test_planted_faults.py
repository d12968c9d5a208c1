"""A check that cannot fail proves nothing: a wrong row in any table, in any column, is found and shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.audit.answers import Door, moment_of
from app.audit.check import Bench, checked
from app.audit.compare_tables import compared
from app.audit.compiled import CompiledWay
from app.audit.cut import cut_of
from app.audit.questions import OF_A_MOMENT, OF_NOW
from app.audit.questions_of_use import OF_USE
from app.audit.replay import WholeReplay
from app.audit.same import Outcome
from app.audit.tables import COMPARED, Compared
from app.domain.ids import TenantId
from app.projections.catalogue import ALL
from app.projections.engine import advance
from app.projections.reading import OPEN, scope
from tests.audit.everything import EVERYTHING, NOW
from tests.projections.conftest import Desk

SECRET = bytes(range(32))
Statement = tuple[str, tuple[Any, ...]]
Change = Callable[[dict[str, Any]], Statement]
"""What is to be done to a row, or in its likeness."""
OWN_TABLES = {table for projection in ALL for table in projection.tables}
UNTOLD = {"call_stand_ins"}
"""What is kept of people whose call details are gone: no fact can tell it any more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant with something in every table, and the replay of now. `db` may write anything; nothing of it lasts."""

    tenant: TenantId
    replay: WholeReplay
    db: psycopg.AsyncConnection[Any]
    compiled: CompiledWay
    now: datetime = NOW

    @asynccontextmanager
    async def planted(self, what: str, change: Change) -> AsyncIterator[None]:
        """The table with one row of now changed."""
        async with self.db.transaction(force_rollback=True):
            statement, values = change(await self.newest(what))
            planted = await self.db.execute(statement, values)
            assert planted.rowcount == 1
            yield

    async def newest(self, what: str) -> dict[str, Any]:
        """A row that is true now: by its columns, and where PostgreSQL has it (ctid)."""
        cursor = await self.db.execute(f"SELECT ctid, * FROM {what} WHERE tenant_id = %s", (self.tenant,))
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
        open_rows = [row for row in rows if row.get("until_position", OPEN) == OPEN]
        ends = [name for name in ("valid_until", "gap_until") if name in names]
        return max(open_rows, key=lambda row: (*(row[name] for name in ends), sum(v is not None for v in row.values())))

    async def compare(self, what: Compared) -> Outcome:
        return await compared(self.db, self.replay, what, present=len(EVERYTHING))

    async def ask(self, question: str) -> Outcome:
        async with scope(self.db, [self.tenant]):
            asked = {**OF_A_MOMENT, **OF_NOW}[question]
            door = Door(self.db, self.tenant, self.now, SECRET, self.compiled)
            return await asked(door, self.replay, moment_of(None, None))


@pytest.fixture(scope="module")
def told(desk: Desk) -> tuple[TenantId, WholeReplay]:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, EVERYTHING)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant, WholeReplay(cut_of(desk.pool, tenant, None, None, NOW)).run(desk.log)


@pytest.fixture
async def place(desk: Desk, told: tuple[TenantId, WholeReplay]) -> AsyncIterator[Place]:
    async with await psycopg.AsyncConnection.connect(desk.database.owner_dsn, autocommit=True) as db:
        db.prepare_threshold = None
        await db.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        yield Place(*told, db, CompiledWay(db, told[0], NOW, SECRET))


def other(value: Any) -> Any:
    """A value of the same type that is not this one."""
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case datetime():
            return value + timedelta(minutes=1)
        case date():
            return value + timedelta(days=1)
        case UUID():
            return UUID(int=value.int ^ 1)
        case list():
            return value[1:] if value else None
        case str() if value.startswith("{"):
            return value.replace("14", "15")
        case str() if value.startswith("["):
            return value.replace("0.12", "0.13")
        case _:
            return _WORDS.get(value, f"{value}!")


_WORDS = {"ASSIGNED": "CHANGED", "BLOCKED": "INVITED"}
"""For columns that take only words they know."""


def setting(table: str, column: str) -> Change:
    return lambda row: (
        f"UPDATE {table} SET {column} = %s WHERE ctid = %s",
        (other(row[column]), row["ctid"]),
    )


def test_no_table_that_follows_from_the_log_goes_uncompared(desk: Desk) -> None:
    with psycopg.connect(desk.database.owner_dsn) as db:
        versioned = {
            name
            for (name,) in db.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name IN ('since_position', 'until_position')"
            )
        }

    assert {what.table for what in COMPARED} == OWN_TABLES
    assert versioned - OWN_TABLES == UNTOLD
    assert len({what.table for what in COMPARED}) == len(COMPARED)


@pytest.mark.parametrize("what", COMPARED, ids=lambda what: what.table)
async def test_no_column_of_a_row_goes_uncompared(place: Place, what: Compared) -> None:
    beside = {
        "ctid",
        "tenant_id",
        *what.key,
        *what.values,
        "since_position",
        "until_position",
        "valid_from",
        "valid_until",
    }

    assert set(await place.newest(what.table)) - beside == set()


@pytest.mark.parametrize("what", COMPARED, ids=lambda what: what.table)
async def test_a_wrong_value_in_any_column_is_found(place: Place, what: Compared) -> None:
    row = await place.newest(what.table)
    assert (await place.compare(what))[1] is None
    filled = [column for column in what.values if row[column] is not None and row[column] != []]
    assert filled

    for column in filled:
        async with place.planted(what.table, setting(what.table, column)):
            _, difference = await place.compare(what)

        assert difference is not None, column
        assert difference.question == f"table {what.table}"
        assert difference.replayed != difference.told or "(withheld)" in difference.told
        assert (difference.as_of, difference.known_at) == (NOW.date(), NOW)


@pytest.mark.parametrize("what", COMPARED, ids=lambda what: what.table)
async def test_a_row_that_is_gone_is_found(place: Place, what: Compared) -> None:
    def remove(row: dict[str, Any]) -> Statement:
        return f"DELETE FROM {what.table} WHERE ctid = %s", (row["ctid"],)

    async with place.planted(what.table, remove):
        _, difference = await place.compare(what)

    assert difference is not None
    assert difference.told == "absent"


@pytest.mark.parametrize("what", [each for each in COMPARED if each.key], ids=lambda what: what.table)
async def test_a_row_the_log_knows_nothing_of_is_found(place: Place, what: Compared) -> None:
    def add(row: dict[str, Any]) -> Statement:
        key = what.key[0]
        made = 0 if key == "position" else other(row[key])  # beside the log's own: they begin with 1
        del row["ctid"]
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        return f"INSERT INTO {what.table} ({names}) VALUES ({marks})", tuple({**row, key: made}.values())

    async with place.planted(what.table, add):
        _, difference = await place.compare(what)

    assert difference is not None
    assert difference.replayed == "absent"


FAULTS = {
    "users": [("users", "department"), ("licence_holdings", "valid_from"), ("activity_gaps", "gap_from")],
    "skus": [("sku_units", "enabled"), ("renewals", "seats")],
    "prices": [("prices", "amount")],
    "exemptions": [("findings", "exempt_until"), ("findings", "exempt_owner")],
    "licenceSummary": [("idle_licences", "sku_id")],
    "calls": [("calls", "revision"), ("call_participants", "seconds")],
    "callUsage": [("call_usage", "seconds")],
    "callUsage by day": [("call_usage_days", "seconds"), ("call_usage_days", "users")],
    "licenceChanges": [("licence_changes", "detail"), ("licence_changes", "recorded_at")],
    "coverage": [("call_coverage", "notified")],
    "idleLicences": [("idle_licences", "held_since")],
    "findings": [("idle_licences", "sku_id"), ("findings", "user_id")],
}


def test_every_question_has_a_fault_planted() -> None:
    assert FAULTS.keys() | OF_USE.keys() == OF_A_MOMENT.keys() | OF_NOW.keys()


@pytest.mark.parametrize(
    ("question", "table", "column"), [(q, *each) for q, faults in FAULTS.items() for each in faults]
)
async def test_a_wrong_answer_of_graphql_is_found(place: Place, question: str, table: str, column: str) -> None:
    counted, difference = await place.ask(question)
    assert (difference, counted > 0) == (None, True)

    async with place.planted(table, setting(table, column)):
        _, difference = await place.ask(question)

    assert difference is not None
    assert difference.question == f"GraphQL {question}"


async def test_the_whole_check_stops_at_the_first_difference(desk: Desk, place: Place) -> None:
    bench = Bench(desk.pool, desk.log, desk.database.writer_dsn, SECRET, NOW)
    clean = await checked(bench, place.tenant, [(None, None)])
    statement, values = setting("licence_costs", "cost_centre")(await place.newest("licence_costs"))
    await place.db.execute(statement, values)

    found = await checked(bench, place.tenant, [(None, None), (None, None)])

    await place.db.execute("UPDATE licence_costs SET cost_centre = '47' WHERE tenant_id = %s", (place.tenant,))
    assert clean.difference is None
    assert all(clean.things[what.table] for what in COMPARED)
    assert found.difference is not None
    assert found.times == 1
    assert (found.difference.question, found.difference.replayed) == ("table licence_costs", "cost_centre=47")
    assert found.difference.told == "cost_centre=47!"
