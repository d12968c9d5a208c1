"""`sua people`: erased, handed out, listed, keys wrapped anew; what is refused says so."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.commands.erase_person import PersonUnknown
from app.domain.errors import TenantUnknown
from app.ops import doctor_keys
from app.ops.cli import app
from app.ops.console import FaultFound
from app.ops.people import FolderRefused
from app.settings import Settings
from tests.database import Database
from tests.graphql.world import ANNA, BERT, CONTOSO, World, built

OLD, NEW = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 32))


@pytest.fixture(autouse=True)
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": OLD,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with built(database.writer_dsn) as made:
        yield made


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["people", *map(str, arguments), "--json"], catch_exceptions=True)


def told(*arguments: object) -> list[dict[str, Any]]:
    done = sua(*arguments)
    assert done.exit_code == 0, (done.stderr, done.exception)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def names(database: Database) -> set[str | None]:
    with psycopg.connect(database.owner_dsn) as db:
        found = db.execute("SELECT display_name FROM users WHERE user_id = ANY (%s)", ([ANNA, BERT],)).fetchall()
    return {name for (name,) in found}


def test_a_person_is_erased_and_the_tables_have_followed_when_it_ends(database: Database) -> None:
    first = told("erase", "--tenant", CONTOSO, "--user", ANNA, "--reason", "objected")
    again = told("erase", "--tenant", CONTOSO, "--user", ANNA)

    assert [(each["erased"], each["behind"]) for each in (*first, *again)] == [(1, []), (0, [])]
    assert names(database) == {None, "Bert Tal"}
    (listed,) = told("list")
    assert (listed["tenant"], listed["user"], listed["tables_follow"], listed["final"]) == (
        str(CONTOSO),
        str(ANNA),
        True,
        False,
    )


def test_a_table_that_has_stopped_is_told_and_is_a_fault(database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as db:
        db.execute("UPDATE checkpoints SET stopped_at = position + 1, reason = 'test' WHERE projection = 'users'")

    done = sua("erase", "--tenant", CONTOSO, "--user", ANNA)

    assert isinstance(done.exception, FaultFound)
    assert json.loads(done.stdout)[0]["behind"] == ["users"]
    assert told("list")[0]["tables_follow"] is False


def test_what_is_kept_is_written_into_a_new_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "anna"

    written = told("export", "--tenant", CONTOSO, "--user", ANNA, "--output", folder)
    twice = sua("export", "--tenant", CONTOSO, "--user", ANNA, "--output", folder)

    assert {Path(each["file"]).name for each in written} >= {"person.json", "facts.csv", "users.csv"}
    content = json.loads((folder / "person.json").read_text())
    assert "Anna Berg" in json.dumps(content)
    assert "Bert" not in json.dumps(content)
    assert isinstance(twice.exception, FolderRefused)


def test_who_is_not_known_is_refused(tmp_path: Path) -> None:
    assert isinstance(sua("erase", "--tenant", uuid4(), "--user", ANNA).exception, TenantUnknown)
    assert isinstance(sua("erase", "--tenant", CONTOSO, "--user", uuid4()).exception, PersonUnknown)
    assert isinstance(sua("list", "--tenant", uuid4()).exception, TenantUnknown)


def test_the_master_key_is_replaced_and_an_erasure_is_final_then(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("erase", "--tenant", CONTOSO, "--user", ANNA)
    monkeypatch.setenv("SUA_MASTER_KEY", NEW)
    monkeypatch.setenv("SUA_MASTER_KEY_OLD", OLD)
    monkeypatch.setenv("SUA_MASTER_KEY_EPOCH", "2")
    with pytest.raises(FaultFound, match="rotate-keys"):
        doctor_keys.persons(Settings.load())

    rewrapped = told("rotate-keys")[0]["rewrapped"]

    assert rewrapped > 10
    assert told("rotate-keys") == [{"epoch": 2, "rewrapped": 0}]
    assert told("list")[0]["final"] is False
    monkeypatch.delenv("SUA_MASTER_KEY_OLD")
    assert told("list")[0]["final"] is True
    doctor_keys.persons(Settings.load())


def test_an_erasure_that_is_not_final_after_thirty_days_is_a_fault(database: Database) -> None:
    told("erase", "--tenant", CONTOSO, "--user", ANNA)
    doctor_keys.persons(Settings.load())
    with psycopg.connect(database.owner_dsn) as db:
        db.execute("UPDATE erased_subjects SET erased_at = erased_at - interval '31 days'")
        db.execute("UPDATE subject_keys SET wrapped_at = wrapped_at - interval '40 days'")

    with pytest.raises(FaultFound, match=r"1 erasures .* rotate the master key"):
        doctor_keys.persons(Settings.load())
