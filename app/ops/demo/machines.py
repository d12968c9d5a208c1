"""What the demo runs on: a database of its own, and the simulator of Microsoft Graph as a second process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from app.domain.errors import Unavailable
from app.ops.migrate import migrate
from app.ops.postgres import EmbeddedPostgres

_DATABASE = "sua_demo"
_STOP_SECONDS = 10


class SimulatorDown(Unavailable):
    """The simulator did not come up; its last line is in the message."""

    code: ClassVar[str] = "SIMULATOR_DOWN"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    owner: str
    writer: str
    reader: str


@dataclass(frozen=True, slots=True)
class Simulator:
    url: str
    directories: tuple[UUID, ...]
    reseller: UUID | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """What the simulated customer looks like, the credentials its Entra knows SUA by, and its provider's directory."""

    users: int
    seed: int
    begins_at: datetime
    calls_per_day: int
    port: int
    client_id: str
    client_secret: str
    provider: UUID = field(default_factory=uuid4)


@contextmanager
def fresh_database(server: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """An empty, migrated database; what an earlier demo left is dropped."""
    name = sql.Identifier(_DATABASE)
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    urls = DatabaseUrls(*(server.dsn(role, _DATABASE) for role in ("postgres", "sua_writer", "sua_reader")))
    migrate(urls.owner)
    yield urls


@contextmanager
def simulator(company: Company) -> Iterator[Simulator]:
    """Microsoft Graph and Entra, simulated, over HTTP on this machine, until the block ends."""
    command = [sys.executable, "-m", "app.simulator", *_arguments(company)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            yield _announced(process)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _arguments(company: Company) -> list[str]:
    return [
        *("--port", str(company.port)),
        *("--seed", str(company.seed)),
        *("--users", str(company.users)),
        *("--today", company.begins_at.isoformat()),
        *("--calls-per-day", str(company.calls_per_day)),
        *("--client-id", company.client_id),
        *("--client-secret", company.client_secret),
        *("--provider", str(company.provider)),
    ]


def _announced(process: "subprocess.Popen[str]") -> Simulator:
    """Wait for the line of JSON that says where it listens."""
    line = process.stdout.readline() if process.stdout else ""
    try:
        said = json.loads(line)
    except ValueError:
        process.wait(_STOP_SECONDS)
        raise SimulatorDown(f"The simulator ended with {process.returncode}: {line.strip() or 'no word'}.") from None
    return Simulator(said["url"], tuple(UUID(tenant) for tenant in said["tenants"]), UUID(said["reseller"]))
