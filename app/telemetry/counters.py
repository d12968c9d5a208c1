"""Counters of what happens now and then, by name. What is measured all the time is in `metrics`."""

from collections import Counter
from threading import Lock

_counts: Counter[str] = Counter()
_lock = Lock()


def count(name: str, by: int = 1) -> None:
    """Raise a counter of this process, for instance `webhook.unknown_subscription`. Exported as `sua_events_total`."""
    with _lock:
        _counts[name] += by


def counted() -> dict[str, int]:
    with _lock:
        return dict(_counts)
