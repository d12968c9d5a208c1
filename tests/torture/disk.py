"""A disk that fills up under the database: refused, never acknowledged and lost; and taken again once there is room.

Needs root, to mount a small file system in memory. Where that cannot be done it is skipped, and said so.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from app.ops.demo.machines import Simulator
from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres, find_binaries
from app.ops.postgres.server import PostgresDown
from tests.database import Database
from tests.journeys.processes import TookTooLong, installed
from tests.soak.oracle import Findings
from tests.torture.load import Nobodys

SIZE_MB = 160
LEFT_MB = 4
"""What the ballast leaves free."""

_REFUSALS = 5
_WITHIN_S = 60.0
_POLL_S = 0.1


def disk_full(simulator: Simulator, broker_url: str, found: Findings, survived: Counter[str]) -> str | None:
    """Returns why it was skipped; None: it was done, and what was wrong is in `found`."""
    with _small_disk() as disk:
        if disk is None:
            return "disk full: only root can mount a small file system here"
        with EmbeddedPostgres(disk / "pg", find_binaries()) as server:
            server.ensure_database("sua")
            database = Database(*(server.dsn(user, "sua") for user in ("postgres", "sua_writer", "sua_reader")))
            migrate(database.owner_dsn)
            logs = disk.parent / f"{disk.name}-logs"
            logs.mkdir()
            try:
                with installed(database, broker_url, simulator, logs) as sua:
                    sua.serve()
                    nobodys = Nobodys(sua.url, database.owner_dsn, posts_per_s=60, items=200)
                    _filled_and_freed(disk, server, nobodys)
                nobodys.settle(found)
            finally:
                shutil.rmtree(logs)
        refused = sum(count for answer, count in nobodys.answers.items() if "answered 5" in answer)
        survived["notifications refused since the disk was full"] += refused
    return None


def _filled_and_freed(disk: Path, server: EmbeddedPostgres, nobodys: Nobodys) -> None:
    ballast = disk / "ballast"
    over = threading.Event()
    thread = threading.Thread(target=nobodys.send, args=(over,))
    thread.start()
    try:
        _until(lambda: nobodys.answers["notifications acknowledged"] > 0, server, "the first notifications")
        free = shutil.disk_usage(disk).free
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - LEFT_MB * 1_000_000))
        _until(lambda: nobodys.answers["notifications answered 503"] >= _REFUSALS, server, "a full disk")
        ballast.unlink()
        before = nobodys.answers["notifications acknowledged"]
        _until(lambda: nobodys.answers["notifications acknowledged"] > before, server, "notifications taken again")
    finally:
        over.set()
        thread.join()


def _until(done: Callable[[], bool], server: EmbeddedPostgres, what: str) -> None:
    """Wait, and start the server again where it ended for want of room, as whoever watches over it would."""
    until_s = time.monotonic() + _WITHIN_S
    while not done():
        if server.pid is None or psutil.Process(server.pid).status() == psutil.STATUS_ZOMBIE:
            with suppress(PostgresDown):  # still no room
                server.start()
        if time.monotonic() > until_s:
            raise TookTooLong(f"waited {_WITHIN_S:g} s for {what}")
        time.sleep(_POLL_S)


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    """A file system of its own; None where it cannot be made."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="sua-disk-", dir="/tmp"))
    options = f"size={SIZE_MB}m,mode=711"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)], capture_output=True, check=False)
    if made.returncode != 0:
        home.rmdir()
        yield None
        return
    try:
        yield home
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)
        home.rmdir()
