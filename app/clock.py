"""The only reader of time."""

import http.client
import json
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar, Protocol, Self
from urllib.parse import urlsplit

from app.domain.errors import Unavailable

_ANSWER_S = 5.0
_PATH = "/_clock"


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class ClockDown(Unavailable):
    """The simulator whose clock is to be followed (SUA_CLOCK_URL) does not tell the time."""

    code: ClassVar[str] = "CLOCK_DOWN"


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SteppedClock:
    """A clock that stands where it was set: for the demo's simulated days and for tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def step_to(self, now: datetime) -> None:
        self._now = now


class FollowedClock:
    """The clock of a simulator at `url` (http, loopback), so that several processes live by one simulated time.

    Asked every `every_seconds` by a thread, so `now` trails it by about that and never waits. It never runs backwards:
    while the simulator is away, or says less than before, it stands. Raises ClockDown if it cannot be read at first.
    """

    def __init__(self, url: str, every_seconds: float = 0.05) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._connection = http.client.HTTPConnection(*self._address, timeout=_ANSWER_S)
        try:
            self._now = self._read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise ClockDown(f"No clock answers at {url}{_PATH}.") from error
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(every_seconds,), name="clock", daemon=True)
        self._thread.start()

    def now(self) -> datetime:
        return self._now

    def close(self) -> None:
        """Follow no longer; `now` stands."""
        self._over.set()
        self._thread.join()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, every_seconds: float) -> None:
        while not self._over.wait(every_seconds):
            with suppress(OSError, http.client.HTTPException, ValueError):  # away for a while: it stands
                self._now = max(self._now, self._read())

    def _read(self) -> datetime:
        """Raises OSError or HTTPException without an answer, ValueError for one that tells no time."""
        try:
            self._connection.request("GET", _PATH)
            answer = self._connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next request opens another
            raise
        said = json.loads(answer)
        if not isinstance(said, dict) or not isinstance(said.get("now"), str):
            raise ValueError("no time in it")
        return datetime.fromisoformat(said["now"]).astimezone(UTC)
