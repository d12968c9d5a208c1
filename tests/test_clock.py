"""A process can live by a simulator's clock: it trails it, stands while it is away, and never runs backwards."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.assembly import assembled
from app.clock import Clock, ClockDown, FollowedClock
from app.settings import Settings, SettingsRefused
from tests.database import Database
from tests.journeys.processes import free_port

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SOON_S = 5.0


class Faces(ThreadingHTTPServer):
    """Says one thing to whoever asks at /_clock."""

    daemon_threads = True

    def __init__(self, port: int, said: str) -> None:
        self.said = said
        super().__init__(("127.0.0.1", port), Face)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def tell(self, now: datetime) -> None:
        self.said = json.dumps({"now": now.isoformat()})


class Face(BaseHTTPRequestHandler):
    server: Faces

    def do_GET(self) -> None:
        found = self.path == "/_clock"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(self.server.said.encode() if found else b"?")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name in the base class
        """Nothing on the tests' standard error."""


@contextmanager
def telling(now: datetime | str, port: int = 0) -> Iterator[Faces]:
    server = Faces(port, now if isinstance(now, str) else json.dumps({"now": now.isoformat()}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_says_the_simulators_time_at_once_and_follows_it() -> None:
    with telling(NOON) as simulator, FollowedClock(simulator.url, every_seconds=0.01) as clock:
        first = clock.now()

        simulator.tell(NOON + timedelta(hours=1))

        assert first == NOON
        _reaches(clock, NOON + timedelta(hours=1))


def test_it_never_runs_backwards() -> None:
    with telling(NOON) as simulator, FollowedClock(simulator.url, every_seconds=0.01) as clock:
        simulator.tell(NOON - timedelta(days=1))
        time.sleep(0.2)
        stood = clock.now()

        simulator.tell(NOON + timedelta(minutes=1))

        assert stood == NOON
        _reaches(clock, NOON + timedelta(minutes=1))


@pytest.mark.parametrize("nonsense", ["", "<html>", "{}", '{"now": 5}', '{"now": "soon"}', "[]"])
def test_it_stands_while_the_simulator_talks_nonsense(nonsense: str) -> None:
    with telling(NOON) as simulator, FollowedClock(simulator.url, every_seconds=0.01) as clock:
        simulator.said = nonsense
        time.sleep(0.1)
        stood = clock.now()

        simulator.tell(NOON + timedelta(minutes=1))

        assert stood == NOON
        _reaches(clock, NOON + timedelta(minutes=1))


def test_it_stands_while_the_simulator_is_away_and_goes_on_with_the_next_one() -> None:
    port = free_port()
    with telling(NOON, port) as simulator:
        clock = FollowedClock(simulator.url, every_seconds=0.01)
    time.sleep(0.1)
    stood = clock.now()

    with clock, telling(NOON + timedelta(days=1), port):
        assert stood == NOON
        _reaches(clock, NOON + timedelta(days=1))


def test_nobody_there_at_first_is_said() -> None:
    with pytest.raises(ClockDown, match=r"http://127\.0\.0\.1:\d+/_clock"):
        FollowedClock(f"http://127.0.0.1:{free_port()}")


def test_what_is_no_clock_at_first_is_said() -> None:
    with telling("<html>") as other, pytest.raises(ClockDown):
        FollowedClock(other.url)


def test_after_it_is_closed_it_asks_no_more() -> None:
    with telling(NOON) as simulator:
        with FollowedClock(simulator.url, every_seconds=0.01) as clock:
            pass
        simulator.tell(NOON + timedelta(hours=1))
        time.sleep(0.1)

        assert clock.now() == NOON


@pytest.mark.parametrize(
    "given",
    [
        {"clock_url": "http://127.0.0.1:8001"},
        {"clock_url": "https://clock.example", "graph_url": "http://127.0.0.1:8001"},
        {"clock_url": "http://clock.example", "graph_url": "http://127.0.0.1:8001"},
        {"clock_url": "https://127.0.0.1", "graph_url": "http://127.0.0.1:8001"},
        {"clock_url": "http://127.0.0.1:8001", "graph_url": "https://graph.microsoft.com"},
    ],
)
def test_only_beside_a_simulator_on_this_machine_is_another_clock_followed(given: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused, match="SUA_CLOCK_URL"):
        Settings.load(**given)


def test_the_processes_of_an_installation_follow_it(database: Database) -> None:
    with telling(NOON) as simulator:
        settings = Settings.load(
            database_url=database.writer_dsn,
            database_read_url=database.reader_dsn,
            graph_url=simulator.url,
            login_url=simulator.url,
            clock_url=simulator.url,
            graph_client_id="client",
            graph_client_secret="secret",
            master_key=KEY,
            pseudonym_key=KEY,
        )
        with assembled(settings) as parts:
            assert parts.desk.now() == parts.clock.now() == NOON

            simulator.tell(NOON + timedelta(hours=1))

            _reaches(parts.clock, NOON + timedelta(hours=1))


def _reaches(clock: Clock, wanted: datetime) -> None:
    until = time.monotonic() + SOON_S
    while clock.now() != wanted:
        assert time.monotonic() < until, clock.now()
        time.sleep(0.005)
