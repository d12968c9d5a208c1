"""What people decided of one seat: the fold of its stream, and what a new decision adds to it. Repeats add nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
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

REPEATED_WITHIN = timedelta(days=30)
"""So long after the last one an equal decision is the same again; later the seat may have been freed and given back."""


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
    """`reason` None: the holder was erased; `owner` None: the owner was. `until` is excluded; None: without end."""

    reason: str | None
    owner: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was decided about the finding a seat had: `cause` and `tier` are what it was then.

    `note` None: nothing was said, or the holder was erased.
    """

    cause: Cause
    tier: Tier
    decision: Decision
    note: str | None


@dataclass(frozen=True, slots=True)
class DecidedOf:
    """What the log says of one seat's decisions. None: not exempt; nobody decided. `decided_at`: when last."""

    exemption: Exemption | None = None
    resolution: Resolution | None = None
    decided_at: datetime | None = None


NOTHING = DecidedOf()


def replay(events: Iterable[Event]) -> DecidedOf:
    return reduce(evolve, events, NOTHING)


def evolve(seat: DecidedOf, event: Event) -> DecidedOf:
    """Fold one fact in. Never refuses; a fact about something else leaves the seat as it is."""
    match event:
        case SeatExempted():
            return replace(seat, exemption=Exemption(event.reason.value, event.owner.value, event.until))
        case ExemptionLifted():
            return replace(seat, exemption=None)
        case FindingDecided():
            note = None if event.note is None else event.note.value
            resolution = Resolution(event.cause, event.tier, event.decision, note)
            return replace(seat, resolution=resolution, decided_at=event.happened_at)
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
    reason, owner = reason.strip(), owner.strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        raise ReasonLengthOutOfRange(f"Say why in 1 to {LONGEST_TEXT} characters, not {len(reason)}.")
    if not 0 < len(owner) <= LONGEST_TEXT:
        raise OwnerLengthOutOfRange(f"Name who answers for it in 1 to {LONGEST_TEXT} characters.")
    if until is not None and until <= today:
        raise ExemptionOver(f"The first day an exemption no longer holds lies after today, {today}; not {until}.")
    if seat.exemption == Exemption(reason, owner, until):
        return []
    return [
        SeatExempted(
            happened_at=at,
            user=user,
            sku=sku,
            reason=Personal.of_user(user, reason),
            owner=Personal.alone(owner),
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
    """Decide about the seat's finding. That it has one of this cause is for whoever asks to see to.

    Decided equally less than REPEATED_WITHIN ago: nothing.
    """
    note = (resolution.note or "").strip() or None
    if note is not None and len(note) > LONGEST_NOTE:
        raise NoteTooLong(f"A note has at most {LONGEST_NOTE} characters, not {len(note)}.")
    wanted = replace(resolution, note=note)
    if seat.resolution == wanted and seat.decided_at is not None and at < seat.decided_at + REPEATED_WITHIN:
        return []
    return [
        FindingDecided(
            happened_at=at,
            user=user,
            sku=sku,
            cause=wanted.cause,
            tier=wanted.tier,
            decision=wanted.decision,
            note=None if note is None else Personal.of_user(user, note),
            by=by,
        )
    ]
