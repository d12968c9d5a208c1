"""Builds the portal's pages beside the demo's days, where Node is there to do it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

NODE_MIN = 20
_SECONDS = 600
_TOLD_LINES = 8
_LEFT_OUT = {"node_modules", "dist", "e2e"}


@contextmanager
def building(portal: Path, *, wanted: bool) -> Iterator[Future[str | None]]:
    """`portal`: the folder of its sources. The result says why there are no new pages; None: all is as it should be."""
    with ThreadPoolExecutor(1, thread_name_prefix="portal") as threads:
        yield threads.submit(lambda: built(portal) if wanted else None)


def built(portal: Path) -> str | None:
    """Build where sources are newer than pages. What goes wrong is told and never raised: the API needs no pages."""
    if not (portal / "package.json").is_file() or not is_stale(portal):
        return None
    missing = _node_missing()
    if missing is not None:
        return missing
    steps = [["npm", "run", "build"]]
    if _is_newer(portal / "package-lock.json", portal / "node_modules" / ".package-lock.json"):
        steps.insert(0, ["npm", "ci", "--no-audit", "--no-fund"])
    for step in steps:
        fault = _run(step, portal)
        if fault is not None:
            return fault
    return None


def is_stale(portal: Path) -> bool:
    """Whether something the pages are made from is newer than they are."""
    page = portal / "dist" / "index.html"
    return any(_is_newer(source, page) for source in _sources(portal))


def _sources(portal: Path) -> Iterator[Path]:
    yield portal.parent / "app" / "graphql" / "schema.graphql"
    for place in portal.iterdir():
        if place.is_file():
            yield place
        elif place.name not in _LEFT_OUT:
            yield from (path for path in place.rglob("*") if path.is_file() and path.parent.name != "gql")


def _is_newer(source: Path, than: Path) -> bool:
    if not source.exists():
        return False
    return not than.exists() or source.stat().st_mtime > than.stat().st_mtime


def _node_missing() -> str | None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return f"The portal is not built: that needs Node {NODE_MIN} or newer with npm. Everything else is here."
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)\.", said)
    if version is None or int(version[1]) < NODE_MIN:
        return f"The portal is not built: Node is {said or 'broken'}, and {NODE_MIN} or newer is needed."
    return None


def _run(step: list[str], portal: Path) -> str | None:
    try:
        done = subprocess.run(step, cwd=portal, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"The portal is not built: {' '.join(step)} took more than {_SECONDS} s."
    if done.returncode == 0:
        return None
    told = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_TOLD_LINES:])
    return f"The portal is not built: {' '.join(step)} failed.\n{told}"
