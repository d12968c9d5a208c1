"""`python -m bench [NAME...]`: measure, one line a figure; exit 1 if one falls short of its target.

A measurement is a module here with `run(database: Database) -> list[Figure]`; each gets a database of its own.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench.database import server

_MACHINERY = {"__init__", "__main__", "company_log", "database", "figure", "licence_history"}


def main(wanted: Sequence[str]) -> int:
    known = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - _MACHINERY)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    all_ok = True
    with server() as postgres:
        for name in wanted or known:
            with postgres.database() as database:
                for figure in import_module(f"bench.{name}").run(database):
                    print(figure, flush=True)
                    all_ok = all_ok and figure.ok
    return 0 if all_ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
