"""`sua audit`: the log signed, checked, proven and handed over from the command line."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.clock import SystemClock
from app.domain.events.access import DataExported, ExportFormat, ExportKind
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import access_stream
from app.evidence.notes import Signer
from app.evidence.walking import EvidenceBroken
from app.ops.cli import app
from app.ops.console import FaultFound
from app.settings import SettingsRefused
from tests.database import Database
from tests.evidence.given import NAME, OTHER_SEED, SEED, tell

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_log.py"
PUBLIC = str(Signer(NAME, SEED).public)


@pytest.fixture(autouse=True)
def installed(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {
        "DATABASE_URL": module_database.writer_dsn,
        "DATABASE_READ_URL": module_database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "CHECKPOINT_KEY": base64.b64encode(SEED).decode(),
        "CHECKPOINT_NAME": NAME,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)


@pytest.fixture(scope="module")
def store(module_database: Database) -> Iterator[EventStore]:
    with writer_pool(module_database.writer_dsn) as pool:
        yield EventStore(pool, KeyRing(pool, bytes(range(32))))


@pytest.fixture
def tenant(store: EventStore) -> TenantId:
    """With ten facts, and a checkpoint after the first six."""
    tenant = TenantId(uuid4())
    tell(store, tenant, 6)
    assert sua("checkpoint", "--tenant", tenant).exit_code == 0
    tell(store, tenant, 4)
    return tenant


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments), "--json"])


def rows(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def alerts(result: Result) -> list[str]:
    return [each["detail"] for each in json.loads(result.stdout)]


def spoil(database: Database, tenant: TenantId, position: int) -> None:
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute(
            "UPDATE events SET cause = gen_random_uuid() WHERE tenant_id = %s AND position = %s", (tenant, position)
        )


def test_a_whole_log_is_verified(tenant: TenantId) -> None:
    result = sua("verify", "--tenant", tenant)

    assert (result.exit_code, rows(result)) == (
        0,
        [{"tenant": str(tenant), "facts": 10, "checkpoints": 1, "signed": 6, "first_fault": None, "fault": None}],
    )


def test_a_spoilt_log_is_an_alarm_until_it_is_whole_again(tenant: TenantId, module_database: Database) -> None:
    with psycopg.connect(module_database.owner_dsn) as owner:
        (cause,) = (
            owner.execute("SELECT cause FROM events WHERE tenant_id = %s AND position = 4", (tenant,)).fetchone() or ()
        )
    spoil(module_database, tenant, 4)

    found = sua("verify", "--tenant", tenant)
    told = CliRunner().invoke(app, ["alerts", "--tenant", str(tenant), "--json"])
    with psycopg.connect(module_database.owner_dsn) as owner:
        owner.execute("UPDATE events SET cause = %s WHERE tenant_id = %s AND position = 4", (cause, tenant))
    mended = sua("verify", "--tenant", tenant)
    over = CliRunner().invoke(app, ["alerts", "--tenant", str(tenant), "--json"])

    assert isinstance(found.exception, FaultFound)
    (row,) = rows(found)
    assert (row["first_fault"], row["fault"]) == (4, "the fact is not the one its hash was made of")
    assert alerts(told) == [f"tenant {tenant}, position 4: the fact is not the one its hash was made of"]
    assert (mended.exit_code, alerts(over)) == (0, [])


def test_only_the_key_that_was_given_counts(tenant: TenantId, tmp_path: Path) -> None:
    other = str(Signer(NAME, OTHER_SEED).public)

    by_own, by_other = (sua("verify", "--tenant", tenant, "--public-key", key) for key in (PUBLIC, other))

    assert by_own.exit_code == 0
    assert isinstance(by_other.exception, FaultFound)
    sua("verify", "--tenant", tenant)


def test_a_note_that_was_kept_is_compared(tenant: TenantId, module_database: Database, tmp_path: Path) -> None:
    (row,) = rows(sua("checkpoint", "--tenant", tenant))
    note = tmp_path / "note.txt"
    note.write_text(row["note"])
    with psycopg.connect(module_database.owner_dsn) as owner:
        owner.execute("DELETE FROM signed_checkpoints WHERE tenant_id = %s AND size = 10", (tenant,))
        owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > 7", (tenant,))
        owner.execute("UPDATE tenant_heads SET position = 7 WHERE tenant_id = %s", (tenant,))

    without, compared = sua("verify", "--tenant", tenant), sua("verify", "--tenant", tenant, "--checkpoint", note)

    assert without.exit_code == 0
    assert rows(compared)[0]["first_fault"] == 8


def test_a_checkpoint_is_not_taken_of_a_spoilt_log_nor_without_a_key(
    tenant: TenantId, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(module_database, tenant, 8)
    broken = sua("checkpoint", "--tenant", tenant)
    monkeypatch.delenv("SUA_CHECKPOINT_KEY")

    assert isinstance(broken.exception, EvidenceBroken)
    assert isinstance(sua("checkpoint", "--tenant", tenant).exception, SettingsRefused)


def test_proofs_go_to_a_file_that_the_public_key_alone_opens(tenant: TenantId, tmp_path: Path) -> None:
    fact, continued = tmp_path / "fact.tlog-proof", tmp_path / "continued.txt"
    sua("checkpoint", "--tenant", tenant)

    proven = sua("prove", "--tenant", tenant, "--position", 9, "--output", fact)
    consistent = sua("prove", "--tenant", tenant, "--from", 6, "--to", 10, "--output", continued)

    assert (proven.exit_code, consistent.exit_code) == (0, 0)
    for what, file in (("inclusion", fact), ("consistency", continued)):
        command = [sys.executable, "-I", str(VERIFIER), what, str(file), "--public-key", PUBLIC]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert json.loads(proven.stdout)["proof"] == fact.read_text()


def test_what_no_checkpoint_covers_cannot_be_proven(tenant: TenantId) -> None:
    for asked in (("--position", 7), ("--position", 99), ("--from", 5), ("--from", 6, "--to", 9)):
        assert getattr(sua("prove", "--tenant", tenant, *asked).exception, "code", None) == "NOT_PROVABLE"
    assert sua("prove", "--tenant", tenant).exit_code == 2
    assert getattr(sua("verify", "--tenant", uuid4()).exception, "code", None) == "NOT_FOUND"


def test_an_export_is_a_fact_covered_by_its_own_checkpoint(tenant: TenantId, store: EventStore, tmp_path: Path) -> None:
    target = tmp_path / "contoso.zip"

    result = sua("export", "--tenant", tenant, "--output", target)
    again = sua("export", "--tenant", tenant, "--output", target)

    assert rows(result) == [{"output": str(target), "facts": 11, "checkpoints": 2, "signed": 11}]
    assert getattr(again.exception, "code", None) == "EXPORT_REFUSED"
    today = SystemClock().now().date()
    found = [fact for day in (-1, 0) for fact in store.load(tenant, access_stream(today + timedelta(days=day)))[0]]
    assert [(each.kind, each.format, each.position) for each in found if isinstance(each, DataExported)] == [
        (ExportKind.LOG, ExportFormat.JSONL, 10)
    ]
    assert rows(sua("verify", "--export", target, "--public-key", PUBLIC))[0]["facts"] == 11
    assert rows(sua("verify", "--export", target))[0]["first_fault"] is None


def test_a_new_key_is_one_that_signs(monkeypatch: pytest.MonkeyPatch, tenant: TenantId) -> None:
    made = json.loads(sua("key").stdout)

    monkeypatch.setenv("SUA_CHECKPOINT_KEY", made["private"])
    monkeypatch.setenv("SUA_CHECKPOINT_PUBLIC_KEYS", PUBLIC)

    assert rows(sua("checkpoint", "--tenant", tenant))[0]["size"] == 10
    assert sua("verify", "--tenant", tenant).exit_code == 0
    assert sua("verify", "--tenant", tenant, "--public-key", made["public"], "--public-key", PUBLIC).exit_code == 0
    assert made["public"].startswith(f"{NAME}+")


def test_the_doctor_tells_of_a_log_that_is_not_what_was_signed(tenant: TenantId, module_database: Database) -> None:
    def evidence() -> str | None:
        found = CliRunner().invoke(app, ["doctor", "--json"]).stdout
        fault: str | None = {each["test"]: each["fault"] for each in json.loads(found)["findings"]}["evidence"]
        return fault

    spoil(module_database, tenant, 3)

    assert f"tenant {tenant}, position 3: the fact is not the one its hash was made of" in (evidence() or "")
