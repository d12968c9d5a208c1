"""How often one subject may ask: a bucket of tokens for each, in this process alone."""

from collections import OrderedDict
from math import ceil
from typing import TypeAlias

from app.graphql.http import RateLimited

SUBJECTS_MAX = 10_000
"""Those who asked last. Whoever is forgotten begins with a full bucket."""

_ROUNDING = 1e-6

Subject: TypeAlias = tuple[str, str]
"""Directory and person, as the token says."""


class Pace:
    """`per_minute`: requests a subject may make in any minute; as many at once after a minute of rest."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[Subject, tuple[float, float]] = OrderedDict()

    def take(self, subject: Subject, ticks: float) -> None:
        """Count one request. `ticks`: seconds on a clock that never goes back. Raises `RateLimited`."""
        per_second = self._per_minute / 60
        left, since = self._left.pop(subject, (float(self._per_minute), ticks))
        left = min(left + (ticks - since) * per_second, self._per_minute)
        allowed = left > 1 - _ROUNDING
        self._left[subject] = (left - 1 if allowed else left, ticks)
        if len(self._left) > SUBJECTS_MAX:
            self._left.popitem(last=False)
        if not allowed:
            raise RateLimited(self._per_minute, ceil((1 - left) / per_second - _ROUNDING))
