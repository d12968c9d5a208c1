"""The scheduler's rounds: an outage is waited out, a bug ends the process."""

from __future__ import annotations

import base64
import logging
import signal
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from app import worker
from app.assembly import assembled
from app.domain.errors import Unavailable
from app.settings import Settings
from tests.database import Database


@pytest.fixture
def settings(database: Database) -> Settings:
    key = base64.b64encode(bytes(32)).decode()
    return Settings.load(
        database_url=database.writer_dsn,
        database_read_url=database.reader_dsn,
        broker_url="stub://",
        graph_client_id=str(uuid4()),
        graph_client_secret="secret",
        master_key=key,
        sweep_seconds=0.01,
    )


@pytest.fixture
def own_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.timeout(20)
def test_a_bug_in_a_round_ends_the_scheduler(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sweep(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(worker, "sweep", sweep)

    with pytest.raises(KeyError, match="a bug"):
        worker.schedule(settings)

    said = [line.message for line in caplog.records if line.levelno == logging.CRITICAL]
    assert said == ["sweep.broken"]


@pytest.mark.timeout(20)
def test_a_round_goes_on_when_what_was_away_is_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    back, broken = threading.Event(), threading.Event()

    def sweep(*_: object) -> None:
        rounds.append(len(rounds))
        if len(rounds) < 3:
            raise Unavailable("away")
        back.set()

    monkeypatch.setattr(worker, "sweep", sweep)

    with assembled(settings) as parts, worker.sweeping(parts, broken):
        assert back.wait(10)

    assert not broken.is_set()
