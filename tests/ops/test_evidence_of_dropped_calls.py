"""Who called whom was dropped by rule, and every proof over the log still holds, by SUA and by the verifier alone."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.domain.events.retention import CallDetailDropped
from app.domain.retention import CALL_DETAIL
from app.evidence.notes import Signer
from app.ops.cli import app
from app.people.retention import carry_out
from tests.database import Database
from tests.evidence.given import NAME, SEED
from tests.people.called import TENANT_ID, Called, planted

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_log.py"
PUBLIC = str(Signer(NAME, SEED).public)


@pytest.fixture
def called(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Called]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "CHECKPOINT_KEY": base64.b64encode(SEED).decode(),
        "CHECKPOINT_NAME": NAME,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


def sua(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["audit", *map(str, arguments), "--tenant", str(TENANT_ID), "--json"])
    assert result.exit_code == 0, result.exception
    return result


def offline(what: str, path: Path, *more: str) -> str:
    command = [sys.executable, "-I", str(VERIFIER), what, str(path), "--public-key", PUBLIC, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def dropped(called: Called) -> None:
    assert carry_out(called.world.pool, called.desk, TENANT_ID) == ["2026-07", "2026-08"]
    called.tabulate()


def position_of(called: Called, names: list[str]) -> int:
    """Of the first such fact."""
    with psycopg.connect(called.owner_dsn) as db:
        (found,) = db.execute("SELECT min(position) FROM events WHERE name = ANY (%s)", (names,)).fetchone() or (0,)
    return int(found)


def verified() -> dict[str, Any]:
    (row,) = json.loads(sua("verify").stdout)
    return {name: row[name] for name in ("facts", "signed", "fault")}


def test_a_log_is_verified_before_and_after_with_the_checkpoint_of_before(called: Called, tmp_path: Path) -> None:
    (before,) = json.loads(sua("checkpoint").stdout)
    (kept := tmp_path / "before.note").write_text(before["note"], encoding="utf-8")
    dropped(called)

    assert verified() == {"facts": before["size"] + 2, "signed": before["size"], "fault": None}
    (after,) = json.loads(sua("checkpoint").stdout)
    assert verified() == {"facts": after["size"], "signed": after["size"], "fault": None}
    sua("verify", "--checkpoint", kept)
    sua("prove", "--from", before["size"], "--to", after["size"], "--output", tmp_path / "continued")
    assert "continues that of size" in offline("consistency", tmp_path / "continued")


def test_an_export_of_after_agrees_offline_with_the_checkpoint_of_before(called: Called, tmp_path: Path) -> None:
    (before,) = json.loads(sua("checkpoint").stdout)
    (kept := tmp_path / "before.note").write_text(before["note"], encoding="utf-8")
    dropped(called)

    sua("export", "--output", tmp_path / "log")

    told = offline("export", tmp_path / "log", "--checkpoint", str(kept))
    head = called.store.head(TENANT_ID)
    assert told == f"agrees: {head} facts of {TENANT_ID} agree with 3 checkpoints, the last of size {head}\n"
    names = [json.loads(line)["name"] for line in (tmp_path / "log" / "log.jsonl").read_text().splitlines()]
    assert names.count(CallDetailDropped.name) == 2


def test_the_fact_of_a_call_that_names_nobody_any_more_is_proven_to_be_in_the_log(
    called: Called, tmp_path: Path
) -> None:
    position = position_of(called, [fact.name for fact in CALL_DETAIL])
    dropped(called)
    sua("checkpoint")

    for nth in (position, position_of(called, [CallDetailDropped.name])):
        sua("prove", "--position", nth, "--output", tmp_path / f"{nth}")

        assert f"position {nth} of {TENANT_ID}" in offline("inclusion", tmp_path / f"{nth}")
