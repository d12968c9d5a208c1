"""Everything the simulator holds: its companies, its clock, consents, subscriptions, keys and faults.

One world serves one provider's app registration (`client_id`, `client_secret`). All figures follow from the seed.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from app.simulator.access import Access, Change
from app.simulator.accounts import Code
from app.simulator.call_rules import CallRules
from app.simulator.calls import Call, CallVersion
from app.simulator.company import DAY, Company
from app.simulator.faults import Fault
from app.simulator.founding import Plan, found
from app.simulator.limits import Limits
from app.simulator.notification_rules import NotificationRules
from app.simulator.notifier import Delivery
from app.simulator.report_rules import ReportRules
from app.simulator.signing import Keyring
from app.simulator.subscription_life import Subscription, SubscriptionRules, pass_time
from app.simulator.workdays import live_until

ROLES = ("CallRecords.Read.All", "Organization.Read.All", "User.Read.All", "AuditLog.Read.All", "Reports.Read.All")
DEFAULT_CLIENT_ID = "5a0d1e2c-7b4f-4c3a-9e1d-0f6b8c2d4e6f"
DEFAULT_CLIENT_SECRET = "simulated-secret"
DEFAULT_PROVIDER = "9d4f2a10-6c1b-4e7e-8f57-2b1c3d5e7a90"
MANY = 8

__all__ = ["DEFAULT_CLIENT_ID", "DEFAULT_CLIENT_SECRET", "ROLES", "Options", "Subscription", "World", "make_world"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a world begins. `provider`: the directory of the provider's own staff.

    `today` is the clock's start; `days_history` are lived before it.
    """

    today: datetime
    seed: int = 1
    users: int = 300
    tenants: int = 1
    days_history: int = 0
    calls_per_day: int = 2000
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    provider: str = DEFAULT_PROVIDER
    token_seconds: int = 3599
    enforce_expiry: bool = True
    call_rules: CallRules = field(default_factory=CallRules)


@dataclass(slots=True)
class World:
    """Mutable state behind the HTTP faces. `consents` maps a tenant to the roles its administrator granted.

    `chance` draws every fault, so that faults change no figure of the companies; `survived` counts those that struck,
    by kind. `skew`: what Graph's clock is off by (None: it tells the wall's).
    """

    options: Options
    now: datetime
    companies: dict[str, Company]
    rng: Random
    chance: Random
    keys: Keyring = field(default_factory=Keyring)
    consents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    access: dict[str, Access] = field(default_factory=dict)
    access_changes: list[Change] = field(default_factory=list)
    credential: str = "ok"
    certificates: dict[str, bytes] = field(default_factory=dict)
    """Registered for the app: PEM by SHA-256 thumbprint (base64url)."""
    assertions_seen: set[str] = field(default_factory=set)
    codes: dict[str, Code] = field(default_factory=dict)
    """Authorization codes of people who signed on, until they are redeemed."""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    lost_subscriptions: list[tuple[datetime, Subscription]] = field(default_factory=list)
    subscription_rule: SubscriptionRules = field(default_factory=SubscriptionRules)
    subscription_rules: dict[str, SubscriptionRules] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    survived: Counter[str] = field(default_factory=Counter)
    rules: NotificationRules = field(default_factory=NotificationRules)
    tenant_rules: dict[str, NotificationRules] = field(default_factory=dict)
    report_rule: ReportRules = field(default_factory=ReportRules)
    report_rules: dict[str, ReportRules] = field(default_factory=dict)
    unsteady: dict[str, float] = field(default_factory=dict)
    skew: timedelta | None = None
    report_tickets: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    deliver: Callable[[list[Delivery]], None] | None = None

    def company(self, tenant: str) -> Company | None:
        """The company of a directory id or of its initial domain; None if there is none."""
        wanted = tenant.lower()
        found = self.companies.get(wanted)
        return found or next((each for each in self.companies.values() if each.domain == wanted), None)

    def found_another(self, users: int, days_history: int) -> Company:
        """Another company beside those there are, that has lived for some days already."""
        founded = self.now - timedelta(days=days_history)
        company = found(Plan(self.options.seed, len(self.companies), users, founded, self.options.calls_per_day))
        company.call_rules = replace(self.options.call_rules)
        live_until(company, self.now)
        self.companies[company.id] = company
        return company

    @property
    def told_now(self) -> datetime:
        """The instant that Graph believes it is."""
        return self.now + (self.skew or timedelta(0))

    def advance(self, by: timedelta) -> datetime:
        """Let time pass: what happens meanwhile happens, and its notifications are handed over for sending."""
        before, self.now = self.now, self.now + by
        for company in self.companies.values():
            live_until(company, self.now)
        if len(self.companies) >= MANY:
            self._look_ahead()
        news = self._news(before)
        asked = pass_time(self, before)
        if self.deliver is not None:
            self.deliver([*news, *asked])
        return self.now

    def live_subscriptions(self, tenant: str) -> list[Subscription]:
        """Those of one tenant, without the expired ones where expiry is enforced."""
        return [each for each in self.subscriptions.values() if each.tenant == tenant and self._lives(each, self.now)]

    def _lives(self, subscription: Subscription, at: datetime) -> bool:
        return not self.options.enforce_expiry or subscription.lives_at(at)

    def _look_ahead(self) -> None:
        """Plan tomorrow for some of many companies at each hour, so that no single hour has to plan for all."""
        begun = (self.now - self.now.replace(hour=0, minute=0, second=0, microsecond=0)) / DAY
        for place, company in enumerate(self.companies.values()):
            if place < begun * len(self.companies):
                live_until(company, self.now + DAY)

    def _news(self, before: datetime) -> list[Delivery]:
        listeners: dict[str, list[Subscription]] = {}
        for each in self.subscriptions.values():
            listeners.setdefault(each.tenant, []).append(each)
        news = []
        for company in self.companies.values():
            announced = company.announced_between(before, self.now)
            for _, version in announced:
                self._count(version)
            if subscriptions := listeners.get(company.id):
                news += [item for call, version in announced for item in self._told(subscriptions, call, version)]
        return news

    def _count(self, version: CallVersion) -> None:
        if version.change is not None:
            self.survived[f"calls.{version.change}"] += 1
        if version.announced < version.visible_at:
            self.survived["calls.announced_early"] += 1

    def _told(self, subscriptions: list[Subscription], call: Call, version: CallVersion) -> list[Delivery]:
        """Who is told of one version: every subscription that lived and was not paused when it was announced."""
        told = []
        for each in subscriptions:
            wanted = "updated" in each.change_type or version.version == 1
            if not wanted or not self._lives(each, version.announced):
                continue
            if each.hears(version.announced):
                told.append(Delivery(each, call.id, version.version))
            else:
                self.survived["notification.while_paused"] += 1
        return told


def make_world(options: Options) -> World:
    """Found the companies and let them live up to `today`."""
    start = options.today.astimezone(UTC)
    founded = start - timedelta(days=options.days_history)
    companies = {}
    for index in range(options.tenants):
        company = found(Plan(options.seed, index, options.users, founded, options.calls_per_day))
        company.call_rules = replace(options.call_rules)
        live_until(company, start)
        companies[company.id] = company
    return World(options, start, companies, Random(f"{options.seed}/world"), Random(f"{options.seed}/chance"))
