"""The customer: where consent stands, what can be read there, their own rules, and how fresh each feed is."""

from dataclasses import dataclass, field
from datetime import datetime

from app.audit.cut import Cut
from app.audit.said import Said
from app.domain.access import State, state_without
from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId
from app.domain.licensing import read_cutoff
from app.domain.policy import DEFAULT_POLICY, Policy, policy_of
from app.eventstore.envelope import Recorded


@dataclass(slots=True)
class Customer:
    """`rules` None: SUA's own, for they never stated any. `able`: what was told of it; the rest is not known.

    `consented_at`: the first consent. `read_at`: of each feed, the last complete read.
    """

    name: str
    state: State
    state_since: datetime
    state_reason: str | None = None
    organisation: str | None = None
    directory: DirectoryId | None = None
    default_domain: str | None = None
    permissions: tuple[str, ...] = ()
    consented_at: datetime | None = None
    able: dict[Capability, bool] = field(default_factory=dict)
    rules: PolicyChanged | None = None
    read_at: dict[Feed, datetime] = field(default_factory=dict)
    failed: set[Feed] = field(default_factory=set)
    last_failure: str | None = None
    last_failure_at: datetime | None = None
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return DEFAULT_POLICY if self.rules is None else policy_of(self.rules)

    def observable(self, cut: Cut) -> bool:
        """Whether inactivity can be told from blindness (definitions: observable)."""
        since = read_cutoff(cut.known_on, cut.zone)
        fresh = {feed for feed, at in self.read_at.items() if at >= since}
        named = self.able.get(Capability.REPORTS) is True and self.able.get(Capability.CONCEALED_NAMES) is False
        signed = self.able.get(Capability.ENTRA_P1) is True and Feed.SIGN_INS in fresh
        return signed or (named and Feed.REPORTS in fresh)


class CustomerFold:
    """`told` None: nobody was invited by then, and nothing else counts before."""

    facts: frozenset[type[Event]] = frozenset(
        {
            TenantInvited,
            ConsentGranted,
            ConsentWithdrawn,
            PermissionsChanged,
            CapabilityChanged,
            PolicyChanged,
            TenantOffboarded,
            SnapshotTaken,
            SnapshotFailed,
        }
    )

    def __init__(self) -> None:
        self.told: Customer | None = None

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if isinstance(event, TenantInvited) and self.told is None:
            self.told = Customer(event.customer, State.INVITED, event.happened_at)
        if self.told is not None:
            _hear(self.told, event)
            self.told.said[_subject(event)] = Said.by(fact)


def _subject(event: Event) -> str:
    match event:
        case ConsentGranted() | ConsentWithdrawn() | TenantOffboarded():
            return "consent"
        case PolicyChanged():
            return "policy"
        case PermissionsChanged():
            return "permissions"
        case CapabilityChanged(capability=capability):
            return f"capability {capability}"
        case SnapshotTaken(feed=feed) | SnapshotFailed(feed=feed):
            return f"feed {feed}"
        case _:
            return "invitation"


def _hear(told: Customer, event: Event) -> None:
    match event:
        case TenantInvited():
            told.name = event.customer
        case ConsentGranted():
            told.organisation, told.directory = event.organisation, event.directory
            told.default_domain, told.permissions = event.default_domain, event.permissions
            told.consented_at = min(told.consented_at or event.happened_at, event.happened_at)
            _stand(told, State.CONSENTED, None, event.happened_at)
        case ConsentWithdrawn():
            _stand(told, state_without(event.reason), event.reason, event.happened_at)
        case TenantOffboarded():
            _stand(told, State.OFFBOARDED, None, event.happened_at)
        case PermissionsChanged():
            told.permissions = event.permissions
        case CapabilityChanged():
            told.able[event.capability] = event.available
        case PolicyChanged():
            told.rules = event
        case SnapshotTaken():
            told.read_at[event.feed] = max(told.read_at.get(event.feed, event.happened_at), event.happened_at)
            told.failed.discard(event.feed)
        case SnapshotFailed():
            told.failed.add(event.feed)
            told.last_failure, told.last_failure_at = f"{event.feed}: {event.reason}", event.happened_at


def _stand(told: Customer, state: State, reason: str | None, at: datetime) -> None:
    """Another reason for the same standing does not make it younger."""
    if told.state is not state:
        told.state_since = at
    told.state, told.state_reason = state, reason
