"""Facts about what people decided of a seat: that it is to be left alone, or what is to become of a finding."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from app.domain.events.base import Event
from app.domain.ids import SkuId, UserId
from app.domain.personal import Personal


class Cause(StrEnum):
    """Why a seat costs money for nothing: one a seat, the first that applies, in this order (definitions)."""

    DISABLED = "DISABLED"
    NEVER_USED = "NEVER_USED"
    IDLE = "IDLE"
    OVERLAP = "OVERLAP"
    SKU_IDLE = "SKU_IDLE"
    DOWNGRADE = "DOWNGRADE"
    """Used, but a cheaper product covers what is used. No waste: only the difference of prices could be saved."""
    GUEST_LICENSED = "GUEST_LICENSED"
    """A guest holds a paid seat: their own employer may have paid for one."""


class Tier(StrEnum):
    """How far a saving can be counted on."""

    GUARANTEED = "GUARANTEED"
    LIKELY = "LIKELY"
    REVIEW = "REVIEW"
    UNVERIFIABLE = "UNVERIFIABLE"
    """Nothing that could show activity was read: neither wasted nor used. Counted, and no money."""


class Decision(StrEnum):
    ACCEPTED = "ACCEPTED"
    """The seat is to be freed."""
    DECLINED = "DECLINED"
    """It stays, though the finding is right."""
    DONE = "DONE"
    """Somebody says that it was freed; whether it was, later facts show."""


class SeatExempted(Event):
    """A seat is to be left alone until a day (excluded; None: without end). Repeated, whole, when it changes.

    `owner`: who answers for it, as they were named. `by`: the object id of who said so in their directory.
    `reason`: their own words, which may name anybody: kept under the holder's key.
    """

    name: ClassVar[str] = "SeatExempted"
    user: UserId
    sku: SkuId
    reason: Personal
    owner: Personal
    until: date | None
    by: UUID | None


class ExemptionLifted(Event):
    name: ClassVar[str] = "ExemptionLifted"
    user: UserId
    sku: SkuId
    by: UUID | None


class FindingDecided(Event):
    """Somebody decided about the finding a seat had that day: `cause` and `tier` are what it was then.

    `note`: their own words, kept under the holder's key; None: they said nothing.
    """

    name: ClassVar[str] = "FindingDecided"
    user: UserId
    sku: SkuId
    cause: Cause
    tier: Tier
    decision: Decision
    note: Personal | None
    by: UUID | None
