"""Log lines and counters, named in one place. Neither ever holds personal data: ids, codes and numbers only."""

import json
import logging
import traceback
from collections import Counter
from threading import Lock
from typing import Any

log = logging.getLogger("sua")

_counts: Counter[str] = Counter()
_lock = Lock()


def say(event: str, level: int = logging.INFO, **values: object) -> None:
    """One structured log line: what happened and the ids it concerns."""
    log.log(level, event, extra={"values": values})


def count(name: str, by: int = 1) -> None:
    """Raise a counter of this process, for instance `webhook.unknown_subscription`."""
    with _lock:
        _counts[name] += by


def counted() -> dict[str, int]:
    with _lock:
        return dict(_counts)


class JsonLines(logging.Formatter):
    """One JSON object a line, as log collectors like it."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = getattr(record, "values", {})
        line = {"at": self.formatTime(record), "level": record.levelname, "event": record.getMessage(), **values}
        if record.exc_info and record.exc_info[0] is not None:
            # Kind and place only: an error's message may quote what a person wrote.
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])[-4:]]
        return json.dumps(line, default=str)


def hush_clients() -> None:
    """Client libraries tell every failed try at length; what is away SUA says itself, once and by its name."""
    for name in ("pika", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send log lines to standard error, once a process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
