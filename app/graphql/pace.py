"""How often one person may ask, at this process alone."""

from typing import TypeAlias

from app.auth.buckets import Buckets
from app.graphql.http import RateLimited

Subject: TypeAlias = tuple[str, str]
"""Directory and person, as the token says."""


class Pace:
    """`per_minute`: requests a subject may make in any minute; as many at once after a minute of rest."""

    def __init__(self, per_minute: int) -> None:
        self._buckets: Buckets[Subject] = Buckets(per_minute)

    def take(self, subject: Subject, ticks: float) -> None:
        """Count one request. `ticks`: seconds on a clock that never goes back. Raises `RateLimited`."""
        again_seconds = self._buckets.take(subject, ticks)
        if again_seconds:
            raise RateLimited(self._buckets.per_minute, again_seconds)
