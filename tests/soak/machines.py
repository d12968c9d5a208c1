"""What a soak runs on, and may strike down: a database, a broker and the processes of SUA, beside a simulator."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app.ops.demo.machines import Simulator
from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres, find_binaries
from tests.database import Database
from tests.journeys.processes import (
    CLIENT_ID,
    CLIENT_SECRET,
    ROOT,
    Installation,
    Process,
    alive,
    ended,
    free_port,
    installed,
    until,
)
from tests.soak.plan import Blow, Size

GRAPH_PACE = 60.0
"""Times the published limits, of SUA and of the simulator: a simulated hour passes in seconds."""

_START_S = 120.0
_RESTART_S = 0.5
_GONE_S = 1.0
_POLL_S = 0.1
SLOTS = (("serve", Blow.WEB), *[("worker", Blow.WORKER)] * 2, *[("scheduler", Blow.SCHEDULER)] * 2)


@dataclass(slots=True)
class Slot:
    """One process that is to run, as whoever watches over an installation sees to it."""

    command: str
    blow: Blow
    process: Process
    down: bool = False
    ended: list[tuple[int, str]] = field(default_factory=list)
    """Exit codes and last words of processes that ended without being killed."""


@dataclass(slots=True)
class Machines:
    """Everything that runs. Used by one thread, which lives as long as the database."""

    simulator: Simulator
    sua: Installation
    server: EmbeddedPostgres
    database: Database
    broker: "Broker"
    slots: list[Slot] = field(default_factory=list)
    _database_is_down: bool = False
    _waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def control(self, address: str, method: str = "POST", body: object = None) -> Any:
        """One of the simulator's own controls; what it says."""
        answer = httpx.request(method, f"{self.simulator.url}{address}", json=body, timeout=120)
        if answer.status_code != 200:
            raise RuntimeError(f"{method} {address} {body}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("/_clock", "GET")["now"])

    def start_all(self) -> None:
        """Every process, the web process ready. Raises what it said if it ends."""
        for command, blow in SLOTS:
            self.slots.append(Slot(command, blow, self._started(command)))
        web = self.slots[0].process
        until(lambda: alive(self.sua.url) or ended(web), "the web process", _START_S)
        if ended(web):
            raise RuntimeError(f"the web process ended: {web.said()[-2000:]}")

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done by `tend`, so many seconds from now."""
        self._waiting.append((time.monotonic() + seconds, do))

    def tend(self) -> None:
        """Do what is to be done by now, and start again what ended by itself, as an operator's supervisor would."""
        now = time.monotonic()
        due = [do for at, do in self._waiting if at <= now]
        self._waiting = [each for each in self._waiting if each[0] > now]
        for do in due:
            do()
        for slot in self.slots:
            if not slot.down and (code := slot.process.popen.poll()) is not None:
                slot.ended.append((code, slot.process.said()[-2000:]))
                self._revive(slot, _RESTART_S)

    def finish(self) -> None:
        """Tend until nothing is down and nothing is still to be struck."""
        while self._waiting:
            self.tend()
            time.sleep(_POLL_S)

    def strike(self, blow: Blow, which: int, down_s: float) -> bool:
        """Strike something down; it comes back after `down_s`. False: it is down already."""
        if blow is Blow.BROKER:
            if not self.broker.kill():
                return False
            self.later(down_s, self.broker.start)
        elif blow is Blow.DATABASE:
            if self._database_is_down:
                return False
            self._database_is_down = True
            os.kill(self.server.pid or 0, signal.SIGQUIT)  # pg_ctl stop -m immediate
            self.later(max(_GONE_S, down_s), self._start_database)
        else:
            slots = [slot for slot in self.slots if slot.blow is blow and not slot.down]
            if not slots:
                return False
            slot = slots[which % len(slots)]
            slot.process.kill()
            self._revive(slot, down_s)
        return True

    def _start_database(self) -> None:
        self.server.start()
        self._database_is_down = False

    def _revive(self, slot: Slot, after_s: float) -> None:
        def start() -> None:
            slot.process = self._started(slot.command)
            slot.down = False

        slot.down = True
        self.later(after_s, start)

    def _started(self, command: str) -> Process:
        arguments = ("--port", str(self.sua.port)) if command == "serve" else ()
        return self.sua.start(command, *arguments)


class Broker:
    """A Redis of its own that keeps nothing: killed, it has lost every message."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", *options, "--dir", str(self._folder)], stdout=log, stderr=log
            )

    def kill(self) -> bool:
        """False: it is down already."""
        if self._process is None:
            return False
        self._process.kill()
        self._process.wait()
        self._process = None
        return True


@contextmanager
def machines(size: Size, begins_at: datetime, call_rules: Mapping[str, float]) -> Iterator[Machines]:
    """All of it, with SUA's processes still to be started."""
    home = Path(tempfile.mkdtemp(prefix="sua-soak-", dir="/tmp"))
    home.chmod(0o711)  # so that the account root lends the server can walk through
    with ExitStack() as closing:
        closing.callback(shutil.rmtree, home, ignore_errors=True)
        server = closing.enter_context(EmbeddedPostgres(home / "pg", find_binaries()))
        server.ensure_database("sua")
        database = Database(*(server.dsn(user, "sua") for user in ("postgres", "sua_writer", "sua_reader")))
        migrate(database.owner_dsn)
        broker = Broker(home)
        broker.start()
        closing.callback(broker.kill)
        simulator = closing.enter_context(_simulator(size, begins_at, call_rules))
        (home / "logs").mkdir()
        sua = closing.enter_context(installed(database, broker.url, simulator, home / "logs"))
        yield Machines(simulator, _paced(sua, simulator), server, database, broker)


def _paced(sua: Installation, simulator: Simulator) -> Installation:
    """Leases, waits and pauses to suit simulated time, which the processes live by."""
    return sua.changed(
        clock_url=simulator.url,
        sweep_seconds="0.3",
        ingest_lease_seconds="4",
        ingest_wait_seconds="0.2",
        graph_timeout_seconds="5",
        graph_pace=str(GRAPH_PACE),
        pool_size="16",
    )


@contextmanager
def _simulator(size: Size, begins_at: datetime, call_rules: Mapping[str, float]) -> Iterator[Simulator]:
    options = {
        "port": 0,
        "seed": size.seed,
        "users": size.users,
        "tenants": size.tenants,
        "days-history": size.history_days,
        "today": begins_at.isoformat(),
        "calls-per-day": size.calls_per_day,
        "client-id": CLIENT_ID,
        "client-secret": CLIENT_SECRET,
        "call-rules": json.dumps(dict(call_rules)),
    }
    arguments = [argument for name, value in options.items() for argument in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "app.simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            said = json.loads(line or "{}")
            if "url" not in said:
                raise RuntimeError(f"the simulator did not start: {line}")
            yield Simulator(said["url"], tuple(UUID(tenant) for tenant in said["tenants"]))
        finally:
            process.kill()
