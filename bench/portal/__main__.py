"""`python -m bench.portal`: how fast the portal's screens are in Chromium at 10,000 seats; exit 1 if one falls short.

`portal/e2e/speed.mjs` takes the times, on a demo of its own. Told are medians: of starts with nothing in the browser
yet, and of changes by the navigation to a screen that was visited before, each screen's and all screens' together.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

import msgspec

from bench.figure import Figure

SEATS = 10_000
INTERACTIVE_MS = 1_500
CHANGE_MS = 200

_ROOT = Path(__file__).parents[2]
_SPEED = _ROOT / "portal" / "e2e" / "speed.mjs"


def main() -> int:
    reading = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    reading.add_argument("--users", type=int, default=6_200, help="of the customer; each holds 1.67 seats or so")
    reading.add_argument("--days", type=int, default=31, help="days that pass before")
    terms = reading.parse_args()
    if not (_ROOT / "portal" / "dist" / "index.html").is_file():
        print("the portal is not built: make portal", file=sys.stderr)
        return 2
    all_ok = True
    for figure in told(_taken(terms.users, terms.days)):
        print(figure, flush=True)
        all_ok = all_ok and figure.ok
    return 0 if all_ok else 1


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds as `speed.mjs` prints them: of each cold start, and of each change, by the screen it led to."""

    seats: int
    interactive: list[float]
    whole: list[float]
    changes: dict[str, list[float]]


def told(taken: Taken) -> Iterator[Figure]:
    middles = {screen: median(times) for screen, times in taken.changes.items()}
    yield Figure.at_least("portal_seats", taken.seats, "seats", SEATS)
    yield Figure.at_most("portal_interactive", median(taken.interactive), "ms", INTERACTIVE_MS)
    yield Figure.at_least("portal_overview_whole", median(taken.whole), "ms", 0)
    for screen, middle in middles.items():
        yield Figure.at_most(f"portal_change_to_{screen}", middle, "ms", CHANGE_MS)
    every = chain.from_iterable(taken.changes.values())
    yield Figure.at_most("portal_change_median", median(every), "ms", CHANGE_MS)
    yield Figure.at_most("portal_change_worst_screen", max(middles.values()), "ms", CHANGE_MS)


def _taken(users: int, days: int) -> Taken:
    ran = subprocess.run(
        ["node", str(_SPEED), str(users), str(days)], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return msgspec.json.decode(ran.stdout, type=Taken)


if __name__ == "__main__":
    sys.exit(main())
