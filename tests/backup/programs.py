"""PostgreSQL's own programs for backups, as `docs/operations-backup.md` has them run."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from app.ops.postgres import EmbeddedPostgres, find_binaries
from app.ops.postgres.account import server_account

LONGEST_S = 120


def run(server: EmbeddedPostgres, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """One of the programs beside the server's, as the account that owns its files."""
    account = server_account()
    return subprocess.run(
        [str(server.programs / program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=LONGEST_S,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        user=account.lent_uid,
        group=account.lent_gid,
        extra_groups=account.lent_groups,
    )


def done(server: EmbeddedPostgres, program: str, *arguments: str) -> str:
    """What it printed. Raises with what it said if it failed."""
    ended = run(server, program, *arguments)
    if ended.returncode != 0:
        raise RuntimeError(f"{program}: {ended.stderr.strip()}")
    return ended.stdout


def folder(path: Path) -> Path:
    """An empty directory that the server's account may write to."""
    server_account().make_directory(path)
    return path


def archive_into(server: EmbeddedPostgres, archive: Path) -> None:
    """Have finished segments of the write-ahead log copied there, each whole or not at all, from the next start on."""
    whole, part = f"{archive}/%f", f"{archive}/%f.part"
    command = f"test ! -f {whole} && cp %p {part} && sync {part} && mv {part} {whole}"
    with psycopg.connect(server.dsn(), autocommit=True) as db:
        db.execute("ALTER SYSTEM SET archive_mode = on")
        db.execute(f"ALTER SYSTEM SET archive_command = '{command}'".encode())


def restored(base: Path, home: Path, archive: Path, until: str) -> EmbeddedPostgres:
    """A server over a copy of a base backup that goes on from the archive up to a time, then opens. Not started."""
    home.mkdir(mode=0o755)
    data = home / f"pgdata-{find_binaries().major}"
    shutil.move(base, data)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
        settings.write(f"recovery_target_time = '{until}'\nrecovery_target_action = 'promote'\narchive_mode = off\n")
    (data / "recovery.signal").touch()
    return EmbeddedPostgres(home, find_binaries())
