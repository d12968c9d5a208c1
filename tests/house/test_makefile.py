"""The commands of a newcomer, without running what they install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.lock", "bootstrap.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-s", *arguments], cwd=directory, capture_output=True, text=True, check=False)


def stamp(directory: Path) -> str:
    """Name of the file that says the installation is as the locks want it."""
    return make(directory, "-n", "setup").stdout.split()[-1]


def test_every_promised_command_is_there(checkout: Path) -> None:
    listed = [line.split()[1] for line in make(checkout, "help").stdout.splitlines()]

    assert listed == [
        "setup",
        "demo",
        "portal",
        "portal-check",
        "portal-e2e",
        "screenshots",
        "test",
        "test-slow",
        "check",
        "conformance",
        "clients",
        "fuzz",
        "bench",
        "bench-graphql",
        "bench-portal",
        "soak",
        "torture",
        "mutation",
        "lock",
        "clean",
        "help",
    ]


def test_an_interpreter_that_is_too_old_is_told_in_one_line(checkout: Path) -> None:
    done = make(checkout, "setup", "PYTHON=false")

    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == "SUA needs Python 3.11 or newer; name one with: make setup PYTHON=python3.11"
    assert not (checkout / ".venv").exists()


def test_a_change_of_a_lock_asks_for_a_new_installation(checkout: Path) -> None:
    before = stamp(checkout)
    again = stamp(checkout)

    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# one byte more\n")
    after = stamp(checkout)

    assert before == again
    assert before != after


def test_the_run_of_everything_checks_and_tests_and_demands_its_services() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert "export SUA_TEST_REQUIRE_SERVICES=1" in script
    assert "make check" in script
    assert "make test" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
