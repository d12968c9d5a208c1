"""A process that cannot start says in one line which thing is at fault, and ends with the code for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ops.demo.machines import Simulator
from tests.brokers import AMQP, REDIS
from tests.database import Database
from tests.journeys.customer import company
from tests.journeys.processes import Done, Installation, free_port, installed

SOON_S = 10.0
REFUSED, USAGE, UNAVAILABLE = 1, 2, 3

_NOWHERE = "host=127.0.0.1 port={port} dbname=sua connect_timeout=5 user={user}"


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    with company(days=1) as running:
        yield running


@pytest.fixture
def sua(database: Database, simulated: Simulator, tmp_path: Path) -> Iterator[Installation]:
    with installed(database, "redis://127.0.0.1:6379?namespace=sua-starts", simulated, tmp_path) as installation:
        yield installation


@pytest.mark.slow
@pytest.mark.by_itself
@pytest.mark.parametrize("command", ["serve", "worker", "scheduler", "migrate", "doctor"])
def test_a_database_that_is_down_is_named(sua: Installation, command: str) -> None:
    port = free_port()
    names = {"database_url": "sua_writer", "database_read_url": "sua_reader", "database_owner_url": "postgres"}
    without = sua.changed(**{name: _NOWHERE.format(port=port, user=user) for name, user in names.items()})

    done = without.run(command)

    assert _one_line_of(done) == UNAVAILABLE
    assert "database" in done.err.lower() or "PostgreSQL" in done.err


@pytest.mark.slow
@pytest.mark.by_itself
def test_a_read_side_that_alone_is_down_is_named(sua: Installation) -> None:
    without = sua.changed(database_read_url=_NOWHERE.format(port=free_port(), user="sua_reader"))

    done = without.run("serve")

    assert _one_line_of(done) == UNAVAILABLE
    assert done.err.startswith("DATABASE_DOWN: The read side's database")


@pytest.mark.slow
@pytest.mark.by_itself
@pytest.mark.parametrize("command", ["serve", "worker", "scheduler", "doctor"])
@pytest.mark.parametrize("kind", [AMQP, REDIS])
def test_a_broker_that_is_down_is_named(sua: Installation, command: str, kind: str) -> None:
    without = sua.changed(broker_url=f"{kind}://127.0.0.1:{free_port()}")

    done = without.run(command)

    assert _one_line_of(done) == UNAVAILABLE
    assert "message broker" in done.err


@pytest.mark.parametrize("command", ["serve", "worker", "doctor"])
def test_a_misspelt_setting_is_named(sua: Installation, command: str) -> None:
    misspelt = sua.changed(worker_treads="8")

    done = misspelt.run(command)

    assert _one_line_of(done) == REFUSED
    assert done.err == "SETTINGS_REFUSED: SUA_WORKER_TREADS: no such setting\n"


def test_an_unknown_command_is_a_mistake_in_usage(sua: Installation) -> None:
    done = sua.run("sevre")

    assert done.code == USAGE
    assert "No such command 'sevre'" in done.err


def _one_line_of(done: Done) -> int:
    """The exit code of a command that was quick and said one line on standard error."""
    assert len(done.err.splitlines()) == 1, done.err
    assert done.seconds < SOON_S * _load_per_core(), done.err
    return done.code


def _load_per_core() -> float:
    """How many processes want each core of this machine: Python alone starts so much more slowly. At least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
