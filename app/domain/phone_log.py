"""Rows of the PSTN and Direct Routing logs: the same row again is nothing, a corrected one is said again, whole."""

from datetime import date, datetime, timedelta
from typing import TypeVar

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PhoneCall, PstnCall, PstnCallCharged
from app.domain.personal import Personal

PhoneCallSighting = PstnCall | DirectRoutingCall

READ_AGAIN = timedelta(days=7)
"""Rows appear 24 to 48 hours late, and charges may be corrected: so much before the last read is read once more."""

FIRST_READ = timedelta(days=89)
"""How far back the first read begins. Together with its last day these are the 90 days one request may span."""

_PERSONAL = ("label", "caller", "callee")

C = TypeVar("C", bound=PhoneCall)


def sight(known: Event | None, seen: PhoneCallSighting) -> list[Event]:
    """What a row adds to the newest fact about it; `known` None: it is new."""
    match known, seen:
        case PstnCallCharged(call=before), PstnCall():
            seen = _without_the_erased(before, seen)
            if _content(before) == _content(seen):
                return []
        case DirectRoutingCallLogged(call=before), DirectRoutingCall():
            seen = _without_the_erased(before, seen)
            if _content(before) == _content(seen):
                return []
    return [_fact(seen)]


def days_to_read(now: datetime, last_complete_at: datetime | None, *, further_back: bool = False) -> tuple[date, date]:
    """The first and the last day (UTC, both included) a read at `now` asks for.

    `further_back`: not only what is read again anyway, but all that a first read would see.
    """
    first = now - FIRST_READ
    since = first if last_complete_at is None else last_complete_at - READ_AGAIN
    return min(since, first if further_back else now).date(), now.date()


def _fact(seen: PhoneCallSighting) -> Event:
    if isinstance(seen, PstnCall):
        return PstnCallCharged(happened_at=seen.began_at, call=seen)
    return DirectRoutingCallLogged(happened_at=seen.began_at, call=seen)


def _content(call: PhoneCall) -> dict[str, object]:
    """To compare by: the log gives values that stand alone a subject, which a sighting does not have yet."""
    told = {name: getattr(call, name) for name in type(call).model_fields}
    return told | {name: told[name] and told[name].value for name in _PERSONAL}


def _without_the_erased(before: PhoneCall, seen: C) -> C:
    """What was erased stays so, though Graph still tells it."""
    erased = {name: was for name in _PERSONAL if isinstance(was := getattr(before, name), Personal) and _is_gone(was)}
    return seen.model_copy(update=erased) if erased else seen


def _is_gone(was: Personal) -> bool:
    return was.erased or not was.value
