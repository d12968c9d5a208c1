"""Worker and scheduler entry: carry out messages, and ring for what is due or was left behind."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import dramatiq

from app.assembly import Parts, assembled
from app.broker import BrokerDown, check_broker, make_worker, ringing
from app.domain.errors import Unavailable
from app.evidence.actors import Round
from app.ingest import actors as ingesting
from app.ingest import alert_watch
from app.ingest.bell import Bell
from app.observe.process import observed
from app.observe.traces_kept import forget_old
from app.people import actors as retaining
from app.projections.leftovers import drop_old
from app.projections.sweeper import sweep
from app.settings import Settings, SettingsRefused, is_loopback_http
from app.telemetry import count, log, say

WORKER_SHUTDOWN_S = 5
"""How long a worker that was told to stop may finish what it has begun; what takes longer is done again by the next."""

_POLL_MS = 200
_TIDY_EVERY_SECONDS = 3600.0
_WATCH_EVERY_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 10.0


def work(settings: Settings) -> None:
    """Carry out messages until SIGTERM or SIGINT. What was begun is finished, or taken up by the next worker."""
    with assembled(settings) as parts, observed(settings, parts.pool, parts.clock, "worker"):
        if parts.notary.signer is None and not is_loopback_http(settings.public_url):
            raise SettingsRefused("SUA_CHECKPOINT_KEY is needed: workers sign what the logs hold (`sua audit key`).")
        check_broker(parts.broker)
        stopped = _until_told()
        with working(parts):
            stopped.wait()


def schedule(settings: Settings) -> None:
    """Look for what is due, every `sweep_seconds`, until SIGTERM or SIGINT. A bug in a round is raised: whoever
    restarts processes is to see it."""
    with assembled(settings) as parts, observed(settings, parts.pool, parts.clock, "scheduler"):
        check_broker(parts.broker)
        stopped = _until_told()
        with sweeping(parts, stopped):
            stopped.wait()


@contextmanager
def working(parts: Parts) -> Iterator[None]:
    """Threads that carry out messages, while the block lasts."""
    worker = make_worker(parts.broker, threads=parts.settings.worker_threads, poll_ms=_POLL_MS)
    worker.start()
    say("worker.started", threads=parts.settings.worker_threads)
    try:
        yield
    finally:
        _stop(worker)


@contextmanager
def sweeping(parts: Parts, broken: threading.Event | None = None) -> Iterator[None]:
    """Threads that ring for projections and feeds left behind, while the block lasts.

    A bug in one ends it and sets `broken`; it is raised when the block ends.
    """
    stop = threading.Event()
    bell = Bell()
    bugs: list[Exception] = []

    def run(every_seconds: float, do: Callable[[], object]) -> None:
        try:
            _repeat(stop, every_seconds, do)
        except Exception as bug:  # noqa: BLE001 - raised in the thread that can end the process
            log.critical("sweep.broken", exc_info=True)
            bugs.append(bug)
            if broken is not None:
                broken.set()

    rounds: list[tuple[float, Callable[[], object]]] = [
        (parts.settings.sweep_seconds, lambda: sweep(parts.pool, parts.desk.ring)),
        (parts.settings.sweep_seconds, lambda: drop_old(parts.pool)),
        (parts.settings.sweep_seconds, lambda: ingesting.tick(parts.workshop, parts.ingest, bell)),
        (_TIDY_EVERY_SECONDS, lambda: ingesting.tidy(parts.workshop)),
        (_TIDY_EVERY_SECONDS, lambda: forget_old(parts.pool)),
        (_WATCH_EVERY_SECONDS, lambda: alert_watch.watch(parts.workshop)),
        (_WATCH_EVERY_SECONDS, Round(parts.notary, parts.witness)),
        (_LOOK_EVERY_SECONDS, parts.vigil),
        (_WATCH_EVERY_SECONDS, retaining.Round(parts.pool, parts.desk, parts.retention)),
    ]
    threads = [threading.Thread(target=run, args=each, daemon=True) for each in rounds]
    for thread in threads:
        thread.start()
    say("scheduler.started", every_seconds=parts.settings.sweep_seconds)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for bug in bugs:
        raise bug


def _repeat(stop: threading.Event, every_seconds: float, do: Callable[[], object]) -> None:
    """A dependency that is away is counted and tried again: nothing is lost while nobody rings."""
    while not stop.is_set():
        try:
            do()
        except Unavailable as error:
            count("sweep.unavailable")
            say("sweep.unavailable", logging.WARNING, code=error.code)
        stop.wait(every_seconds)


def _stop(worker: dramatiq.Worker) -> None:
    """Without its broker it cannot hand messages back: the broker does that when it misses the worker."""
    try:
        with ringing():
            worker.stop(timeout=WORKER_SHUTDOWN_S * 1000)
    except BrokerDown as error:
        say("worker.messages_not_handed_back", logging.WARNING, code=error.code)


def _until_told() -> threading.Event:
    told = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return told
