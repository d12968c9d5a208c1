"""A migration that is struck down anywhere, or finds a table in use, leaves what was, and the next run ends alike."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.eventstore.pools import DatabaseDown
from app.ops.migrate import MIGRATIONS, MigrationsBusy, check, migrate, read_migrations
from tests.database import Database
from tests.journeys.processes import ROOT, until
from tests.journeys.test_outages import own_postgres
from tests.upgrade.catalogue import schema
from tests.upgrade.past import NEWEST, first
from tests.upgrade.statements import split, struck

ENDED = "SELECT pg_terminate_backend(pg_backend_pid())"
ASLEEP = "SELECT pg_sleep(300)"
RUNNER = """
import sys
from pathlib import Path
from app.ops.migrate import migrate
migrate(sys.argv[1], Path(sys.argv[2]))
"""
SEED = 20
MANY_STATEMENTS = 10
"""A migration of so many takes long enough to be met half-way."""

EVERYWHERE = 10_000


@pytest.mark.timeout(900)
@pytest.mark.parametrize("places", [1, pytest.param(EVERYWHERE, marks=[pytest.mark.slow, pytest.mark.nightly])])
def test_cut_off_after_any_statement_a_migration_leaves_nothing_and_the_next_run_ends_alike(
    empty_database: str, module_database: Database, tmp_path: Path, places: int
) -> None:
    chance = random.Random(SEED)
    cuts = 0
    whole = {each.number for each in read_migrations(MIGRATIONS) if each.transactional}
    for number in range(1, NEWEST + 1):
        body = _body(number)
        before = schema(empty_database)
        # One that runs without a transaction is one statement; test_an_index_left_half_built_is_built_anew cuts it off.
        for after in _some(places, len(split(body)), chance) if number in whole else ():
            cut = first(number, tmp_path / f"{number}-{after}", {number: struck(body, after, ENDED)})
            with pytest.raises(DatabaseDown):
                migrate(empty_database, cut)
            cuts += 1
            assert _without_history(schema(empty_database)) == _without_history(before), (number, after)
        migrate(empty_database, first(number, tmp_path / f"{number}"))

    assert cuts >= len(whole)
    assert check(empty_database) == []
    assert schema(empty_database) == schema(module_database.owner_dsn)


def test_a_runner_killed_half_way_keeps_nobody_waiting_for_its_lock(
    empty_database: str, module_database: Database, tmp_path: Path
) -> None:
    number = next(each.number for each in read_migrations(MIGRATIONS) if len(split(_body(each.number))) > 1)
    asleep = first(number, tmp_path / "asleep", {number: struck(_body(number), 1, ASLEEP)})

    with _runner(empty_database, asleep) as runner:
        _await_sleep(empty_database)
        runner.kill()
    applied = migrate(empty_database, wait_s=20)

    assert len(applied) == NEWEST - number + 1
    assert schema(empty_database) == schema(module_database.owner_dsn)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_server_stopped_half_way_through_any_migration_recovers_and_the_next_run_ends_alike(
    module_database: Database, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with own_postgres() as (server, _):
        server.ensure_database("upgraded")
        owner = server.dsn("postgres", "upgraded")
        for migration in read_migrations(MIGRATIONS):
            number, body = migration.number, _body(migration.number)
            if len(split(body)) < MANY_STATEMENTS:
                continue
            after = chance.randrange(len(split(body)))
            asleep = first(number, tmp_path / f"{number}-asleep", {number: struck(body, after, ASLEEP)})
            with _runner(owner, asleep) as runner:
                _await_sleep(owner)
                os.kill(server.pid or 0, signal.SIGQUIT)  # pg_ctl stop -m immediate
                said = runner.communicate()[1]
            server.start()
            assert "DatabaseDown" in said
            assert check(owner)[0] == migration.name
            migrate(owner, first(number, tmp_path / f"{number}"))
        migrate(owner)

        assert schema(owner) == schema(module_database.owner_dsn)


def test_a_table_somebody_works_in_is_waited_for_so_long_and_no_longer(
    empty_database: str, module_database: Database, tmp_path: Path
) -> None:
    migrate(empty_database, first(17, tmp_path))
    before = schema(empty_database)

    with psycopg.connect(empty_database) as other:
        other.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        for _ in range(2):
            with pytest.raises(MigrationsBusy, match=r"0018_findings\.sql: canceling statement due to lock timeout"):
                migrate(empty_database, lock_timeout_s=0.2)
            assert schema(empty_database) == before
    applied = migrate(empty_database, lock_timeout_s=0.2)

    assert applied[0] == "0018_findings.sql"
    assert schema(empty_database) == schema(module_database.owner_dsn)


def test_an_index_left_half_built_is_built_anew(empty_database: str, tmp_path: Path) -> None:
    with psycopg.connect(empty_database, autocommit=True) as db:
        db.execute("CREATE TABLE shelf (id integer)")
        db.execute("INSERT INTO shelf VALUES (1), (1)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            db.execute("CREATE UNIQUE INDEX CONCURRENTLY shelf_id ON shelf (id)")  # leaves what a killed runner does
    body = "-- transactional: false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS shelf_id ON shelf (id);"
    (tmp_path / "0001_index.sql").write_text(body)

    migrate(empty_database, tmp_path)

    with psycopg.connect(empty_database) as db:
        asked = "SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'shelf_id'::regclass"
        assert db.execute(asked).fetchall() == [(True, False)]


def _body(number: int) -> str:
    return read_migrations(MIGRATIONS)[number - 1].body.decode()


def _some(places: int, statements: int, chance: random.Random) -> list[int]:
    return sorted(chance.sample(range(statements), min(places, statements)))


def _without_history(lines: list[str]) -> list[str]:
    """The runner makes its own table before the first migration."""
    return [line for line in lines if "schema_migrations" not in line]


def _runner(dsn: str, directory: Path) -> "subprocess.Popen[str]":
    """A process of its own that applies the migrations of a directory."""
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, dsn, str(directory)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def _await_sleep(dsn: str) -> None:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    with psycopg.connect(dsn, autocommit=True) as db:
        until(lambda: db.execute(asked).fetchone() == (1,), "the runner to be half-way", 60)
