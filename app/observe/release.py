"""The migrations this release brings along, and whether a database has them."""

import re
import sysconfig
from pathlib import Path
from typing import LiteralString

_IN_REPOSITORY = Path(__file__).resolve().parents[2] / "migrations"
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "sua" / "migrations"
MIGRATIONS = _IN_REPOSITORY if _IN_REPOSITORY.is_dir() else _INSTALLED

NEWEST_APPLIED: LiteralString = "SELECT coalesce(max(number), 0) FROM schema_migrations"
"""sua_writer may ask it. A database that knows more than a release is one in the middle of an upgrade, and no fault."""


def newest(directory: Path = MIGRATIONS) -> int:
    """The number of the last migration that belongs to this release."""
    return max(int(path.name[:4]) for path in directory.glob("*.sql") if re.match(r"\d{4}_", path.name))
