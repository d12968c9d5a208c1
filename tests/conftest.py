"""What every test may ask for: `database`, `broker_url`; and the network that is off."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import brokers
from tests import database as databases
from tests.database import Cluster, Database

# In CI the same cases every time: what lands must not hang on luck. Everywhere else each run draws anew.
hypothesis.settings.register_profile("sua", deadline=None, max_examples=50)
# Where nobody watches, the same examples every time, and what fails is told as found: making it smaller takes minutes
# over a database, and ran into the time limit that then hid what had failed.
UNWATCHED = [hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate]
hypothesis.settings.register_profile("unwatched", deadline=None, max_examples=50, derandomize=True, phases=UNWATCHED)
hypothesis.settings.load_profile("unwatched" if "CI" in os.environ else "sua")

REQUIRED = os.environ.get("SUA_TEST_REQUIRE_SERVICES") == "1"

TESTS = Path(__file__).parent
WITHOUT_SQL_OF_THEIR_OWN = (
    "commands",
    "ingest/collect",
    "ingest/easily_wrong",
    "isolation/test_matrix.py",
    "journeys",
    "oracle",
    "reports",
    "security",
    "soak",
)
"""What they ask of a database are statements of other rooms, whose tests do run on both, or nothing that differs.

Half of the time of all tests that need a database is the journeys'.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases",
        choices=["embedded", "system", "both", "all"],
        default="both",
        help="PostgreSQL of the wheel, of the system, both for tests marked `both_databases`, "
        "or all tests on both but those of rooms without SQL of their own",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "postgres_server" in metafunc.fixturenames:
        servers = _servers(metafunc.config.getoption("--databases"), metafunc.definition)
        metafunc.parametrize("postgres_server", servers, indirect=True, scope="session")
    if "broker_url" in metafunc.fixturenames and not _parametrised(metafunc, "broker_url"):
        metafunc.parametrize("broker_url", brokers.KINDS, indirect=True)


def _servers(chosen: str, test: pytest.Item) -> list[str]:
    both = [databases.EMBEDDED, databases.SYSTEM]
    marked = test.get_closest_marker("both_databases") is not None
    if marked and chosen in ("both", "all"):
        return both
    if chosen == "all" and not _is_without_sql(test):
        return both
    if chosen in ("both", "all"):
        return databases.kinds()[:1] or both[:1]
    return [chosen]


def _is_without_sql(test: pytest.Item) -> bool:
    return any(test.path.is_relative_to(TESTS / room) for room in WITHOUT_SQL_OF_THEIR_OWN)


def _parametrised(metafunc: pytest.Metafunc, name: str) -> bool:
    return any(name in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A running server of this session, embedded or the system's."""
    if request.param not in databases.kinds():
        _absent(f"a PostgreSQL of kind {request.param}")
    with databases.running(request.param) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Cluster) -> Iterator[str]:
    """Name of the migrated database the others are copied from. Do not connect to it."""
    with postgres_server.migrated() as name:
        yield name


@pytest.fixture
def database(postgres_server: Cluster, migrated_template: str) -> Iterator[Database]:
    """A migrated, empty database of this test alone (about 0.1 s)."""
    with postgres_server.database(migrated_template) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(postgres_server: Cluster, migrated_template: str) -> Iterator[Database]:
    """A migrated database the tests of one module share; for those that only read, or keep to tenants of their own."""
    with postgres_server.database(migrated_template) as fresh:
        yield fresh


@pytest.fixture
def empty_database(postgres_server: Cluster) -> Iterator[str]:
    """DSN of a database without any table, as a superuser."""
    with postgres_server.copy_of() as name:
        yield postgres_server.as_owner(name)


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A virtual host of this session alone, where we may make one."""
    if not brokers.reachable(brokers.AMQP):
        _absent("RabbitMQ")
    with brokers.virtual_host() as url:
        yield url


@pytest.fixture
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a message broker with nothing in it: in memory, RabbitMQ, Redis, one after the other."""
    if request.param == brokers.STUB:
        yield "stub://"
    elif request.param == brokers.AMQP:
        with brokers.emptied(request.getfixturevalue("rabbitmq_url")) as url:
            yield url
    else:
        if not brokers.reachable(brokers.REDIS):
            _absent("Redis")
        with brokers.namespace() as url:
            yield url


def _absent(what: str) -> None:
    message = f"{what} is not here"
    if REQUIRED:
        pytest.fail(f"{message}, and SUA_TEST_REQUIRE_SERVICES=1 says it must be")
    pytest.skip(message)


@pytest.fixture(scope="session", autouse=True)
def network_off() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check_address(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


def _check_address(used: socket.socket, address: Any) -> None:
    if used.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        pytest.fail(f"a test wanted to connect to {host}; the network is off in tests")
