"""Rules about the sources themselves."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
LONGEST = 300
PRESENT = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime", "time.strftime"}
PRESENT |= {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv", "os.unsetenv"}


def sources() -> list[Path]:
    return sorted(path for path in APP.rglob("*.py") if APP / "simulator" not in path.parents)


def readings(text: str, forbidden: set[str]) -> Iterator[str]:
    """Where a source names one of the `forbidden` dotted names, however it was imported."""
    tree = ast.parse(text)
    meaning: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meaning |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                meaning[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if f"{node.module}.{alias.name}" in forbidden:
                    yield f"{node.lineno}: {node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            first, _, rest = name.partition(".")
            full = f"{meaning.get(first, first)}.{rest}".removeprefix("datetime.")
            if full in forbidden or f"datetime.{full}" in forbidden:
                yield f"{node.lineno}: {name}"


def offenders(forbidden: set[str], allowed: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{where}"
        for path in sources()
        if path != APP / allowed
        for where in readings(path.read_text(), forbidden)
    ]


def test_only_the_clock_reads_the_time() -> None:
    """How long something takes (monotonic, perf_counter) is not the time."""
    assert offenders(PRESENT, "clock.py") == []


def test_only_the_settings_read_the_environment() -> None:
    assert offenders(ENVIRONMENT, "settings.py") == []


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.time()",
        "import time as clock\nclock.time_ns()",
        "from time import time\ntime()",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now()",
        "import datetime as dt\ndt.date.today()",
        "from datetime import date as day\nday.today()",
        "import os\nos.environ['HOME']",
        "from os import getenv\ngetenv('HOME')",
    ],
)
def test_the_rule_sees_through_names_of_import(text: str) -> None:
    assert len(list(readings(text, PRESENT | ENVIRONMENT))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from time import sleep, monotonic\nmonotonic()",
        "def f(desk): return desk.now()",
        "import os\nos.getpid()",
        "from datetime import datetime\ndatetime.fromisoformat('2026-01-01')",
    ],
)
def test_the_rule_lets_other_names_pass(text: str) -> None:
    assert list(readings(text, PRESENT | ENVIRONMENT)) == []


def lost_values(text: str) -> Iterator[str]:
    """Members of enumerations whose value is an empty tuple: Python 3.11.0 to 3.11.2 give them another."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
            for each in node.body:
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Tuple) and not each.value.elts:
                    yield f"{each.lineno}: {node.name}.{ast.unparse(each.targets[0])}"


def test_values_of_enumerations_are_the_same_on_every_python() -> None:
    assert [f"{path.relative_to(ROOT)}:{each}" for path in sources() for each in lost_values(path.read_text())] == []
    assert list(lost_values("class Way(Enum):\n    STEADY = ()\n    ODD = (1,)")) == ["2: Way.STEADY"]


def test_no_file_is_too_long_to_be_about_one_subject() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in APP.rglob("*.py")}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_projection_is_kept_apart_from_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    apart = next(contract["modules"] for contract in contracts if contract["id"] == "projections-apart")
    tables = {
        f"app.projections.{path.stem}"
        for path in (APP / "projections").glob("*.py")
        if re.search(r"^def project\(", path.read_text(), re.MULTILINE)
    }

    assert tables - set(apart) == set()


def test_no_file_names_a_place_packages_come_from() -> None:
    """Which index to use is the business of the machine, not of the project."""
    hosts = re.compile(rb"pypi\.org|pythonhosted\.org", re.IGNORECASE)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]

    assert [str(path) for path in files if path.is_file() and hosts.search(path.read_bytes())] == []
