"""What happens to whom and when in a soak, decided from its seed before it begins."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `users` and `calls_per_day` are each tenant's; `history_days` it lived before."""

    seed: int
    tenants: int
    days: int
    users: int = 18
    calls_per_day: int = 5
    history_days: int = 27

    @property
    def hours(self) -> int:
        return 24 * self.days


class Blow(StrEnum):
    """What is struck down, and started again after a moment."""

    WORKER = "worker killed (kill -9)"
    WEB = "web process killed (kill -9)"
    SCHEDULER = "scheduler killed (kill -9)"
    BROKER = "broker killed with its messages"
    DATABASE = "database stopped (immediate)"


BLOWS_PER_HOUR: Mapping[Blow, float] = {
    Blow.WORKER: 0.15,
    Blow.WEB: 0.06,
    Blow.SCHEDULER: 0.05,
    Blow.BROKER: 0.05,
    Blow.DATABASE: 0.05,
}
"""By simulated hours; of each sort at least one in a soak."""


class Turn(StrEnum):
    """What a customer does, or what befalls one, between two hours."""

    CONSENT_WITHDRAWN = "consent withdrawn"
    CONSENT_RESTORED = "consent restored"
    PERMISSION_WITHDRAWN = "permission withdrawn"
    PERMISSION_RESTORED = "permission restored"
    PREMIUM_LOST = "Entra ID P1 missing"
    PREMIUM_BACK = "Entra ID P1 back"
    NAMES_CONCEALED = "names concealed"
    NAMES_SHOWN = "names shown"
    CREDENTIAL_REFUSED = "SUA's own secret refused"
    CREDENTIAL_BACK = "SUA's own secret taken again"
    SUBSCRIPTION_LOST = "subscription silently lost"


SPELLS: Mapping[Turn, Turn] = {
    Turn.CONSENT_WITHDRAWN: Turn.CONSENT_RESTORED,
    Turn.PERMISSION_WITHDRAWN: Turn.PERMISSION_RESTORED,
    Turn.PREMIUM_LOST: Turn.PREMIUM_BACK,
    Turn.NAMES_CONCEALED: Turn.NAMES_SHOWN,
    Turn.CREDENTIAL_REFUSED: Turn.CREDENTIAL_BACK,
}
"""What begins, and what ends it some 4 to 30 hours later."""

TENANTS_PER_SPELL = 10
"""One tenant of so many suffers each sort of spell, at least one."""

SUBSCRIPTIONS_LOST_PER_TENANT = 0.5

PERMISSIONS = (
    "CallRecords.Read.All",
    "Organization.Read.All",
    "User.Read.All",
    "AuditLog.Read.All",
    "Reports.Read.All",
)

_DETAILS = {
    # A directory that is gone is looked at once a week only, which is longer than the calm lasts.
    Turn.CONSENT_WITHDRAWN: ("withdrawn", "blocked", "disabled"),
    Turn.PERMISSION_WITHDRAWN: PERMISSIONS,
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """`after_s` the hour has struck (wall clock) `what` goes down; `down_s` later it is started again."""

    what: Blow
    after_s: float
    down_s: float
    which: int


@dataclass(frozen=True, slots=True)
class Event:
    """`detail`: which permission is withdrawn, or how access ends: withdrawn, blocked, disabled."""

    turn: Turn
    tenant: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """By number of the hour, from 1."""

    size: Size
    strokes: Mapping[int, tuple[Stroke, ...]]
    events: Mapping[int, tuple[Event, ...]]


def planned(size: Size) -> Plan:
    """The same size and seed give the same plan."""
    chance = random.Random(f"soak/{size.seed}/{size.tenants}/{size.days}")
    strokes = defaultdict(list)
    for blow, rate in BLOWS_PER_HOUR.items():
        for _ in range(max(1, round(rate * size.hours))):
            stroke = Stroke(blow, chance.uniform(0, 2.5), chance.uniform(0.2, 1.5), chance.randrange(1000))
            strokes[chance.randint(1, size.hours)].append(stroke)
    events = defaultdict(list)
    for hour, event in _events(size, chance):
        events[hour].append(event)
    return Plan(size, _frozen(strokes), _frozen(events))


def _events(size: Size, chance: random.Random) -> Iterator[tuple[int, Event]]:
    for begins, ends in SPELLS.items():
        sufferers = 1 if begins is Turn.CREDENTIAL_REFUSED else max(1, size.tenants // TENANTS_PER_SPELL)
        for tenant in chance.sample(range(size.tenants), sufferers):
            hour = chance.randint(2, max(2, size.hours * 2 // 3))
            yield hour, Event(begins, tenant, chance.choice(_DETAILS.get(begins, ("",))))
            yield min(size.hours, hour + chance.randint(4, 30)), Event(ends, tenant)
    for _ in range(max(1, round(size.tenants * SUBSCRIPTIONS_LOST_PER_TENANT))):
        yield chance.randint(2, size.hours), Event(Turn.SUBSCRIPTION_LOST, chance.randrange(size.tenants))


def _frozen(by_hour: Mapping[int, list[T]]) -> dict[int, tuple[T, ...]]:
    return {hour: tuple(found) for hour, found in by_hour.items()}
