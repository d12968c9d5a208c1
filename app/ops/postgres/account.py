"""Which account runs the server, and where that account can reach its files.

PostgreSQL refuses to run as root, so root lends it an account that exists already; none is ever added.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from app.domain.errors import Refused
from app.ops.postgres.binaries import Binaries

_LENT_BY_ROOT = ("postgres", "nobody")
_SHARED_BY_ROOT = Path("/var/tmp/sua-of-root")  # noqa: S108 - owner and mode are checked before use


class NoAccount(Refused):
    """The server can run neither as this account nor as one that root may lend it."""

    code: ClassVar[str] = "POSTGRES_NO_ACCOUNT"


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers of the account the server runs as; `lent` when it is not the account of this process."""

    uid: int
    gid: int
    lent: bool

    @property
    def lent_uid(self) -> int | None:
        """To be given to a child process; None when it simply stays what we are."""
        return self.uid if self.lent else None

    @property
    def lent_gid(self) -> int | None:
        return self.gid if self.lent else None

    @property
    def lent_groups(self) -> list[str | int] | None:
        return [] if self.lent else None

    def reaches(self, path: Path) -> bool:
        """Whether this account may walk down to `path`. A path that is not there yet counts by its parents."""
        return all(self._may_enter(parent) for parent in path.absolute().parents if parent.exists())

    def make_directory(self, path: Path) -> None:
        """A directory nobody else can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.lent:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def _may_enter(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """This process's account; for root the first there is of `postgres` and `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), lent=False)
    for name in _LENT_BY_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, lent=True)
    raise NoAccount("PostgreSQL does not run as root, and there is neither an account `postgres` nor `nobody`.")


def reachable_home(wanted: Path, account: Account) -> Path:
    """`wanted`, or where it lies below a closed directory such as /root, a stable place of its own elsewhere."""
    if not account.lent or account.reaches(wanted / "pgdata"):
        return wanted
    return _shared_by_root() / f"data-{_short_name(wanted)}"


def reachable_binaries(found: Binaries, account: Account) -> Path:
    """Directory of the programs, or of a copy that `account` can run. Copied once for each version of them."""
    program = found.directory / "postgres"
    if not account.lent or account.reaches(program):
        return found.directory
    copy = _shared_by_root() / f"binaries-{_short_name(found.directory)}-{program.stat().st_mtime_ns}"
    parts = [found.directory.parent, *found.libraries]
    root = Path(os.path.commonpath(parts))
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in parts:
            shutil.copytree(part, unfinished / part.relative_to(root), symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / found.directory.relative_to(root)


def _shared_by_root() -> Path:
    _SHARED_BY_ROOT.mkdir(mode=0o711, exist_ok=True)
    status = _SHARED_BY_ROOT.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        raise NoAccount(f"{_SHARED_BY_ROOT} is not a directory that only root can write; remove it.")
    return _SHARED_BY_ROOT


def _short_name(path: Path) -> str:
    return sha256(str(path.absolute()).encode()).hexdigest()[:12]
