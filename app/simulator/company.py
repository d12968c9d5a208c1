"""One simulated company: its directory, its purchases, its calls, and the days it has lived.

`live_until(instant)` plans whole days ahead of the clock, each from its own random stream, so that the history is the
same however the clock is moved. Nothing dated later than the clock may be shown; the readers pass the clock's instant.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from app.simulator.call_rules import CallRules
from app.simulator.calls import Call, CallVersion
from app.simulator.people import Person
from app.simulator.products import PRODUCTS

DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def new_id(rng: Random) -> str:
    """A version 4 GUID, drawn from the company's own random stream."""
    return str(UUID(int=rng.getrandbits(128), version=4))


@dataclass(frozen=True, slots=True)
class Units:
    """What is paid for of one product from `since` on (Graph: prepaidUnits)."""

    since: datetime
    enabled: int
    warning: int = 0
    suspended: int = 0
    locked_out: int = 0

    @property
    def capability(self) -> str:
        if self.enabled:
            return "Enabled"
        if self.warning:
            return "Warning"
        return "Suspended" if self.suspended else "LockedOut"


@dataclass(slots=True)
class Purchase:
    """One product the company bought. `units` is its history; `subscription_id` the order behind it."""

    sku_id: str
    subscription_id: str
    units: list[Units]

    def units_at(self, at: datetime) -> Units:
        for units in reversed(self.units):
            if units.since <= at:
                return units
        return self.units[0]


@dataclass(slots=True)
class Company:
    """`premium`: owns Entra ID P1, without which no sign-in activity is told. `groups`: licence groups, name to id."""

    id: str
    name: str
    domain: str
    seed: str
    founded_at: datetime
    calls_per_day: int
    premium: bool = True
    conceal: bool = False
    planned_until: date = date.min
    people: list[Person] = field(default_factory=list)
    purchases: dict[str, Purchase] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    partner_id: str = ""
    calls: list[Call] = field(default_factory=list)
    call_rules: CallRules = field(default_factory=CallRules)
    _person_by_id: dict[str, Person] = field(default_factory=dict)
    _call_by_id: dict[str, Call] = field(default_factory=dict)
    _to_announce: list[tuple[datetime, str, int]] = field(default_factory=list)

    def rng_for(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{purpose}")

    def admit(self, person: Person) -> None:
        self.people.append(person)
        self._person_by_id[person.id] = person

    def person(self, person_id: str) -> Person | None:
        return self._person_by_id.get(person_id)

    def place_call(self, call: Call) -> None:
        self.calls.append(call)
        self._call_by_id[call.id] = call

    def call(self, call_id: str) -> Call | None:
        return self._call_by_id.get(call_id)

    def people_at(self, at: datetime) -> Iterator[Person]:
        return (person for person in self.people if person.exists_at(at))

    def consumed_at(self, at: datetime) -> dict[str, int]:
        """Seats in use per product: each holder once, however many paths gave the licence; failed paths never."""
        seats = dict.fromkeys(PRODUCTS, 0)
        for person in self.people_at(at):
            for sku_id in {grant.sku_id for grant in person.held_at(at)}:
                seats[sku_id] += 1
        return seats

    def announce_later(self, calls: list[Call]) -> None:
        """Take down when each version of these calls is to be announced."""
        for call in calls:
            for version in call.versions:
                heapq.heappush(self._to_announce, (version.announced, call.id, version.version))

    def announce_anew(self, after: datetime) -> None:
        """Take it all down again, for versions to come have changed; those announced up to `after` stay told."""
        self._to_announce = []
        self.announce_later([call for call in self.calls if call.versions[-1].announced > after])

    def announced_between(self, after: datetime, until: datetime) -> list[tuple[Call, CallVersion]]:
        """Call versions announced in (after, until], in the order in which they were. Each is told of once only."""
        found = []
        while self._to_announce and self._to_announce[0][0] <= until:
            at, call_id, number = heapq.heappop(self._to_announce)
            if at > after:
                call = self._call_by_id[call_id]
                found.append((call, call.versions[number - 1]))
        return found
