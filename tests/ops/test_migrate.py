from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from app.eventstore.pools import DatabaseDown
from app.ops.migrate import (
    MigrationFailed,
    MigrationFilesBroken,
    MigrationHistoryDiffers,
    MigrationsBusy,
    check,
    migrate,
    read_migrations,
)

pytestmark = pytest.mark.both_databases

TABLE = (
    "CREATE TABLE shelf (id integer PRIMARY KEY, label text NOT NULL);\nINSERT INTO shelf VALUES (1, '100%; done');\n"
)
FUNCTION = """
CREATE FUNCTION greet(who text) RETURNS text LANGUAGE plpgsql AS $outer$
BEGIN
    RETURN format($inner$Hello; %s, 100%%$inner$, who);
END
$outer$;
"""
INDEX = "-- transactional: false\nCREATE INDEX CONCURRENTLY shelf_label ON shelf (label);\n"


def write(directory: Path, *bodies: str) -> Path:
    for number, body in enumerate(bodies, start=1):
        (directory / f"{number:04d}_step.sql").write_text(body)
    return directory


def rows(dsn: str, query: str) -> Sequence[object]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query.encode()).fetchall()


def test_files_are_applied_in_order_and_a_repeat_applies_none(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, FUNCTION, INDEX)

    first = migrate(empty_database, directory)
    second = migrate(empty_database, directory)

    assert first == ["0001_step.sql", "0002_step.sql", "0003_step.sql"]
    assert second == []
    assert rows(empty_database, "SELECT label, greet('Anna') FROM shelf") == [("100%; done", "Hello; Anna, 100%")]
    assert rows(empty_database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'shelf_label'::regclass") == [
        (True,)
    ]


def test_check_tells_what_is_pending_and_changes_nothing(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, FUNCTION)

    before = check(empty_database, directory)
    untouched = rows(empty_database, "SELECT to_regclass('schema_migrations')")
    migrate(empty_database, directory)

    assert before == ["0001_step.sql", "0002_step.sql"]
    assert untouched == [(None,)]
    assert check(empty_database, directory) == []


def test_four_runners_at_once_apply_each_file_once(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, FUNCTION, INDEX)

    with ThreadPoolExecutor(4) as runners:
        applied = list(runners.map(lambda _: migrate(empty_database, directory), range(4)))

    assert sorted(map(len, applied)) == [0, 0, 0, 3]
    assert rows(empty_database, "SELECT count(*) FROM shelf") == [(1,)]


def test_a_failing_file_leaves_nothing_and_keeps_those_before_it(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, "CREATE TABLE half (id integer); SELECT 1 / 0;")

    with pytest.raises(MigrationFailed, match=r"0002_step.sql: division by zero"):
        migrate(empty_database, directory)

    assert rows(empty_database, "SELECT to_regclass('half')") == [(None,)]
    assert check(empty_database, directory) == ["0002_step.sql"]


def test_an_applied_file_that_was_edited_is_refused(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE)
    migrate(empty_database, directory)

    write(directory, TABLE + "-- a thought of later", FUNCTION)

    with pytest.raises(MigrationHistoryDiffers, match=r"0001_step.sql was edited"):
        migrate(empty_database, directory)
    assert rows(empty_database, "SELECT number FROM schema_migrations") == [(1,)]


def test_a_database_newer_than_the_release_is_refused(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, FUNCTION)
    migrate(empty_database, directory)

    (directory / "0002_step.sql").unlink()

    with pytest.raises(MigrationHistoryDiffers, match=r"0002_step.sql, which this release does not know"):
        check(empty_database, directory)


def test_a_database_that_left_one_out_is_refused(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE, FUNCTION)
    migrate(empty_database, directory)
    with psycopg.connect(empty_database) as connection:
        connection.execute("DELETE FROM schema_migrations WHERE number = 1")

    with pytest.raises(MigrationHistoryDiffers, match=r"0001_step.sql was left out"):
        migrate(empty_database, directory)


def test_a_runner_does_not_wait_for_ever_for_another(empty_database: str, tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE)

    with psycopg.connect(empty_database) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (0x5355_4131,))

        with pytest.raises(MigrationsBusy):
            migrate(empty_database, directory, wait_s=0.2)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ([], "no migrations"),
        (["0001_log.sql", "0003_calls.sql"], "0003_calls.sql stands where number 0002"),
        (["0001_log.sql", "0001_other.sql"], "0001_other.sql stands where number 0002"),
        (["0002_log.sql"], "0002_log.sql stands where number 0001"),
        (["1_log.sql"], "1_log.sql is not named"),
    ],
)
def test_a_directory_with_gaps_or_odd_names_is_refused(tmp_path: Path, names: list[str], complaint: str) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")

    with pytest.raises(MigrationFilesBroken, match=complaint):
        read_migrations(tmp_path)


def test_a_database_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    directory = write(tmp_path, TABLE)

    with pytest.raises(DatabaseDown):
        migrate(f"host={tmp_path} dbname=nowhere", directory)
