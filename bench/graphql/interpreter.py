"""The Python that SUA is measured with: the fastest of this machine.

PostGraphile runs on node's release build. A Python compiled without profile-guided optimisation, as version managers
do by default, takes a fifth more for the same work than those SUA is run with: an operating system's own, or that of
the official images.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.graphql.systems import RIVAL, ROOT

_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3")
_OTHERS_LEAST = 1.1
"""So much faster another one has to be, for it needs the packages installed."""

_TRIES = 5
_TIMEOUT_S = 300.0
_WORK = """
import sys, time
assert sys.version_info >= (3, 11)
class Row:
    def __init__(self, name, value): self.name, self.value = name, value
    def told(self): return {"name": self.name, "value": str(self.value)}
def work():
    began = time.perf_counter()
    for nth in range(30_000): Row(f"row {nth}", nth).told()
    return time.perf_counter() - began
print(min(work() for _ in range(5)))
"""


class NoPackages(RuntimeError):
    """SUA's packages cannot be installed for the interpreter that was named."""


def chosen(named: Path | None) -> Path:
    """The one named, or the fastest, with SUA's packages. Raises NoPackages for the one named."""
    if named is None:
        return _fastest()
    found = _with_packages(named)
    if found is None:
        raise NoPackages(f"SUA's packages cannot be installed for {named}.")
    return found


def version_of(python: Path) -> str:
    return (_ran([str(python), "-c", "import sys; print(sys.version)"]) or "of unknown version").strip()


def _fastest() -> Path:
    """This one, unless another is clearly faster and the packages can be installed for it."""
    own = Path(sys.executable)
    took = {own.resolve(): _seconds(own) or float("inf")}
    best, by = own, took[own.resolve()] / _OTHERS_LEAST
    for each in _found():
        if each.resolve() in took:
            continue
        seconds = took[each.resolve()] = _seconds(each) or float("inf")
        if seconds < by:
            best, by = each, seconds
    found = own if best is own else _with_packages(best)
    if found is None:
        print(f"{best} is faster, but SUA's packages cannot be installed for it", file=sys.stderr)
    return found or own


def _found() -> Iterator[Path]:
    for folder in dict.fromkeys([*os.get_exec_path(), "/usr/local/bin", "/usr/bin"]):
        for name in _NAMES:
            found = shutil.which(name, path=folder)
            if found is not None:
                yield Path(found)


def _seconds(python: Path) -> float | None:
    """How long a little of what Python does all day takes it; None: it is none for SUA."""
    took = [_ran([str(python), "-I", "-c", _WORK]) for _ in range(_TRIES)]
    return min((float(each) for each in took if each), default=None)


def _with_packages(python: Path) -> Path | None:
    """Beside the benchmark's other packages, of the same versions as ever; None: they do not come."""
    folder = RIVAL / ".venv"
    uv = str(Path(sys.executable).parent / "uv")
    lock = ["--python", str(folder / "bin" / "python"), "--require-hashes", str(ROOT / "runtime.lock")]
    if _ran([uv, "venv", "-q", "--clear", "--python", str(python), str(folder)]) is None:
        return None
    return None if _ran([uv, "pip", "sync", "-q", *lock]) is None else folder / "bin" / "python"


def _ran(command: list[str]) -> str | None:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S).stdout
    except (OSError, subprocess.SubprocessError):
        return None
