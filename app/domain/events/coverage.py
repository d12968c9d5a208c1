"""Facts about what SUA has read and what it could not."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import CallId, RunId


class Feed(StrEnum):
    LICENCES = "licences"
    SIGN_INS = "sign_ins"
    REPORTS = "reports"
    CALLS = "calls"
    PSTN = "pstn"
    DIRECT_ROUTING = "direct_routing"
    RENEWALS = "renewals"


class SnapshotTaken(Event):
    """A feed was read completely at `happened_at` and everything it showed is in the log before this fact.

    `torn`: users the listing lacked though Graph still has them, because something changed between its pages; they
    stay as last seen.
    """

    name: ClassVar[str] = "SnapshotTaken"
    schema_version: ClassVar[int] = 2
    feed: Feed
    run: RunId
    items: int
    facts: int
    torn: int = 0


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


class SubscriptionRenewed(Event):
    """The same subscription lives on, until `expires_at`."""

    name: ClassVar[str] = "SubscriptionRenewed"
    subscription: str
    expires_at: AwareDatetime


class SubscriptionEnd(StrEnum):
    """Why a subscription brings nothing any more."""

    EXPIRED = "EXPIRED"
    NOT_FOUND = "NOT_FOUND"
    """Graph does not know it (any more), though it had not expired."""
    ADDRESS_CHANGED = "ADDRESS_CHANGED"
    SECRET_UNKNOWN = "SECRET_UNKNOWN"
    CONSENT_LOST = "CONSENT_LOST"
    OFFBOARDED = "OFFBOARDED"


class SubscriptionLost(Event):
    """The subscription ended or was ended. Calls since its last notification are found by listing only."""

    name: ClassVar[str] = "SubscriptionLost"
    subscription: str
    reason: SubscriptionEnd


class Pass(StrEnum):
    """How a listing of calls came about; the later ones leave fewer calls to appear afterwards."""

    FIRST = "FIRST"
    """All that Graph still keeps, when SUA begins or begins again."""
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    CLOSING = "CLOSING"
    """Shortly before Graph forgets them (30 days)."""


class CallsReconciled(Event):
    """Graph's list of the calls that began in [since, until) was read whole and compared with the log.

    `listed`: calls by hour of their start, from `since` on, which is a full hour of UTC. `missing`: how many of them,
    or of their revisions, the log did not have and no notification had announced. `happened_at` is the time of reading.
    A row that told no start is counted in neither; one that told no version is missing where the log has none at all.
    """

    name: ClassVar[str] = "CallsReconciled"
    run: RunId
    kind: Pass
    since: AwareDatetime
    until: AwareDatetime
    listed: tuple[int, ...]
    missing: int


class MissingCall(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    call: CallId
    revision: int
    started_at: AwareDatetime


class CallsMissing(Event):
    """Graph lists these calls (or these revisions of them) and the log lacks them; they are to be fetched.

    Each is found when a CallCompleted or CallRevised of that revision or a higher one follows.
    """

    name: ClassVar[str] = "CallsMissing"
    run: RunId
    calls: tuple[MissingCall, ...]
