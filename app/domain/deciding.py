"""What people decided of one seat: the fold of its stream, and what a new decision adds to it. Repeats add nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import ClassVar
from uuid import UUID

from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.ids import SkuId, UserId
from app.domain.personal import Personal

LONGEST_TEXT = 200
"""Characters of a reason, and of an owner's name."""
LONGEST_NOTE = 1000


class SeatNotHeld(Refused):
    """Only of a seat somebody holds can anything be decided."""

    code: ClassVar[str] = "SEAT_NOT_HELD"


class ReasonLengthOutOfRange(Refused):
    code: ClassVar[str] = "REASON_LENGTH_OUT_OF_RANGE"


class OwnerLengthOutOfRange(Refused):
    code: ClassVar[str] = "OWNER_LENGTH_OUT_OF_RANGE"


class NoteTooLong(Refused):
    code: ClassVar[str] = "NOTE_TOO_LONG"


class ExemptionOver(Refused):
    """An exemption would end before it begins."""

    code: ClassVar[str] = "EXEMPTION_OVER"


@dataclass(frozen=True, slots=True)
class Exemption:
    """`owner` None: the person was erased. `until` is excluded; None: without end."""

    reason: str
    owner: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was decided about the finding a seat had: `cause` and `tier` are what it was then."""

    cause: Cause
    tier: Tier
    decision: Decision
    note: str | None


@dataclass(frozen=True, slots=True)
class DecidedOf:
    """What the log says of one seat's decisions. None: not exempt; nobody decided."""

    exemption: Exemption | None = None
    resolution: Resolution | None = None


NOTHING = DecidedOf()


def replay(events: Iterable[Event]) -> DecidedOf:
    return reduce(evolve, events, NOTHING)


def evolve(seat: DecidedOf, event: Event) -> DecidedOf:
    """Fold one fact in. Never refuses; a fact about something else leaves the seat as it is."""
    match event:
        case SeatExempted():
            return replace(seat, exemption=Exemption(event.reason, event.owner.value, event.until))
        case ExemptionLifted():
            return replace(seat, exemption=None)
        case FindingDecided():
            return replace(seat, resolution=Resolution(event.cause, event.tier, event.decision, event.note))
        case _:
            return seat


def exempt(
    seat: DecidedOf,
    user: UserId,
    sku: SkuId,
    *,
    reason: str,
    owner: str,
    until: date | None,
    by: UUID | None,
    at: datetime,
    today: date,
) -> list[Event]:
    """Leave the seat alone until a day. `today` is the customer's civil day. Exempt in the same words: nothing."""
    wanted = Exemption(reason.strip(), owner.strip(), until)
    if not 0 < len(wanted.reason) <= LONGEST_TEXT:
        raise ReasonLengthOutOfRange(f"Say why in 1 to {LONGEST_TEXT} characters, not {len(wanted.reason)}.")
    if not 0 < len(owner.strip()) <= LONGEST_TEXT:
        raise OwnerLengthOutOfRange(f"Name who answers for it in 1 to {LONGEST_TEXT} characters.")
    if until is not None and until <= today:
        raise ExemptionOver(f"The first day an exemption no longer holds lies after today, {today}; not {until}.")
    if seat.exemption == wanted:
        return []
    return [
        SeatExempted(
            happened_at=at,
            user=user,
            sku=sku,
            reason=wanted.reason,
            owner=Personal.alone(owner.strip()),
            until=until,
            by=by,
        )
    ]


def lift(seat: DecidedOf, user: UserId, sku: SkuId, *, by: UUID | None, at: datetime) -> list[Event]:
    """The seat is not to be left alone any more. Not exempt: nothing."""
    if seat.exemption is None:
        return []
    return [ExemptionLifted(happened_at=at, user=user, sku=sku, by=by)]


def decide(
    seat: DecidedOf, user: UserId, sku: SkuId, resolution: Resolution, *, by: UUID | None, at: datetime
) -> list[Event]:
    """Decide about the seat's finding. That it has one of this cause is for whoever asks to see to."""
    note = (resolution.note or "").strip() or None
    if note is not None and len(note) > LONGEST_NOTE:
        raise NoteTooLong(f"A note has at most {LONGEST_NOTE} characters, not {len(note)}.")
    wanted = replace(resolution, note=note)
    if seat.resolution == wanted:
        return []
    return [
        FindingDecided(
            happened_at=at,
            user=user,
            sku=sku,
            cause=wanted.cause,
            tier=wanted.tier,
            decision=wanted.decision,
            note=note,
            by=by,
        )
    ]
