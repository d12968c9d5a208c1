"""The demo builds the portal where it can, says so where it cannot, and goes on in any case."""

import os
from pathlib import Path

import pytest

from app.ops.demo.portal_build import building, built, is_stale

NPM = """#!/bin/sh
echo "$*" >> ../npm.log
[ "$1 $2" = "run build" ] || { mkdir -p node_modules && touch node_modules/.package-lock.json; exit 0; }
[ ! -e ../broken ] || { echo "the page does not compile" >&2; exit 2; }
mkdir -p dist && touch dist/index.html
"""


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources of a page, and a Node and an npm that only pretend."""
    (tmp_path / "portal" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.tsx"):
        (tmp_path / "portal" / name).touch()
    program(tmp_path / "bin", "node", "#!/bin/sh\necho v22.1.0\n")
    program(tmp_path / "bin", "npm", NPM)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "portal"


def steps(portal: Path) -> list[str]:
    log = portal.parent / "npm.log"
    return log.read_text().splitlines() if log.exists() else []


def later(path: Path) -> None:
    """Changed after everything else."""
    newest = max(each.stat().st_mtime for each in path.parents[0].rglob("*"))
    os.utime(path, (newest + 5, newest + 5))


def test_what_is_needed_is_installed_and_the_pages_are_built(portal: Path) -> None:
    assert built(portal) is None
    assert steps(portal) == ["ci --no-audit --no-fund", "run build"]


def test_pages_that_are_newer_than_their_sources_are_not_built_again(portal: Path) -> None:
    built(portal)
    later(portal / "dist" / "index.html")

    assert built(portal) is None
    assert len(steps(portal)) == 2


@pytest.mark.parametrize("source", ["src/main.tsx", "package.json"])
def test_a_changed_source_is_built_anew(portal: Path, source: str) -> None:
    built(portal)
    later(portal / "dist" / "index.html")
    newest = (portal / "dist" / "index.html").stat().st_mtime
    os.utime(portal / source, (newest + 5, newest + 5))

    assert is_stale(portal)
    built(portal)
    assert steps(portal)[2:] == ["run build"]


def test_without_node_the_demo_says_so(portal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(portal))

    assert "Node 20 or newer" in (built(portal) or "")


def test_an_old_node_is_told_by_its_version(portal: Path) -> None:
    program(portal.parent / "bin", "node", "#!/bin/sh\necho v18.19.0\n")

    assert "v18.19.0" in (built(portal) or "")
    assert steps(portal) == []


def test_a_build_that_fails_is_told_with_its_last_words(portal: Path) -> None:
    (portal.parent / "broken").touch()

    told = built(portal) or ""
    assert "npm run build failed" in told
    assert "the page does not compile" in told


def test_an_installation_without_sources_builds_nothing(tmp_path: Path) -> None:
    assert built(tmp_path / "portal") is None


@pytest.mark.parametrize(("wanted", "count"), [(True, 2), (False, 0)])
def test_it_is_left_out_where_nobody_wants_it(portal: Path, wanted: bool, count: int) -> None:
    with building(portal, wanted=wanted) as result:
        assert result.result() is None
    assert len(steps(portal)) == count
