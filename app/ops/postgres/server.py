"""A PostgreSQL of our own: made on first use, a child of this process, and gone with it."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import ClassVar, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.domain.errors import Unavailable
from app.ops.postgres.account import reachable_binaries, reachable_home, server_account
from app.ops.postgres.binaries import Binaries, find_binaries

SUPERUSER = "postgres"
_PORT = 5432  # names the socket file only: the server does not listen on TCP
_LONGEST_SOCKET_PATH = 103  # macOS; Linux takes 107
_POLL_S = 0.02
_START_POLLS = 3000  # one minute: crash recovery of a large log takes its time
_LAUNCHES = 6
_BETWEEN_LAUNCHES_S = 0.3
_STOP_TIMEOUT_S = 60
_PR_SET_PDEATHSIG = 1
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
}


class PostgresDown(Unavailable):
    """The server of our own did not come up; the end of its log is in the message."""

    code: ClassVar[str] = "POSTGRES_DOWN"


class EmbeddedPostgres:
    """One server over one directory; use as a context manager, or `start` and `stop`.

    Below `data_dir` it keeps `pgdata-N` for each major version N, the log, and a socket directory only its
    account and root can enter, which is why connections need no password. fsync stays on.

    Start it from a thread that lives as long as the server, the main thread at best: on Linux the kernel stops the
    server cleanly when the thread that started it ends, kill -9 included.
    """

    def __init__(self, data_dir: Path, binaries: Binaries | None = None) -> None:
        found = binaries or find_binaries()
        self.major = found.major
        self._account = server_account()
        self._home = reachable_home(data_dir.absolute(), self._account)
        self.programs = reachable_binaries(found, self._account)
        self._data = self._home / f"pgdata-{found.major}"
        self._sockets = self._home / f"socket-{found.major}"
        self._short_sockets = False
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path = self._home / f"postgres-{found.major}.log"

    def start(self) -> None:
        """Bring the server up, creating its files at first. Returns when it takes connections.

        A server that already runs over the same files, started by another process, is used as it is.
        """
        self._home.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        launches = 0
        for _ in range(_START_POLLS):
            if self._process is None and not self._left_running():
                if launches == _LAUNCHES:
                    break
                self._launch()
                launches += 1
            if self._answers():
                return
            if self._process is not None and self._process.poll() is not None:
                # After a kill -9 the old children hold the shared memory a moment longer: try again.
                self._process = None
                sleep(_BETWEEN_LAUNCHES_S)
            sleep(_POLL_S)
        self.stop()
        raise PostgresDown(f"PostgreSQL did not start over {self._data}:\n{self._log_tail()}")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing needs recovery. Repeating it does nothing.

        A server that another process started stays up.
        """
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_STOP_TIMEOUT_S)
            self._process = None
        if self._short_sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._short_sockets = False

    def dsn(self, user: str = SUPERUSER, dbname: str = "postgres") -> str:
        """How to connect as `user`; every role that exists may, over this socket. Valid after `start`."""
        return make_conninfo("", host=str(self._sockets), port=_PORT, user=user, dbname=dbname)

    def ensure_database(self, dbname: str) -> None:
        """Create a database unless it is there."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (dbname,)).fetchone()
            if there is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(dbname)))

    @property
    def pid(self) -> int | None:
        """Process id of the server this object started; None for one it found running."""
        return None if self._process is None else self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _initialise(self) -> None:
        unfinished = self._data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._account.make_directory(unfinished)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        command = [
            str(self.programs / "initdb"),
            "-D",
            str(unfinished),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--data-checksums",
        ]
        made = subprocess.run(
            [*command, "--encoding=UTF8", f"--locale={locale}"],
            capture_output=True, text=True, check=False, cwd="/", env=_ENVIRONMENT,
            user=self._account.lent_uid, group=self._account.lent_gid, extra_groups=self._account.lent_groups,
        )  # fmt: skip
        if made.returncode != 0:
            raise PostgresDown(f"initdb failed in {unfinished}:\n{made.stderr.strip()}")
        unfinished.rename(self._data)

    def _launch(self) -> None:
        self._choose_sockets()
        options = {**_SETTINGS, "unix_socket_directories": str(self._sockets), "port": str(_PORT)}
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self._data, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_ENVIRONMENT,
                # Ctrl-C on the terminal is for us: the server stops after those who use it.
                start_new_session=True, preexec_fn=_stop_with_parent(),  # noqa: PLW1509 - it makes two system calls
                user=self._account.lent_uid, group=self._account.lent_gid, extra_groups=self._account.lent_groups,
            )  # fmt: skip

    def _choose_sockets(self) -> None:
        self._sockets = self._home / f"socket-{self.major}"
        # A killed server leaves a lock file here with a process number that may mean another program by now.
        shutil.rmtree(self._sockets, ignore_errors=True)
        if len(f"{self._sockets}/.s.PGSQL.{_PORT}".encode()) > _LONGEST_SOCKET_PATH:
            self._sockets = Path(tempfile.mkdtemp(prefix="sua-pg-", dir="/tmp"))
            self._short_sockets = True
        self._account.make_directory(self._sockets)

    def _left_running(self) -> bool:
        """Whether a server of another process lives on our files. Its socket directory is then ours too."""
        noted = self._data / "postmaster.pid"
        try:
            lines = noted.read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return False
        if not _runs_postgres_in(self._data, pid):
            # After a crash the number may be another program's by now, and the server would not dare to start.
            noted.unlink(missing_ok=True)
            return False
        if len(lines) > 4 and lines[4]:
            self._sockets = Path(lines[4])
        return True

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn(), connect_timeout=2) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row == (str(self._data),)

    def _log_tail(self) -> str:
        if not self.log_path.exists():
            return "(no log)"
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-15:])


def _runs_postgres_in(data: Path, pid: int) -> bool:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
        except (FileNotFoundError, PermissionError):
            return False
    told = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in told.stdout and str(data) in told.stdout


def _stop_with_parent() -> Callable[[], None] | None:
    """On Linux: have the kernel send SIGINT to the server when its parent goes, however it goes."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT))
        if os.getppid() != parent:
            os._exit(1)

    return ask
