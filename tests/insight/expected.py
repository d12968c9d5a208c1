"""What is to be known of a tenant's holders, worked out of a log fact by fact.

The state at `t` is the fold, in order of the log, of what was known and happened before `t`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.deciding import ExemptionLifted, SeatExempted
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceChanged,
    LicenceRemoved,
    Profile,
    ProfileChanged,
    SeatsChanged,
    SkuLapsed,
    SkuSubscribed,
    UserDeleted,
    UserDiscovered,
    UserKind,
)
from app.domain.events.tenancy import Capability, CapabilityChanged, ConsentGranted, PolicyChanged
from app.domain.ids import GroupId, PlanId, SkuId, UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE
from app.domain.period import day_begins, day_ends
from app.domain.policy import DEFAULT_POLICY, Policy, policy_of
from app.domain.standing import HeldSeat, Holder, Source
from tests.projections.oracle import Oracle
from tests.projections.story import ANNA, BERT, CARL, E3, E5
from tests.projections.used import used

Place = tuple[str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class Expected:
    """`facts`: those known at `known_at`, of any time. `idle_days` None: by the customer's own rules."""

    facts: Sequence[Event]
    on: date
    known_at: datetime
    idle_days: int | None

    @cached_property
    def oracle(self) -> Oracle:
        return Oracle(self.facts, self.on, self.known_at, 0, 0)

    @property
    def zone(self) -> ZoneInfo:
        return self.oracle.zone

    @cached_property
    def known_on(self) -> date:
        return min(self.on, self.known_at.astimezone(self.zone).date())

    @cached_property
    def policy(self) -> Policy:
        said = [policy_of(fact) for fact in self.oracle.before if isinstance(fact, PolicyChanged)]
        return said[-1] if said else DEFAULT_POLICY

    def days_of(self, sku: SkuId) -> int:
        return self.policy.idle_days_of(sku) if self.idle_days is None else self.idle_days

    def holders(self) -> Iterator[tuple[UserId, Place, Holder]]:
        for user in (ANNA, BERT, CARL):
            profile, created_at, enabled, since = self._account(user)
            seats = tuple(self._seat(user, sku, created_at) for sku in sorted((E3, E5)) if self._paths(user, sku))
            if profile is None or not seats:
                continue
            evidence, attempts = self.oracle._seen(user)
            old = created_at is None or created_at < SUCCESSES_KEPT_SINCE
            yield (
                user,
                (profile.department, profile.company, profile.cost_centre, profile.country),
                Holder(
                    kind=profile.kind,
                    seats=seats,
                    sure=profile.kind is not UserKind.UNKNOWN,
                    enabled=enabled,
                    disabled_long=since is not None
                    and since < day_ends(self.on - timedelta(days=self.policy.disabled_days), self.zone),
                    never=not evidence,
                    provable=bool(evidence) or not attempts or not old,
                ),
            )

    def observed(self) -> set[Source]:
        able = {fact.capability: fact.available for fact in self.oracle.before if isinstance(fact, CapabilityChanged)}
        found: set[Source] = set()
        if able.get(Capability.REPORTS) and able.get(Capability.CONCEALED_NAMES) is False and self._read(Feed.REPORTS):
            found |= set(Source) - {Source.COPILOT, Source.TELEPHONE, Source.CONFERENCE}
            found |= {Source.COPILOT} if able.get(Capability.COPILOT_REPORTS) else set()
        own = [] if self.idle_days is not None else [days for _, days in self.policy.sku_idle_days]
        longest = max([self.policy.idle_days if self.idle_days is None else self.idle_days, *own])
        consents = [fact.happened_at for fact in self.oracle.before if isinstance(fact, ConsentGranted)]
        since = day_begins(self.known_on - timedelta(days=longest), self.zone)
        if consents and min(consents) - timedelta(days=30) <= since:
            if self._read(Feed.CALLS):
                found |= {Source.TELEPHONE, Source.CONFERENCE}
            if able.get(Capability.PSTN_LOGS) and self._read(Feed.PSTN):
                found.add(Source.CONFERENCE)
        return found

    def plans(self) -> dict[SkuId, frozenset[PlanId]]:
        known: dict[SkuId, frozenset[PlanId]] = {}
        for fact in self.oracle.before:
            if isinstance(fact, SkuSubscribed):
                known[fact.sku] = frozenset(each.plan for each in fact.plans if each.applies_to == "User")
            elif isinstance(fact, SkuLapsed):
                known.pop(fact.sku, None)
        return known

    def counted(self) -> set[SkuId]:
        """Products that are described and whose units are known."""
        known: dict[SkuId, set[str]] = {}
        for fact in self.oracle.before:
            if isinstance(fact, SkuSubscribed | SeatsChanged):
                known.setdefault(fact.sku, set()).add(fact.name)
            elif isinstance(fact, SkuLapsed):
                known.pop(fact.sku, None)
        return {sku for sku, said in known.items() if len(said) == 2}

    def _read(self, feed: Feed) -> bool:
        since = day_ends(self.known_on - timedelta(days=7), self.zone)
        taken = [fact for fact in self.oracle.before if isinstance(fact, SnapshotTaken) and fact.feed is feed]
        return any(fact.happened_at >= since for fact in taken)

    def _account(self, user: UserId) -> tuple[Profile | None, datetime | None, bool, datetime | None]:
        """Profile (None: not there, or gone), creation, enabled, and since when it is not."""
        profile: Profile | None = None
        created_at, since, gone = None, None, False
        for fact in self.oracle.before:
            if getattr(fact, "user", None) != user:
                continue
            if isinstance(fact, UserDiscovered):
                profile, created_at, gone = fact.profile, fact.created_at, False
                since = None if fact.enabled else min(since or fact.happened_at, fact.happened_at)
            elif profile is None:
                continue
            elif isinstance(fact, ProfileChanged):
                profile = fact.profile
            elif isinstance(fact, AccountEnabled):
                since = None
            elif isinstance(fact, AccountDisabled):
                since = min(since or fact.happened_at, fact.happened_at)
            elif isinstance(fact, UserDeleted):
                gone = True
        return None if gone else profile, created_at, since is None, since

    def _paths(self, user: UserId, sku: SkuId) -> dict[GroupId | None, frozenset[PlanId]]:
        """The paths a seat is held by, with the plans switched off on each."""
        paths: dict[GroupId | None, frozenset[PlanId]] = {}
        for fact in self.oracle.before:
            match fact:
                case LicenceAssigned(user=who, sku=what) if (who, what) == (user, sku):
                    paths[fact.via] = frozenset(fact.disabled_plans)
                case LicenceChanged(user=who, sku=what) if (who, what) == (user, sku) and fact.via in paths:
                    paths[fact.via] = frozenset(fact.disabled_plans)
                case LicenceRemoved(user=who, sku=what) if (who, what) == (user, sku):
                    paths.pop(fact.via, None)
        return paths

    def _seat(self, user: UserId, sku: SkuId, created_at: datetime | None) -> HeldSeat:
        paths = self._paths(user, sku)
        if not paths:
            return HeldSeat(sku)
        young = day_ends(self.on - timedelta(days=self.policy.grace_days), self.zone)
        held_since = self.oracle._held_since(user, sku)
        assert held_since is not None
        since = day_begins(self.known_on - timedelta(days=self.days_of(sku)), self.zone)
        until = day_ends(self.known_on, self.zone)
        evidence, attempts = self.oracle._seen(user)
        signs = {source for who, source, at in used(self.facts) if who == user and since <= at < until}
        quiet = all(not since <= at < until for at in evidence)
        return HeldSeat(
            sku=sku,
            plans_off=frozenset.intersection(*paths.values()),
            young=held_since >= young or (created_at is not None and created_at >= young),
            quiet=quiet,
            attempted=quiet and any(since <= at < until for at in attempts),
            silent=frozenset(set(Source) - signs),
            exempt=self._exempt(user, sku),
            direct=None in paths,
            by_group=any(via is not None for via in paths),
        )

    def _exempt(self, user: UserId, sku: SkuId) -> bool:
        exemption: SeatExempted | None = None
        for fact in self.oracle.before:
            if isinstance(fact, SeatExempted) and (fact.user, fact.sku) == (user, sku):
                exemption = fact
            elif isinstance(fact, ExemptionLifted) and (fact.user, fact.sku) == (user, sku):
                exemption = None
        return exemption is not None and (exemption.until is None or self.on < exemption.until)
