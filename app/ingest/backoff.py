"""How long to wait before asking again."""

import math
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

WAIT_MIN = 1.0
WAIT_MAX = timedelta(hours=1).total_seconds()
BACKOFF_BASE = 0.5
BACKOFF_MAX = 60.0


def asked_wait(retry_after: str | None, date: str | None) -> float | None:
    """Seconds that `Retry-After` asks for, from 1 second to 1 hour; None where it says nothing usable.

    Graph sends decimals (`2.128`); an HTTP date is measured against the answer's own `Date`.
    """
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _until(retry_after, date)
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(max(seconds, WAIT_MIN), WAIT_MAX)


def _until(retry_after: str, date: str | None) -> float:
    try:
        return (parsedate_to_datetime(retry_after) - parsedate_to_datetime(date or "")).total_seconds()
    except (ValueError, TypeError):
        return math.nan


def wait_before(attempt: int, asked: float | None, chance: Callable[[], float]) -> float:
    """Seconds before the next attempt (1 = the second try). Never less than Graph asked for; `chance` in [0, 1)."""
    if asked is not None:
        return asked * (1 + 0.1 * chance())
    ceiling: float = min(BACKOFF_MAX, BACKOFF_BASE * 2**attempt)
    return ceiling * (0.5 + 0.5 * chance())
