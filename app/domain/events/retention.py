"""Facts about how long the detail of calls is kept, and which months of it are gone."""

from typing import ClassVar
from uuid import UUID

from app.domain.events.base import Event


class CallRetentionSet(Event):
    """The customer says for how long who called whom is kept, after the last day of the calls' month.

    `days`: civil days in UTC. `by`: the object id of who decided, in their directory; None: an operator.
    """

    name: ClassVar[str] = "CallRetentionSet"
    days: int
    by: UUID | None


class CallDetailDropped(Event):
    """Who took part in the calls of a month became unreadable, in every fact before this one and for ever.

    What the calls were in number, length and cost stays. `month`: of their start, in UTC, as 2026-03. `calls`: call
    records, and rows of the telephone logs, of which that is true. `days`: the rule by which it was due.
    """

    name: ClassVar[str] = "CallDetailDropped"
    month: str
    calls: int
    days: int
