"""What is left of calls whose details are gone: that somebody was in one on a day; whose department paid."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from app.domain.events.base import Event
from app.domain.ids import UserId

EVIDENCE = "EVIDENCE"
"""Of activity at all: took part in a call."""


class KeptSign(Event):
    """A person was active in calls on a civil day, in the customer's zone. Nothing more is known of it.

    No fact of the log: it is kept beside it, and read with it where the log's own facts no longer tell. `source`:
    EVIDENCE, or a source of `app.domain.standing`.
    """

    name: ClassVar[str] = "KeptSign"
    user: UserId
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """What the directory said of the person this stand-in stands for, from when until when."""

    stand_in: UserId
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    valid_from: datetime
    valid_until: datetime
