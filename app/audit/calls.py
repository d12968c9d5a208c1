"""Calls in the record told last, who took part, and what they add to each user's day; rows of the telephone logs."""

from dataclasses import dataclass
from datetime import date

from app.audit.bearing import Bearing
from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.events.telephony import Call, CallCompleted, CallRevised
from app.domain.ids import CallId, LogRowId, UserId
from app.domain.retention import DEFAULT_DAYS
from app.domain.telephony import Direction, Participant, direction_of, has_failed, local_day, participants_of
from app.eventstore.envelope import Recorded


@dataclass(frozen=True, slots=True)
class Held:
    """One call. `day` is the civil day of its start, `own` the tenant's users in it (none of a test call)."""

    record: Call
    direction: Direction
    day: date
    failed: bool
    participants: tuple[Participant, ...]
    own: tuple[Participant, ...]


@dataclass(slots=True)
class Used:
    """What a user did on one day in one direction. A call counts once for each of its users."""

    calls: int = 0
    seconds: int = 0
    failed: int = 0


class Calls:
    """By call: the record told last replaces the former whole, as the tenant was then."""

    facts: frozenset[type[Event]] = frozenset({CallCompleted, CallRevised})

    def __init__(self, bearing: Bearing) -> None:
        self._bearing = bearing
        self.by_id: dict[CallId, Held] = {}

    def take(self, fact: Recorded) -> None:
        if not isinstance(fact.event, CallCompleted | CallRevised):
            return
        record = fact.event.call
        parties = participants_of(record)
        own = () if record.test else tuple(party for party in parties if self._bearing.is_own(party))
        direction = direction_of(record, self._bearing.home)
        day = local_day(record, self._bearing.zone)
        self.by_id[record.call] = Held(record, direction, day, has_failed(record), parties, own)

    def usage(self) -> dict[tuple[UserId, date, Direction], Used]:
        found: dict[tuple[UserId, date, Direction], Used] = {}
        for held in self.by_id.values():
            for party in held.own:
                if party.user is not None:
                    used = found.setdefault((party.user, held.day, held.direction), Used())
                    used.calls += 1
                    used.seconds += party.seconds
                    used.failed += party.failed
        return found


class PhoneLogs:
    """Rows of the PSTN and the Direct Routing log, by their id: as they were told last."""

    facts: frozenset[type[Event]] = frozenset({PstnCallCharged, DirectRoutingCallLogged})

    def __init__(self) -> None:
        self.charged: dict[LogRowId, PstnCall] = {}
        self.routed: dict[LogRowId, DirectRoutingCall] = {}

    def take(self, fact: Recorded) -> None:
        match fact.event:
            case PstnCallCharged(call=row):
                self.charged[row.row] = row
            case DirectRoutingCallLogged(call=routed):
                self.routed[routed.row] = routed


class Kept:
    """For how long who called whom is kept: the rule said last, and the months that are gone."""

    facts: frozenset[type[Event]] = frozenset({CallRetentionSet, CallDetailDropped})

    def __init__(self) -> None:
        self.stated = False
        self.days = DEFAULT_DAYS
        self.gone: set[str] = set()

    def take(self, fact: Recorded) -> None:
        self.stated = True
        match fact.event:
            case CallRetentionSet(days=days):
                self.days = days
            case CallDetailDropped(month=month):
                self.gone.add(month)
