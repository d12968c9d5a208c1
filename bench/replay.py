"""A company's log folded for an auditor: facts a second of one core, and memory, beside reading and decoding it alone.

Seconds are those of the processor, so that what else the machine does counts little; PostgreSQL's own are left out.
"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage
from time import process_time
from uuid import UUID, uuid4

from app.audit.cut import cut_of, facts_of
from app.audit.replay import Replay
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from app.eventstore.uncollected import uncollected
from bench.company_log import BEGAN, company, tell
from bench.database import Database
from bench.figure import Figure

SEATS = 100_000
DAYS = 20
NOW = BEGAN + timedelta(days=DAYS)
MASTER_KEY = bytes(range(32))
FACTS_A_SECOND = 10_000
"""The ratio beside it is the budget that holds on any machine."""
BYTES_A_SEAT = 6_000
"""Account, licences and the facts that say so. Above what the process has before it begins."""


def run(database: Database) -> list[Figure]:
    """Reading is timed first and last, and the slower taken: a machine's own mood is no cost of the fold."""
    tenant = TenantId(uuid4())
    with writer_pool(database.writer_dsn) as pool:
        store = _store(pool)
        told = tell(store, tenant, company(SEATS, DAYS, active=0.9, signing_in=0.1, changing=0.001))
        first = _read(pool, tenant)
        seconds, bytes_held = _folded(database.writer_dsn, tenant)
        reading = max(first, _read(pool, tenant))
    return [
        Figure.at_least("replay/facts", told / seconds, "facts/s", FACTS_A_SECOND),
        Figure.at_most("replay/seconds", seconds, "s", told / FACTS_A_SECOND),
        Figure.at_most("replay/beside_reading", seconds / reading, "x", 1.5),
        Figure.at_most("replay/memory", bytes_held / 2**20, "MiB", SEATS * BYTES_A_SEAT / 2**20),
    ]


def _store(pool: Pool) -> EventStore:
    return EventStore(pool, KeyRing(pool, MASTER_KEY))


def _read(pool: Pool, tenant: TenantId) -> float:
    cut = cut_of(pool, tenant, None, None, NOW)
    began = process_time()
    with uncollected():  # as the fold is: it is measured against the reading alone
        for _ in facts_of(_store(pool), tenant, cut.position):
            pass
    return process_time() - began


def _folded(dsn: str, tenant: TenantId) -> tuple[float, int]:
    """Seconds, and bytes at the peak above those at the start: in a process of its own, whose peak is nobody else's."""
    command = [sys.executable, "-m", "bench.replay", dsn, str(tenant)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), int(told[1])


def _fold_alone(dsn: str, tenant: TenantId) -> None:
    with writer_pool(dsn) as pool:
        before = _resident()
        cut = cut_of(pool, tenant, None, None, NOW)
        began = process_time()
        folded = Replay(cut).run(_store(pool))
        held = sum(1 for _ in folded.holdings.paths())
        print(process_time() - began, _peak() - before, held)


def _resident() -> int:
    """Bytes of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


def _peak() -> int:
    """Bytes of this process in memory at most so far (Linux counts in kilobytes)."""
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    _fold_alone(sys.argv[1], TenantId(UUID(sys.argv[2])))
