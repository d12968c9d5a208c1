"""Facts about what SUA has read and what it could not."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from app.domain.events.base import Event
from app.domain.ids import RunId


class Feed(StrEnum):
    LICENCES = "licences"
    SIGN_INS = "sign_ins"
    REPORTS = "reports"
    CALLS = "calls"


class SnapshotTaken(Event):
    """A feed was read completely at `happened_at` and everything it showed is in the log before this fact."""

    name: ClassVar[str] = "SnapshotTaken"
    feed: Feed
    run: RunId
    items: int
    facts: int


class SnapshotFailed(Event):
    """A read did not complete; nothing of it was taken. `reason` is an error code."""

    name: ClassVar[str] = "SnapshotFailed"
    feed: Feed
    run: RunId
    reason: str


class SubscriptionCreated(Event):
    """Graph will notify SUA of new call records until `expires_at`."""

    name: ClassVar[str] = "SubscriptionCreated"
    subscription: str
    expires_at: AwareDatetime
