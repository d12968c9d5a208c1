"""Draws for customers by chance: days and instants on an edge, just before it, or just behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.oracle.model import Rules


@dataclass(slots=True)
class Chance:
    """Draws of one seed. `on`: the day everything is arranged around."""

    draw: Random
    on: date
    rules: Rules

    def uuid(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def maybe(self, share: float) -> bool:
        return self.draw.random() < share

    def at(self, days_ago: int) -> datetime:
        """An instant of the civil day so many days before, often at its very beginning or end."""
        hours = self.draw.choice((time(), time(0, 30), time(9), time(12), time(23, 30), time(23, 59, 59)))
        day = self.on - timedelta(days=days_ago)
        return datetime.combine(day, hours, ZoneInfo(self.rules.zone)).astimezone(UTC)

    def near(self, *edges: int) -> int:
        """A number of days at one of these edges, just beside it, or anywhere."""
        if self.maybe(0.15):
            return self.draw.randint(1, 380)
        return max(0, self.draw.choice(edges) + self.draw.choice((-1, 0, 0, 1)))
