"""When users were last active, and by which sign. A call's time counts for whoever took part in it.

Evidence counts by its own time, whenever it was learned (definitions: evidence of activity).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TypeGuard

from app.audit.bearing import Bearing
from app.audit.cut import Cut
from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PhoneCall, PstnCallCharged
from app.domain.events.licensing import UserDiscovered, UserSignedIn, WorkloadUsed
from app.domain.events.telephony import Call, CallCompleted, CallRevised, PartyKind
from app.domain.ids import UserId
from app.domain.kept_signs import KeptSign
from app.domain.period import day_begins
from app.domain.stand_ins import span_of
from app.domain.standing import Source
from app.domain.telephony import Direction, direction_of
from app.eventstore.envelope import Recorded

EVIDENCE, WEAK = "EVIDENCE", "WEAK"
"""WEAK: attempts to sign in, which prove nothing."""

Sign = tuple[UserId, Source, datetime]


class Activity:
    """`last`: by user and sign (a grade, or a source), the newest before the day judged ends; None: none before it.

    `next`: the first one after. `newest`: by user and stamp, of any time, with the position that told it first.
    `days`: by source, day and user, the position that told first that the user was active.
    """

    facts: frozenset[type[Event]] = frozenset(
        {
            UserDiscovered,
            UserSignedIn,
            WorkloadUsed,
            CallCompleted,
            CallRevised,
            PstnCallCharged,
            DirectRoutingCallLogged,
            KeptSign,
        }
    )

    def __init__(self, cut: Cut, bearing: Bearing) -> None:
        self._judged_at = cut.judged_at
        self._bearing = bearing
        self.last: dict[tuple[UserId, str], datetime | None] = {}
        self.next: dict[tuple[UserId, str], datetime] = {}
        self.newest: dict[tuple[UserId, str], tuple[datetime, int]] = {}
        self.days: dict[tuple[Source, date, UserId], int] = {}

    def take(self, fact: Recorded) -> None:
        event, position = fact.event, fact.position
        match event:
            case UserDiscovered(user=user):
                for sign in (EVIDENCE, WEAK, Source.HUMAN.value):
                    self.last.setdefault((user, sign), None)
            case UserSignedIn():
                self._signed_in(event, position)
            case WorkloadUsed(user=user, workload=workload, happened_at=at):
                self._seen(user, EVIDENCE, at)
                self._stamp(user, workload.value, at, position)
                for source in (Source(workload.value), Source.HUMAN):
                    self._seen(user, source.value, at)
                self.days.setdefault((Source(workload.value), event.last_activity_on, user), position)
            case CallCompleted(call=call) | CallRevised(call=call) if not call.test:
                for leg in call.legs:
                    if _is_person(leg.party.user) and not leg.failed and self._bearing.is_own(leg.party):
                        self._seen(leg.party.user, EVIDENCE, leg.started_at)
                        self._stamp(leg.party.user, "call", leg.started_at, position)
                self._sign(self._in_call(call), position)
            case KeptSign():
                self._kept(event, position)
            case PstnCallCharged(call=row):
                self._sign(_charged(row), position)
            case DirectRoutingCallLogged(call=row) if row.successful is not False:
                self._sign(_telephoned(row), position)

    def _signed_in(self, event: UserSignedIn, position: int) -> None:
        stamps = (
            ("successful", event.successful, EVIDENCE),
            ("interactive", event.interactive, WEAK),
            ("non_interactive", event.non_interactive, WEAK),
        )
        for stamp, at, grade in stamps:
            if at is not None:
                self._seen(event.user, grade, at)
                self._stamp(event.user, stamp, at, position)

    def _kept(self, event: KeptSign, position: int) -> None:
        at = day_begins(event.on, self._bearing.zone)
        if event.source == EVIDENCE:
            self._seen(event.user, EVIDENCE, at)
            self._stamp(event.user, "call", at, position)
        else:
            self._sign(iter([(event.user, Source(event.source), at)]), position)

    def _sign(self, signs: Iterator[Sign], position: int) -> None:
        for user, source, at in signs:
            if not _is_person(user):
                continue
            self._seen(user, source.value, at)
            if source is not Source.HUMAN:
                self.days.setdefault((source, at.astimezone(self._bearing.zone).date(), user), position)

    def _seen(self, user: UserId, sign: str, at: datetime) -> None:
        key = (user, sign)
        if at < self._judged_at:
            known = self.last.get(key)
            self.last[key] = at if known is None else max(known, at)
        else:
            self.last.setdefault(key, None)
            self.next[key] = min(at, self.next.get(key, at))

    def _stamp(self, user: UserId, stamp: str, at: datetime, position: int) -> None:
        known = self.newest.get((user, stamp))
        if known is None or at > known[0]:
            self.newest[user, stamp] = (at, position)

    def _in_call(self, call: Call) -> Iterator[Sign]:
        """In a meeting a telephone takes nobody's telephone licence: whoever dials in shows that its host conferences.

        A call queue's calls are group calls too, but no user organised them.
        """
        host = call.organiser
        meeting = call.kind == "groupCall" and host is not None and host.kind is PartyKind.USER
        direction = direction_of(call, self._bearing.home)
        pair = direction is Direction.EXTERNAL and call.kind == "peerToPeer" and "audio" in call.modalities
        telephone = (direction is Direction.PSTN and not meeting) or pair
        for leg in call.legs:
            if leg.failed:
                continue
            if leg.party.user is not None and self._bearing.is_own(leg.party):
                yield leg.party.user, Source.HUMAN, leg.started_at
                if telephone:
                    yield leg.party.user, Source.TELEPHONE, leg.started_at
            elif (
                meeting
                and leg.party.kind is PartyKind.PHONE
                and host is not None
                and host.user is not None
                and self._bearing.is_own(host)
            ):
                yield host.user, Source.CONFERENCE, leg.started_at


def _is_person(user: UserId | None) -> TypeGuard[UserId]:
    """And not who stands in for one, of calls whose details are gone."""
    return user is not None and span_of(user) is None


def _charged(row: PhoneCall) -> Iterator[Sign]:
    """A row of a meeting names its host, who need not have been there."""
    if (row.kind or "").startswith(("conf_", "user_out_conf")):
        if row.user is not None and row.seconds != 0:
            yield row.user, Source.CONFERENCE, row.began_at
    else:
        yield from _telephoned(row)


def _telephoned(row: PhoneCall) -> Iterator[Sign]:
    """A forwarded call takes the licence, but nobody acts. One of no length proves nothing."""
    if row.user is not None and row.seconds != 0:
        yield row.user, Source.TELEPHONE, row.began_at
        if row.kind != "user_out_forwarding":
            yield row.user, Source.HUMAN, row.began_at
