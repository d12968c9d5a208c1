"""Structured log lines."""

import json
import logging
import traceback
from typing import Any

from app.telemetry.bound import ids_bound
from app.telemetry.tracing import trace_id

log = logging.getLogger("sua")


def say(event: str, level: int = logging.INFO, **values: object) -> None:
    """One structured log line: what happened and the ids it concerns, those bound where it happened among them."""
    log.log(level, event, extra={"values": values})


class JsonLines(logging.Formatter):
    """One JSON object a line, as log collectors like it. `trace_id` where a trace is kept, as in the trace itself."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = getattr(record, "values", {})
        trace = trace_id()
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "event": record.getMessage(),
            **ids_bound(),
            **({} if trace is None else {"trace_id": trace}),
            **values,
        }
        if record.exc_info and record.exc_info[0] is not None:
            # Kind and place only: an error's message may quote what a person wrote.
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])[-4:]]
        return json.dumps(line, default=str)


def hush_clients() -> None:
    """Client libraries tell every failed try at length; what is away SUA says itself, once and by its name."""
    for name in ("pika", "psycopg.pool", "opentelemetry"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send log lines to standard error, once a process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
