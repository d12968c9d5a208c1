"""What 0031 sums of the usage there is, is what telling the facts anew makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.domain.events import Event
from app.domain.ids import CallId
from app.ops.migrate import MIGRATIONS, migrate, read_migrations
from app.projections.call_usage import PROJECTION
from app.projections.engine import advance
from app.projections.rebuild import compare, work_on
from tests.projections.asking import CONSENTED, INVITED
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, call, completed, day, leg, party
from tests.projections.test_call_usage_days import stories_of_calls
from tests.upgrade.past import first
from tests.upgrade.statements import split

pytestmark = pytest.mark.both_databases

BODY = next(each.body.decode() for each in read_migrations(MIGRATIONS) if each.number == 31)
(RAISING,) = (each for each in split(BODY) if "UPDATE checkpoints" in each)
(FILLING,) = (each for each in split(BODY) if "INSERT INTO" in each)
TENANT = uuid4()
USAGE = f"""
    INSERT INTO call_usage
        (tenant_id, user_id, day, direction, calls, seconds, failed_calls, since_position, until_position)
    VALUES ('{TENANT}', '{uuid4()}', '2026-01-05', 'internal', 1, 60, 0, 3, 9223372036854775807);
    INSERT INTO checkpoints (tenant_id, projection, position, version)
    VALUES ('{TENANT}', 'call_usage', 3, 1), ('{uuid4()}', 'call_usage', 3, 0), ('{TENANT}', 'calls', 3, 1);
"""


@given(story=stories_of_calls())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_customers_there_are_get_the_rows_their_facts_would_have_made(desk: Desk, story: list[Event]) -> None:
    one, other = desk.tenant(), desk.tenant()
    desk.log.tell(one, INVITED, CONSENTED, *story)
    desk.log.tell(other, INVITED, CONSENTED, *reversed(story))
    for tenant in (one, other):
        assert advance(desk.pool, desk.log, tenant).stopped == ()
    live = [desk.rows("call_usage_days", tenant) for tenant in (one, other)]

    with psycopg.connect(desk.database.owner_dsn) as owner:
        owner.execute("DELETE FROM call_usage_days")
        owner.execute(FILLING.encode())

    assert [desk.rows("call_usage_days", tenant) for tenant in (one, other)] == live


def test_workers_of_this_release_go_on_from_there_and_those_before_leave_it_alone(desk: Desk) -> None:
    tenant = desk.tenant()
    first_day, second_day = (completed(call(leg(party(ANNA), day(on, 9), 5), call=CallId(uuid4()))) for on in (5, 6))
    desk.log.tell(tenant, INVITED, CONSENTED, first_day)
    advance(desk.pool, desk.log, tenant)
    with psycopg.connect(desk.database.owner_dsn) as owner:
        owner.execute("UPDATE checkpoints SET version = 1 WHERE projection = 'call_usage'")
        owner.execute("DELETE FROM call_usage_days")
        for statement in (RAISING, FILLING):
            owner.execute(statement.encode())
    desk.log.tell(tenant, first_day, second_day)

    before = advance(desk.pool, desk.log, tenant, [_OfTheReleaseBefore()])
    rows_before = desk.rows("call_usage", tenant)
    now = advance(desk.pool, desk.log, tenant)

    assert (before.taken, before.stopped, len(rows_before)) == (0, (), 1)
    assert (now.position, now.outdated, now.stopped) == (5, (), ())
    assert not work_on(desk.pool, desk.log, tenant)
    assert [row[:-2] for row in desk.rows("call_usage_days", tenant)] == [
        (date(2026, 1, 5), "", 1, 300, 0, 1),
        (date(2026, 1, 6), "", 1, 300, 0, 1),
    ]
    assert compare(desk.pool, desk.log, "call_usage", tenant) == []


class _OfTheReleaseBefore(type(PROJECTION)):  # type: ignore[misc]
    version = 1


@pytest.mark.parametrize("bound", [False, True], ids=["superuser", "bound by row-level security"])
def test_an_owner_of_either_kind_fills_it_and_leaves_security_as_it_was(
    empty_database: str, tmp_path: Path, bound: bool
) -> None:
    migrate(empty_database, first(30, tmp_path))
    with psycopg.connect(empty_database) as db:
        db.execute(USAGE.encode())

    with _owner(empty_database) if bound else _itself(empty_database) as dsn:
        assert migrate(dsn, first(31, tmp_path)) == ["0031_call_usage_days.sql"]

        assert _rows(empty_database, "SELECT calls, seconds, failed_calls, users FROM call_usage_days") == [
            (1, 60, 0, 1)
        ]
        assert _rows(empty_database, "SELECT projection, version FROM checkpoints ORDER BY 1, 2") == [
            ("call_usage", 0),
            ("call_usage", 2),
            ("calls", 1),
        ]
        forced = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity"
        found = {name for (name,) in _rows(empty_database, forced)}
        assert {"checkpoints", "call_usage", "call_usage_days"} <= found


@contextmanager
def _itself(dsn: str) -> Iterator[str]:
    yield dsn


@contextmanager
def _owner(dsn: str) -> Iterator[str]:
    """A role that owns everything in the database and is no superuser."""
    name = f"owner_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        for schema in ("public", "rebuilt"):
            db.execute(sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(*map(sql.Identifier, (schema, name))))
        for (line,) in _rows(dsn, _EVERYTHING):
            db.execute(sql.SQL("{} OWNER TO {}").format(sql.SQL(line), sql.Identifier(name)))
        try:
            yield make_conninfo(dsn, user=name)
        finally:
            db.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(sql.Identifier(name)))
            db.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            db.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


_EVERYTHING = """
    SELECT format('ALTER TABLE %s', oid::regclass) FROM pg_class
    WHERE relnamespace IN ('public'::regnamespace, 'rebuilt'::regnamespace) AND relkind IN ('r', 'p')
    UNION ALL
    SELECT format('ALTER FUNCTION %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace IN ('public'::regnamespace, 'rebuilt'::regnamespace)
"""


def _rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as db:
        return db.execute(query.encode()).fetchall()
