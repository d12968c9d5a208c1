"""How tests are run here: few examples of property tests, the same ones every time, and no fixtures of a database."""

import resource
from typing import Any

LONGEST_S = 60
"""CPU seconds. A mutant under which its tests take longer never ends: it is noticed. Of the processor, not of the
clock, so that a busy machine makes no difference."""

WAITED_S = 900.0
"""For those that sleep."""

UNMADE = 70
"""Exit code: the mutant could not be made, for its file is no longer what it was."""

_LARGEST = 4 << 30

QUICK = ("-k", "not in_an_instant")
"""Not the tests that count time: a tracer, or several at once, would fail them."""

WITHOUT_DATABASE = (
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "-q",
    "-W",
    "ignore",
    "-o",
    "timeout=0",
    "-m",
    "not slow",
    *QUICK,
)


class Unaided:
    """A pytest plugin that leaves out tests asking for fixtures of a conftest, which is where databases come from."""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if not _lacking(item)]


def _lacking(item: Any) -> bool:
    """Does it ask for a fixture that is not there, with --noconftest?"""
    found = item._fixtureinfo.name2fixturedefs
    given = getattr(getattr(item, "callspec", None), "params", {})
    return any(name not in found and name not in given and name != "request" for name in item.fixturenames)


def bound() -> None:
    """Bound this process' time and memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_LARGEST, _LARGEST))
