"""What facts show of who used what: the sources kept apart by `workload_gaps` and counted by day in `adoption`.

A failed leg, a test call and a telephone call of no length prove nothing. A call's time counts for the person: being
called does not, unless they took part.
"""

from collections.abc import Iterator
from datetime import datetime

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PhoneCall, PstnCall, PstnCallCharged
from app.domain.events.licensing import Workload, WorkloadUsed
from app.domain.events.telephony import Call, CallCompleted, CallRevised, PartyKind
from app.domain.ids import UserId
from app.domain.kept_signs import EVIDENCE, KeptSign
from app.domain.period import day_begins
from app.domain.stand_ins import span_of
from app.domain.standing import Source
from app.domain.telephony import Direction, direction_of
from app.projections.bearings import Bearings
from app.projections.facts import Fact

FACTS: frozenset[type[Event]] = frozenset(
    {WorkloadUsed, CallCompleted, CallRevised, PstnCallCharged, DirectRoutingCallLogged, KeptSign}
)

SOURCES = {workload: Source(workload.value) for workload in Workload}

_MEETING, _PAIR = "groupCall", "peerToPeer"
"""Graph's words for the kinds of call (callType)."""

Sign = tuple[UserId, Source, datetime]
"""Who, by which source, when."""


def signs_of(fact: Fact, bearings: Bearings) -> Iterator[Sign]:
    """The signs of life in a fact, HUMAN besides those it is a part of. One may come several times.

    Who stands in for somebody shows none: of calls whose details are gone there are kept signs.
    """
    event = fact.event
    if isinstance(event, KeptSign):
        if event.source != EVIDENCE:
            yield event.user, Source(event.source), day_begins(event.on, bearings.zone_at(fact.position))
        return
    yield from (sign for sign in _shown(fact, bearings) if span_of(sign[0]) is None)


def _shown(fact: Fact, bearings: Bearings) -> Iterator[Sign]:
    event = fact.event
    if isinstance(event, WorkloadUsed):
        yield event.user, SOURCES[event.workload], event.happened_at
        yield event.user, Source.HUMAN, event.happened_at
    elif isinstance(event, CallCompleted | CallRevised) and not event.call.test:
        yield from _in_call(event.call, fact.position, bearings)
    elif isinstance(event, PstnCallCharged):
        yield from _charged(event.call)
    elif isinstance(event, DirectRoutingCallLogged) and event.call.successful is not False:
        yield from _telephoned(event.call)


def _in_call(call: Call, position: int, bearings: Bearings) -> Iterator[Sign]:
    by_telephone = _takes_a_telephone(call, position, bearings)
    for leg in call.legs:
        party = leg.party
        if leg.failed:
            continue
        if party.user is not None and bearings.is_own(party, position):
            yield party.user, Source.HUMAN, leg.started_at
            if by_telephone:
                yield party.user, Source.TELEPHONE, leg.started_at
        elif party.kind is PartyKind.PHONE and _is_meeting(call):
            host = call.organiser
            if host is not None and host.user is not None and bearings.is_own(host, position):
                yield host.user, Source.CONFERENCE, leg.started_at


def _takes_a_telephone(call: Call, position: int, bearings: Bearings) -> bool:
    """Whether the tenant's users in it needed a telephone licence.

    In a meeting somebody joined by telephone they did not. A call queue's calls are group calls too, but no user
    organised them.
    """
    direction = direction_of(call, bearings.home_at(position))
    if direction is Direction.PSTN:
        return not _is_meeting(call)
    return direction is Direction.EXTERNAL and call.kind == _PAIR and "audio" in call.modalities


def _is_meeting(call: Call) -> bool:
    return call.kind == _MEETING and call.organiser is not None and call.organiser.kind is PartyKind.USER


def _charged(call: PstnCall) -> Iterator[Sign]:
    """Rows of meetings name the organiser, who need not have been there."""
    kind = call.kind or ""
    if not kind.startswith(("conf_", "user_out_conf")):
        yield from _telephoned(call)
    elif call.user is not None and call.seconds != 0:
        yield call.user, Source.CONFERENCE, call.began_at


def _telephoned(call: PhoneCall) -> Iterator[Sign]:
    """A forwarded call takes the licence, but nobody who acts."""
    if call.user is None or call.seconds == 0:
        return
    yield call.user, Source.TELEPHONE, call.began_at
    if call.kind != "user_out_forwarding":
        yield call.user, Source.HUMAN, call.began_at


def took_part(fact: Fact, bearings: Bearings) -> Iterator[tuple[UserId, datetime]]:
    """Who was in a call, and since when: evidence of activity. A failed leg and a test call prove nothing."""
    event, position = fact.event, fact.position
    if isinstance(event, KeptSign):
        if event.source == EVIDENCE:
            yield event.user, day_begins(event.on, bearings.zone_at(position))
    elif isinstance(event, CallCompleted | CallRevised) and not event.call.test:
        for leg in event.call.legs:
            user = leg.party.user
            if user is not None and not leg.failed and bearings.is_own(leg.party, position) and span_of(user) is None:
                yield user, leg.started_at
