"""The simulated time, told to each process of SUA on a connection of its own, so that one of them can be told another.

A process whose clock was set forward and back stands until the others have come up: SUA's clock never runs backwards.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

LONGEST_STEP = timedelta(minutes=10)
_EVERY_S = 0.05


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: who asked was killed."""


class Clocks:
    """Tells the simulator's time to whoever asks; to some, for a while, another."""

    def __init__(self, simulator_url: str) -> None:
        self._told = httpx.Client(base_url=simulator_url, timeout=10)
        self._now = self._read()
        self._over = threading.Event()
        self._askers: dict[int, timedelta] = {}
        self._lock = threading.Lock()
        stand = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                with stand._lock:
                    stand._askers[id(self)] = timedelta(0)

            def finish(self) -> None:
                with stand._lock:
                    stand._askers.pop(id(self), None)
                super().finish()

            def do_GET(self) -> None:
                body = json.dumps({"now": (stand._now + stand._askers[id(self)]).isoformat()}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing: it is asked all the time."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        for work in (self._server.serve_forever, self._follow):
            threading.Thread(target=work, daemon=True).start()

    def step(self, which: int, share: float) -> int | None:
        """Set one process's clock off by a share of the longest step; None: nobody asks. Returns whom, for `back`."""
        with self._lock:
            if not self._askers:
                return None
            asker = sorted(self._askers)[which % len(self._askers)]
            self._askers[asker] = LONGEST_STEP * share
            return asker

    def back(self, asker: int) -> None:
        with self._lock:
            if asker in self._askers:
                self._askers[asker] = timedelta(0)

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _follow(self) -> None:
        while not self._over.wait(_EVERY_S):
            try:
                self._now = self._read()
            except httpx.TransportError:
                continue  # busy: it stands for a moment

    def _read(self) -> datetime:
        return datetime.fromisoformat(self._told.get("/_clock").raise_for_status().json()["now"])


@contextmanager
def clocks(simulator_url: str) -> Iterator[Clocks]:
    stand = Clocks(simulator_url)
    try:
        yield stand
    finally:
        stand.close()
