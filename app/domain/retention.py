"""For how long who called whom is kept: the rule, which months it is over for, and what stays of a number.

Call records and rows of the telephone logs belong to the month of their start, in UTC. A month's detail is dropped
whole, `days` after its last day; so a call's is kept for `days`, and at most a month longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.charging import CallWay, DirectRoutingCallLogged, PhoneCall, PstnCallCharged
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.personal import Personal
from app.domain.phone_costs import LONGEST_NUMBER, way_of

CALL_DETAIL: tuple[type[Event], ...] = (CallCompleted, CallRevised, PstnCallCharged, DirectRoutingCallLogged)
"""The facts that say who called whom."""

DEFAULT_DAYS = 90
"""In force until the customer sets their own."""
SHORTEST_DAYS = 30
"""So far back Graph lists calls: what is dropped sooner would be fetched again and again."""
LONGEST_DAYS = 3660


class RetentionDaysOutOfRange(Refused):
    """Call details are kept for 30 to 3660 days."""

    code = "RETENTION_DAYS_OUT_OF_RANGE"


class MonthNotDue(Refused):
    """The call details of that month are to be kept still, by the customer's own rule."""

    code = "MONTH_NOT_DUE"


@dataclass(frozen=True, slots=True)
class Retention:
    """A customer's rule. `dropped`: months whose details are gone."""

    days: int = DEFAULT_DAYS
    dropped: frozenset[str] = frozenset()


def replay(events: Iterable[Event]) -> Retention:
    return reduce(evolve, events, Retention())


def evolve(retention: Retention, event: Event) -> Retention:
    """Fold one fact in. Never refuses; a fact about something else changes nothing."""
    match event:
        case CallRetentionSet():
            return replace(retention, days=event.days)
        case CallDetailDropped():
            return replace(retention, dropped=retention.dropped | {event.month})
        case _:
            return retention


def set_days(retention: Retention, days: int, *, by: UUID | None, at: datetime) -> list[Event]:
    """Set the rule. The one in force already, be it the default: nothing. What is gone stays gone."""
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise RetentionDaysOutOfRange(f"Call details are kept for {SHORTEST_DAYS} to {LONGEST_DAYS} days, not {days}.")
    if retention.days == days:
        return []
    return [CallRetentionSet(happened_at=at, days=days, by=by)]


def drop(retention: Retention, month: str, calls: int, *, at: datetime) -> list[Event]:
    """The details of a month go. Gone already: nothing. Raises `MonthNotDue`."""
    if month in retention.dropped:
        return []
    if not is_due(month, retention.days, at):
        raise MonthNotDue(f"Call details of {month} are kept until {due_at(month, retention.days):%Y-%m-%d}.")
    return [CallDetailDropped(happened_at=at, month=month, calls=calls, days=retention.days)]


def month_of(at: datetime) -> str:
    """The month (2026-03) an instant lies in, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


def begins_at(month: str) -> datetime:
    return datetime(int(month[:4]), int(month[5:7]), 1, tzinfo=UTC)


def ends_at(month: str) -> datetime:
    """The instant after its last."""
    return (begins_at(month) + timedelta(days=31)).replace(day=1)


def due_at(month: str, days: int) -> datetime:
    """From when on the details of a month are not kept any more."""
    return ends_at(month) + timedelta(days=days)


def is_due(month: str, days: int, now: datetime) -> bool:
    return due_at(month, days) <= now


def other_side(fact: Event) -> Personal | None:
    """Of a call a carrier may price: the number its price follows from."""
    match fact:
        case PstnCallCharged() if fact.call.operator is not None:
            return _other_side(fact.call)
        case DirectRoutingCallLogged():
            return _other_side(fact.call)
        case _:
            return None


def _other_side(call: PhoneCall) -> Personal | None:
    return call.caller if way_of(call.kind) is CallWay.IN else call.callee


def priced_part(number: str, prefixes: Iterable[str]) -> str | None:
    """What of a number stays, so that what calls to it cost does not change: its first digits, until no longer prefix
    of a rate card could be meant. None: nothing has to, for no card tells such numbers apart.

    A number all of whose digits stand in a rate card stays whole: that is a line of the contract and not a person.
    """
    plain = number.strip().removeprefix("tel:")
    told, hidden, _ = plain.partition("*")
    told = "+" + told[2:] if told.startswith("00") else told
    digits = "".join(sign for sign in told if sign.isdigit())
    if not told.startswith("+") or not digits.isascii() or len(digits) > LONGEST_NUMBER:
        return None
    known = [prefix for prefix in set(prefixes) if prefix]
    if not known:
        return None
    for length in range(len(digits) + 1):
        part = digits[:length]
        if not any(len(prefix) > length and prefix.startswith(part) for prefix in known):
            return f"+{part}***" if length < len(digits) or hidden else f"+{digits}"
    return f"+{digits}***" if hidden else f"+{digits}"
