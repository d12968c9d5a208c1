"""How often one subject may ask: a bucket of tokens for each, in this process alone."""

from collections import OrderedDict
from collections.abc import Hashable
from math import ceil
from typing import Generic, TypeVar

SUBJECTS_MAX = 10_000
"""Those who asked last. Whoever is forgotten begins with a full bucket."""

_ROUNDING = 1e-6

Subject = TypeVar("Subject", bound=Hashable)


class Buckets(Generic[Subject]):
    """`per_minute`: what a subject may do in any minute; as much at once after a minute of rest."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: OrderedDict[Subject, tuple[float, float]] = OrderedDict()

    def take(self, subject: Subject, ticks: float) -> int:
        """Count once; `ticks`: seconds on a clock that never goes back. Returns 0 or the seconds to wait."""
        per_second = self.per_minute / 60
        left, since = self._left.pop(subject, (float(self.per_minute), ticks))
        left = min(left + (ticks - since) * per_second, self.per_minute)
        allowed = left > 1 - _ROUNDING
        self._left[subject] = (left - 1 if allowed else left, ticks)
        if len(self._left) > SUBJECTS_MAX:
            self._left.popitem(last=False)
        return 0 if allowed else ceil((1 - left) / per_second - _ROUNDING)
