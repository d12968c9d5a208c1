"""The daily read of a tenant of 100,000 users: over HTTP, through translation and decision, into the log.

The simulator serves the customer from this process; the reads run in a fresh one, so that their peak memory is its own.
Two days: the first, where everybody is new, and the next one, where the simulated company has lived a day. Sign-ins are
read as fast as the machine can: what Graph's quota makes of them is `bench.night`'s subject.
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
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.domain.ids import DirectoryId, RunId, TenantId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.graph_client import GraphAccess, GraphClient
from app.simulator import Options, make_world, running
from bench.database import Database
from bench.figure import Figure

_USERS = 100_000
_TODAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
_ROLES = ("AuditLog.Read.All", "Organization.Read.All", "Reports.Read.All", "User.Read.All")
_MEMORY_MAX_MB = 300
_SECONDS_MAX = 900.0
"""For all feeds of one tenant of this size: a night has room for twenty."""
_FEEDS = ("licences", "sign_ins", "reports")


def run(database: Database) -> list[Figure]:
    world = make_world(Options(today=_TODAY, users=_USERS, calls_per_day=0))
    (directory,) = world.companies
    world.consents[directory] = _ROLES
    with running(world) as url, _reader(database.writer_dsn, url, directory) as reader:
        first = _read(reader, world.now)
        world.advance(timedelta(days=1))
        daily = _read(reader, world.now)
    seconds = {feed: daily[f"{feed}_seconds"] for feed in _FEEDS}
    return [
        Figure.at_most("daily_read_peak_memory", daily["peak_mb"], "MB", _MEMORY_MAX_MB),
        *(Figure.at_most(f"daily_read_{feed}_peak", daily[f"{feed}_peak_mb"], "MB", _MEMORY_MAX_MB) for feed in _FEEDS),
        Figure.at_least("daily_read_users", daily["licences_items"], "users", _USERS * 0.9),
        Figure.at_most("daily_read_first_day", sum(first[f"{feed}_seconds"] for feed in _FEEDS), "s", 2 * _SECONDS_MAX),
        Figure.at_least("daily_read_first_day_facts", sum(first[f"{feed}_facts"] for feed in _FEEDS), "facts", _USERS),
        Figure.at_most("daily_read_next_day", sum(seconds.values()), "s", _SECONDS_MAX),
        *(Figure.at_most(f"daily_read_{feed}", spent, "s", _SECONDS_MAX) for feed, spent in seconds.items()),
        Figure.at_least("daily_read_next_day_facts", sum(daily[f"{feed}_facts"] for feed in _FEEDS), "facts", 1),
    ]


def _reader(dsn: str, url: str, directory: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.daily_read", dsn, url, directory]
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
    invite_tenant(InviteTenant(tenant, "Contoso", Personal.alone("admin@contoso.example"), uuid4()), desk)
    try:
        for line in sys.stdin:
            clock.step_to(datetime.fromisoformat(line.strip()))
            print(json.dumps(asyncio.run(_timed(desk, access, directory, tenant))), flush=True)
    finally:
        pool.close()


async def _timed(desk: Desk, access: GraphAccess, directory: DirectoryId, tenant: TenantId) -> dict[str, float]:
    told: dict[str, float] = {}
    async with GraphClient(access, directory) as graph:
        run = Run(desk, graph, tenant, RunId(uuid4()))
        for feed, collect in zip(_FEEDS, (collect_directory, collect_sign_ins, collect_reports), strict=True):
            started = perf_counter()
            collected = await collect(run)
            if collected.failure is not None:
                raise collected.failure
            told[f"{feed}_seconds"] = perf_counter() - started
            told[f"{feed}_items"], told[f"{feed}_facts"] = collected.items, collected.facts
            told["peak_mb"] = _peak_mb()
            told[f"{feed}_peak_mb"] = told["peak_mb"]
    return told


def _peak_mb() -> float:
    """The most memory this program ever held; getrusage would count what the parent held when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    _serve_reads(sys.argv[1], sys.argv[2], DirectoryId(UUID(sys.argv[3])))
