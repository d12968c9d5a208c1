"""`python -m tests.soak`: simulated days of many tenants under all faults at once; nothing lost, twice or leaked."""

import argparse
import random
import sys
import time

from tests.soak.faults import CALLS
from tests.soak.machines import machines
from tests.soak.plan import Size, planned
from tests.soak.run import BEGINS_AT, Soak
from tests.soak.verdict import judged, table

TENANTS, DAYS, MINUTES = 50, 10, 15.0


def main() -> int:
    asked = _arguments()
    size = Size(asked.seed, asked.tenants, asked.days)
    again = f"--tenants {size.tenants} --days {size.days} --seed {size.seed}"
    say(f"soak {again}")
    try:
        with machines(size, BEGINS_AT, CALLS) as running:
            soak = Soak(planned(size), running, say)
            soak.live(60 * asked.minutes)
            soak.calm_down()
            found = judged(soak)
    except Exception as error:
        say(f"FAILED, seed {size.seed}: {type(error).__name__}")
        raise
    print(table(soak, found))
    for difference in found.all[1:20]:
        print(f"also: {difference}")
    print(f"seed {size.seed}: {'FAILED' if found.all else 'passed'} (python -m tests.soak {again})")
    return 1 if found.all else 0


_BEGAN = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGAN:6.1f} s] {text}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--tenants", type=int, default=TENANTS)
    parser.add_argument(
        "--days", type=int, default=DAYS, help="simulated, under faults; more than one calm one follows"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="of the companies and the plan")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="after so many no hour under faults begins")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
