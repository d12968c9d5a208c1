"""The rule for idle licences applied to a log, fact by fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceRemoved,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserKind,
    UserSignedIn,
    WorkloadUsed,
)
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.events.tenancy import Capability, CapabilityChanged, PolicyChanged
from app.domain.ids import SkuId, UserId
from app.domain.licensing import HeldLicence, Judgement, judge, read_cutoff
from app.domain.period import day_ends
from tests.projections.story import (
    HOME,
)


@dataclass(frozen=True, slots=True)
class Oracle:
    """The rule applied to a log: the state at `t` is the fold, in order of the log, of what happened before `t`."""

    facts: Sequence[Event]
    on: date
    known_at: datetime
    idle_days: int
    grace_days: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(next((f.time_zone for f in reversed(self.facts) if isinstance(f, PolicyChanged)), "UTC"))

    @property
    def before(self) -> list[Event]:
        end = day_ends(self.on, self.zone)
        return [fact for fact in self.facts if fact.happened_at < end]

    def judged(self, user: UserId, sku: SkuId) -> tuple[Judgement, datetime | None] | None:
        """None: not held, or no such user."""
        since, profile = self._held_since(user, sku), self._account(user)
        if since is None or profile is None:
            return None
        kind, enabled, created_at = profile
        evidence, attempts = self._seen(user)
        licence = HeldLicence(
            kind, enabled, created_at, since, max(evidence, default=None), max(attempts, default=None), self._observable
        )
        verdict = judge(licence, self.on, self.zone, idle_days=self.idle_days, grace_days=self.grace_days)
        return verdict, licence.last_evidence

    def _account(self, user: UserId) -> tuple[UserKind, bool, datetime | None] | None:
        account: tuple[UserKind, bool, datetime | None] | None = None
        gone = False
        for fact in self.before:
            match fact:
                case UserDiscovered(user=who) if who == user:
                    account, gone = (fact.profile.kind, fact.enabled, fact.created_at), False
                case ProfileChanged(user=who) if who == user and account:
                    account = (fact.profile.kind, *account[1:])
                case UserDeleted(user=who) if who == user and account:
                    gone = True
                case AccountDisabled(user=who) if who == user and account:
                    account = (account[0], False, account[2])
                case AccountEnabled(user=who) if who == user and account:
                    account = (account[0], True, account[2])
        return (UserKind.UNKNOWN, False, None) if account and gone else account

    def _held_since(self, user: UserId, sku: SkuId) -> datetime | None:
        changes = [
            fact
            for fact in self.before
            if isinstance(fact, LicenceAssigned | LicenceRemoved) and (fact.user, fact.sku) == (user, sku)
        ]
        since = None
        for at in sorted({fact.happened_at for fact in changes}, reverse=True):
            paths: set[object] = set()
            for fact in changes:
                if fact.happened_at <= at:
                    (paths.add if isinstance(fact, LicenceAssigned) else paths.discard)(fact.via)
            if not paths:
                break
            since = at
        return since

    def _seen(self, user: UserId) -> tuple[list[datetime], list[datetime]]:
        end = day_ends(self.on, self.zone)
        evidence: list[datetime | None] = []
        attempts: list[datetime | None] = []
        for fact in self.facts:
            match fact:
                case UserSignedIn(user=who) if who == user:
                    evidence.append(fact.successful)
                    attempts += [fact.interactive, fact.non_interactive]
                case WorkloadUsed(user=who) if who == user:
                    evidence.append(fact.happened_at)
                case CallCompleted() | CallRevised() if not fact.call.test:
                    own = [leg for leg in fact.call.legs if leg.party.user == user and not leg.failed]
                    evidence += [leg.started_at for leg in own if leg.party.directory in (None, HOME)]
        return _before(evidence, end), _before(attempts, end)

    @property
    def _observable(self) -> bool:
        able = {fact.capability: fact.available for fact in self.before if isinstance(fact, CapabilityChanged)}
        known_on = min(self.on, self.known_at.astimezone(self.zone).date())
        cutoff = read_cutoff(known_on, self.zone)
        read = {fact.feed for fact in self.before if isinstance(fact, SnapshotTaken) and fact.happened_at >= cutoff}
        named = able.get(Capability.REPORTS) is True and able.get(Capability.CONCEALED_NAMES) is False
        return (able.get(Capability.ENTRA_P1) is True and Feed.SIGN_INS in read) or (named and Feed.REPORTS in read)


def _before(instants: Iterable[datetime | None], end: datetime) -> list[datetime]:
    return [instant for instant in instants if instant is not None and instant < end]
