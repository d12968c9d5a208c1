"""SUA as an operator runs it: real `sua` processes with their settings in the environment."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx

from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore
from app.ops.demo.machines import Simulator
from tests.database import Database

ROOT = Path(__file__).parents[2]
SUA = (sys.executable, "-c", "from app.ops.program import main; main()")
CLIENT_ID = "0a6fd2bd-6d0f-4a55-9c55-1b6e9a3c9f10"
CLIENT_SECRET = "kept-by-the-simulator"
SWEEP_SECONDS = 0.3
LEASE_SECONDS = 2.0
START_SECONDS = 90.0
COMMAND_SECONDS = 90.0
"""Generous: a busy machine starts Python slowly."""

_POLL_SECONDS = 0.05


class TookTooLong(AssertionError):
    """What a test waited for did not come about."""


@dataclass(frozen=True, slots=True)
class Process:
    """A running process of SUA. What it says goes to a file, so that it never waits for a reader."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """kill -9."""
        self.popen.kill()
        self.popen.wait()

    def terminate(self, within_s: float) -> tuple[int, float]:
        """SIGTERM; its exit code and how long it took."""
        asked = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        try:
            code = self.popen.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise TookTooLong(f"{self.name} still runs {within_s:g} s after SIGTERM:\n{self.said()[-3000:]}") from error
        return code, time.monotonic() - asked


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended by itself."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Installation:
    """One SUA: settings as environment variables, the web process's port, and a folder for what processes say."""

    environment: Mapping[str, str]
    port: int
    folder: Path
    running: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def setting(self, name: str) -> str:
        return self.environment[f"SUA_{name.upper()}"]

    def changed(self, **settings: str) -> "Installation":
        """The same with other settings; what it starts is stopped with the rest."""
        return replace(self, environment={**self.environment, **variables(settings)})

    def serve(self) -> Process:
        """The web process, once it answers."""
        process = self.start("serve", "--port", str(self.port))
        until(lambda: alive(self.url) or ended(process), "the web process", START_SECONDS)
        return _running(process)

    def worker(self) -> Process:
        return started(self.start("worker"))

    def scheduler(self) -> Process:
        return started(self.start("scheduler"))

    def start(self, command: str, *arguments: str) -> Process:
        """Start a command and do not wait for anything."""
        log = self.folder / f"{len(self.running):02d}-{command}.log"
        with log.open("wb") as sink:
            popen = subprocess.Popen(
                [*SUA, command, *arguments], cwd=ROOT, env=self._whole_environment(), stdout=sink, stderr=sink
            )
        process = Process(command, popen, log)
        self.running.append(process)
        return process

    def run(self, *arguments: str, within_s: float = COMMAND_SECONDS) -> Done:
        """Run a command to its end."""
        began = time.monotonic()
        done = subprocess.run(
            [*SUA, *arguments],
            cwd=ROOT,
            env=self._whole_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )
        return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    def _whole_environment(self) -> dict[str, str]:
        """Ours, without settings that the tests themselves were started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUA_")}
        return {**kept, "COLUMNS": "400", **self.environment}


@contextmanager
def installed(database: Database, broker_url: str, simulator: Simulator, folder: Path) -> Iterator[Installation]:
    """An installation none of whose processes runs yet; those still running at the end are killed."""
    port = free_port()
    settings = {
        "database_url": database.writer_dsn,
        "database_read_url": database.reader_dsn,
        "database_owner_url": database.owner_dsn,
        "broker_url": broker_url,
        "graph_url": simulator.url,
        "login_url": simulator.url,
        "graph_client_id": CLIENT_ID,
        "graph_pace": "10000",
        "graph_client_secret": CLIENT_SECRET,
        "public_url": f"http://127.0.0.1:{port}",
        "master_key": _new_key(),
        "pseudonym_key": _new_key(),
        "token_audience": CLIENT_ID,
        "token_jwks_url": f"{simulator.url}/common/discovery/v2.0/keys",
        "provider_directory_id": str(uuid4()),
        "sweep_seconds": str(SWEEP_SECONDS),
        "ingest_lease_seconds": str(LEASE_SECONDS),
    }
    installation = Installation(variables(settings), port, folder)
    try:
        yield installation
    finally:
        for process in installation.running:
            if process.popen.poll() is None:
                process.kill()


@contextmanager
def log_of(installation: Installation) -> Iterator[tuple[Pool, EventStore]]:
    """The installation's log and the pool it reads by, beside its processes."""
    pool = writer_pool(installation.setting("database_url"))
    try:
        yield pool, EventStore(pool, KeyRing(pool, base64.b64decode(installation.setting("master_key"))))
    finally:
        pool.close()


def started(process: Process) -> Process:
    """A worker or a scheduler, once it is at work."""
    until(lambda: f'"{process.name}.started"' in process.said() or ended(process), f"the {process.name}", START_SECONDS)
    return _running(process)


def variables(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"SUA_{name.upper()}": value for name, value in settings.items()}


def until(done: Callable[[], bool], what: str, within_s: float) -> float:
    """Wait until something is so; how long it took."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > within_s:
            raise TookTooLong(f"waited {within_s:g} s for {what}")
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


def alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def ended(process: Process) -> bool:
    return process.popen.poll() is not None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _running(process: Process) -> Process:
    if ended(process):
        raise TookTooLong(f"{process.name} ended with {process.popen.returncode}:\n{process.said()[-3000:]}")
    return process


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
