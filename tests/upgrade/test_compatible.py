"""The version that runs while a migration is applied goes on running after it: nothing it uses is taken away."""

import re
from pathlib import Path

import psycopg
import pytest

from app.ops.migrate import MIGRATIONS, migrate, read_migrations
from tests.database import Database
from tests.upgrade.catalogue import used
from tests.upgrade.past import NEWEST, first
from tests.upgrade.statements import split

TAKEN_AWAY: dict[int, dict[tuple[str, ...], str]] = {}
"""What a migration may take away, and why the code before it did not use it (any more)."""

EMPTIED = {
    13: "states of access are read anew from the log: the sweeper rings for a table without checkpoints",
    18: "users, units and tenants gain columns that only the log can fill: read anew, within a minute of the start",
}
"""Migrations that empty tables. Until the log is read again, questions about them find nothing."""

LOCKING = re.compile(
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)\S+\s+ON\s+(ONLY\s+)?(?P<table>\w+)"
    r"|\bALTER\s+TABLE\s+(IF\s+EXISTS\s+)?(?P<altered>\w+)[^;]*"
    r"(\bSET\s+NOT\s+NULL|\bTYPE\b|\bADD\s+CONSTRAINT\s+\w+\s+(CHECK|UNIQUE|PRIMARY|EXCLUDE|FOREIGN))",
    re.IGNORECASE,
)
"""Statements that read a whole table while nobody may write to it."""

BRIEFLY = {
    (10, "inbox"): "holds what is not fetched yet and is emptied as it is",
    (13, "tenants"): "one row a customer and state",
    (15, "inbox"): "holds what is not fetched yet and is emptied as it is",
}


def test_no_migration_takes_away_what_the_version_before_it_uses(empty_database: str, tmp_path: Path) -> None:
    taken: dict[int, set[tuple[str, ...]]] = {}
    migrate(empty_database, first(1, tmp_path))
    before = used(empty_database)
    for number in range(2, NEWEST + 1):
        migrate(empty_database, first(number, tmp_path))
        after = used(empty_database)
        gone = {each for each in before - after if each[0] != "required"}
        # A unique key of an old table refuses rows that its old code writes; a column without default, all of them.
        asked = {each for each in after - before if each[0] in ("required", "unique") and _is_old(each, before)}
        if gone | asked:
            taken[number] = gone | asked
        before = after

    assert taken == {number: set(reasons) for number, reasons in TAKEN_AWAY.items()}


def test_only_those_known_to_empty_a_table_or_delete_rows_do() -> None:
    emptying = re.compile(r"(\s|--[^\n]*\n)*(TRUNCATE|DELETE\s+FROM|DROP\s+TABLE)\b", re.IGNORECASE)

    found = {
        each.number
        for each in read_migrations(MIGRATIONS)
        if any(emptying.match(statement) for statement in split(each.body.decode()))
    }

    assert found == set(EMPTIED)


def test_no_table_that_grows_is_locked_for_as_long_as_it_takes_to_read_it() -> None:
    born: dict[str, int] = {}
    found = set()
    for each in read_migrations(MIGRATIONS):
        body = each.body.decode()
        born |= dict.fromkeys(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", body), each.number)
        for match in LOCKING.finditer(body):
            table = match["table"] or match["altered"]
            if born.get(table) != each.number:
                found.add((each.number, table))

    assert found == set(BRIEFLY)


def test_one_that_runs_without_a_transaction_is_one_statement_that_may_be_repeated() -> None:
    alone = re.compile(
        r"(CREATE (UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS|DROP INDEX CONCURRENTLY IF EXISTS)\b[^;]*;?\s*"
    )

    for each in read_migrations(MIGRATIONS):
        if not each.transactional:
            said = re.sub(r"--[^\n]*\n", "", each.body.decode()).strip()
            assert alone.fullmatch(said), each.name


@pytest.mark.parametrize(
    ("change", "sort"),
    [
        ("ALTER TABLE inbox DROP COLUMN reason", "column"),
        ("ALTER TABLE inbox RENAME COLUMN reason TO why", "column"),
        ("ALTER TABLE inbox ALTER COLUMN attempts TYPE bigint", "column"),
        ("ALTER TABLE inbox ADD COLUMN weight integer NOT NULL", "required"),
        ("ALTER TABLE inbox RENAME TO letters", "right"),
        ("REVOKE DELETE ON inbox FROM sua_writer", "right"),
        ("ALTER TABLE inbox DROP CONSTRAINT inbox_pkey", "unique"),
        ("DROP FUNCTION tenant_stays", "function"),
    ],
)
def test_each_way_of_taking_away_is_seen(database: Database, change: str, sort: str) -> None:
    before = used(database.owner_dsn)
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute(change.encode())

    changed = used(database.owner_dsn) ^ before

    assert sort in {each[0] for each in changed}


def _is_old(what: tuple[str, ...], before: set[tuple[str, ...]]) -> bool:
    """Whether it is of a table that was there before."""
    return any(each[0] == "column" and each[1] == what[1] for each in before)
