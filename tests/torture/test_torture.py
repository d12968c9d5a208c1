"""The torture is survived, and its harness sees a fault where there is one."""

import ast
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from graphql import build_schema, parse, validate
from psycopg.conninfo import make_conninfo

from tests.conftest import REQUIRED
from tests.database import Database
from tests.journeys.processes import ROOT, Installation, free_port, variables
from tests.torture import load, pins, proofs
from tests.torture.plan import PROFILES, WEIGHTS, struck
from tests.torture.run import has_stopped, signed
from tests.torture.wire import through, wired

SMOKE = PROFILES["smoke"]
SEED = 20

CHECKED = (
    "calls",
    "checkpoints kept outside while things were struck",
    "checkpoints proven to be continued",
    "facts proven offline",
    "leaves",
    "logs verified offline",
    "pinned answers",
    "tenants' tables rebuilt and compared",
)
"""What a torture that compared nothing would not say."""

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None and not REQUIRED, reason="there is no Redis to run and kill"
)


@pytest.mark.slow
@pytest.mark.by_itself
@pytest.mark.timeout(900)
@needs_redis
def test_everything_struck_down_at_random_loses_nothing_doubles_nothing_and_mixes_nothing() -> None:
    done = _tortured()

    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "lost 0 twice 0 leaked 0" in done.stdout
    for checked in CHECKED:
        assert re.search(rf"checked +[1-9]\d*  {re.escape(checked)}$", done.stdout, re.MULTILINE), checked
    for what in WEIGHTS:
        assert re.search(rf"survived +[1-9]\d*  {re.escape(what)}$", done.stdout, re.MULTILINE), what


@pytest.mark.slow
@pytest.mark.by_itself
@pytest.mark.nightly
@pytest.mark.timeout(900)
@needs_redis
@pytest.mark.parametrize(
    ("mutant", "seen"),
    [
        ("ack_before_persist", r"notification of \S+ was acknowledged and is not stored"),
        ("blind_retry", r"twice [1-9]"),
        ("checkpoint_apart", r"the tables are not those of the log|something due"),
        ("wrong_tenant", r"leaked [1-9]"),
        ("open_door", r"was told .* of "),
        ("part_of_a_page", r"licences read at .* differ"),
        ("bare_leaf", r"the leaf at position \d+ is not that of its row"),
        ("other_tree", r"verified offline \((export|inclusion|consistency)\): DISAGREES"),
    ],
)
def test_a_fault_in_sua_is_seen(mutant: str, seen: str) -> None:
    done = _tortured("--mutant", mutant)

    assert done.returncode == 1, done.stdout + done.stderr[-3000:]
    assert "Error in sitecustomize" not in done.stderr
    assert re.search(seen, done.stdout), done.stdout


def test_the_strokes_follow_from_the_seed_and_every_sort_comes() -> None:
    strokes = struck(SMOKE, SEED)

    assert strokes == struck(SMOKE, SEED)
    assert strokes != struck(SMOKE, SEED + 1)
    assert {stroke.what for stroke in strokes} == set(WEIGHTS)
    assert max(stroke.at_s for stroke in strokes) <= SMOKE.seconds


@pytest.mark.parametrize(("where", "stored"), [("after", 1), ("before", 0)])
def test_a_connection_is_cut_on_the_side_of_the_commit_it_was_meant_for(
    database: Database, where: str, stored: int
) -> None:
    with wired(database.owner_dsn) as wire, psycopg.connect(through(wire, database.owner_dsn)) as db:
        db.execute("CREATE TABLE shelf (id integer)")
        db.commit()
        wire.arm(where)
        db.execute("INSERT INTO shelf VALUES (1)")

        with pytest.raises(psycopg.OperationalError):
            db.commit()

        assert wire.cuts[where] == 1
        with psycopg.connect(database.owner_dsn) as beside:
            assert beside.execute("SELECT count(*) FROM shelf").fetchone() == (stored,)


def test_a_connection_armed_for_an_append_outlives_other_commits(database: Database) -> None:
    with wired(database.owner_dsn) as wire, psycopg.connect(through(wire, database.owner_dsn)) as db:
        db.execute("CREATE TEMPORARY TABLE events (id integer)")
        wire.arm("append")
        db.commit()
        db.execute("SELECT 1")
        db.commit()
        db.execute("INSERT INTO events VALUES (1)")

        with pytest.raises(psycopg.OperationalError):
            db.commit()

        assert wire.cuts == {"append": 1}


def test_a_table_that_has_stopped_is_told(database: Database) -> None:
    assert not has_stopped(database)
    with psycopg.connect(database.owner_dsn) as db:
        db.execute(
            "INSERT INTO checkpoints (projection, tenant_id, position, version, stopped_at, reason)"
            " VALUES ('calls', gen_random_uuid(), 0, 1, 1, 'why')"
        )

    assert has_stopped(database)


@pytest.mark.parametrize("question", [load.QUESTION, pins.QUESTION])
def test_the_questions_are_ones_the_door_takes(question: str) -> None:
    contract = build_schema((ROOT / "app/graphql/schema.graphql").read_text())

    assert validate(contract, parse(question)) == []


def test_a_signing_that_finds_the_database_away_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(proofs, "EVERY_S", 0)
    away = make_conninfo(database.writer_dsn, host="127.0.0.1", port=free_port())
    settings = {"database_url": away, "database_read_url": away, "checkpoint_key": proofs.new_key("away")[0]}
    sua = Installation(variables(settings), 0, tmp_path)
    over = threading.Event()

    def start() -> "subprocess.Popen[str]":
        over.set()
        return signed(sua)

    auditor = proofs.Auditor(database.owner_dsn, "", start)
    auditor.sign(over, SEED)

    assert auditor.changed == []
    assert auditor.answers == {"signing refused for the moment": 1}


ORACLES = ("leaves", "load", "pins", "plan", "proofs")


def test_the_oracles_import_nothing_of_sua() -> None:
    """Neither themselves nor by way of one another."""
    allowed = {f"tests.torture.{name}" for name in ORACLES} | {"tests.soak.oracle", "tests.soak.plan"}

    for name in ORACLES:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        plain = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
        ours = {module for module in froms | plain if module.split(".")[0] in ("app", "tests")}
        assert ours <= allowed, name


def _tortured(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.torture", "--profile", "smoke", "--seed", str(SEED), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
