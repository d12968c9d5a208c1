"""One daily read of 50,000 users: over HTTP, through translation and decision, into the log.

The simulator serves the customer from this process; the read runs in a fresh one, so that its peak memory is its own.
Two reads: the first, where everybody is new, and the next day's, where the simulated company has lived a day.
"""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.domain.ids import DirectoryId, RunId, TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_run import Run
from app.ingest.graph_client import GraphAccess, GraphClient
from app.simulator import Options, make_world, running
from bench.database import Database
from bench.figure import Figure

_USERS = 50_000
_TODAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
_ROLES = ("Organization.Read.All", "User.Read.All")
_MEMORY_MAX_MB = 300


def run(database: Database) -> list[Figure]:
    world = make_world(Options(today=_TODAY, users=_USERS, calls_per_day=0))
    (directory,) = world.companies
    world.consents[directory] = _ROLES
    with running(world) as url, _reader(database.writer_dsn, url, directory) as reader:
        first = _read(reader, world.now)
        world.advance(timedelta(days=1))
        daily = _read(reader, world.now)
    return [
        Figure.at_most("snapshot_peak_memory", daily["peak_mb"], "MB", _MEMORY_MAX_MB),
        Figure.at_least("snapshot_users", daily["items"], "users", _USERS * 0.9),
        Figure.at_least("snapshot_first", first["seconds"], "s", 0),
        Figure.at_least("snapshot_first_facts", first["facts"], "facts", 0),
        Figure.at_least("snapshot_daily", daily["seconds"], "s", 0),
        Figure.at_least("snapshot_daily_facts", daily["facts"], "facts", 0),
    ]


def _reader(dsn: str, url: str, directory: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.snapshot", dsn, url, directory]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _read(reader: "subprocess.Popen[str]", at: datetime) -> dict[str, float]:
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(f"{at.isoformat()}\n")
    reader.stdin.flush()
    told: dict[str, float] = json.loads(reader.stdout.readline())
    return told


def _serve_reads(dsn: str, url: str, directory: DirectoryId) -> None:
    """One read for every instant on standard input; what it came to on standard output."""
    options = Options(today=_TODAY)
    access = GraphAccess(url, url, options.client_id, options.client_secret)
    tenant, clock = TenantId(uuid4()), SteppedClock(_TODAY)
    pool = writer_pool(dsn)
    desk = Desk(EventStore(pool, KeyRing(pool, bytes(32))), clock, lambda _tenant, _position: None)
    try:
        for line in sys.stdin:
            clock.step_to(datetime.fromisoformat(line.strip()))
            print(json.dumps(asyncio.run(_timed(desk, access, directory, tenant))), flush=True)
    finally:
        pool.close()


async def _timed(desk: Desk, access: GraphAccess, directory: DirectoryId, tenant: TenantId) -> dict[str, float]:
    started = perf_counter()
    async with GraphClient(access, directory) as graph:
        collected = await collect_directory(Run(desk, graph, tenant, RunId(uuid4())))
    if collected.failure is not None:
        raise collected.failure
    seconds = perf_counter() - started
    return {"seconds": seconds, "items": collected.items, "facts": collected.facts, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    """The most memory this program ever held; getrusage would count what the parent held when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    _serve_reads(sys.argv[1], sys.argv[2], DirectoryId(UUID(sys.argv[3])))
