"""`python -m tests.torture`: everything SUA runs on is struck down again and again; nothing lost, twice or leaked."""

import argparse
import random
import sys
import time
from pathlib import Path

from tests.soak.verdict import table
from tests.torture.disk import disk_full
from tests.torture.plan import PROFILES
from tests.torture.run import prepared

MUTANTS = Path(__file__).parent / "mutants"


def main() -> int:
    asked = _arguments()
    again = f"python -m tests.torture --profile {asked.profile} --seed {asked.seed}"
    say(again)
    mutant = MUTANTS / asked.mutant if asked.mutant else None
    try:
        with prepared(PROFILES[asked.profile], asked.seed, say, mutant) as torture:
            found = torture.endure()
            skipped = disk_full(torture.machines.simulator, torture.machines.broker.url, found, torture.survived)
    except Exception as error:
        say(f"FAILED, seed {asked.seed}: {type(error).__name__}")
        raise
    print(table(torture, found))
    for difference in found.all[1:20]:
        print(f"also: {difference}")
    if skipped:
        print(f"skipped   {skipped}")
    print(f"seed {asked.seed}: {'FAILED' if found.all else 'passed'} ({again})")
    return 1 if found.all else 0


_BEGAN = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGAN:6.1f} s] {text}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--profile", choices=list(PROFILES), default="standard")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="of the companies and the strokes"
    )
    known = sorted(path.name for path in MUTANTS.iterdir() if path.is_dir() and not path.name.startswith("_"))
    parser.add_argument("--mutant", choices=known, help="run a SUA with this fault in it, which must be found")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
