"""Everything the simulator holds: its companies, its clock, consents, subscriptions, keys and faults.

One world serves one provider's app registration (`client_id`, `client_secret`). All figures follow from the seed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from app.simulator.company import Company
from app.simulator.faults import Fault
from app.simulator.founding import Plan, found
from app.simulator.notifier import Delivery, NotificationRules
from app.simulator.signing import Keyring
from app.simulator.workdays import live_until

ROLES = ("CallRecords.Read.All", "Organization.Read.All", "User.Read.All", "AuditLog.Read.All", "Reports.Read.All")
DEFAULT_CLIENT_ID = "5a0d1e2c-7b4f-4c3a-9e1d-0f6b8c2d4e6f"
DEFAULT_CLIENT_SECRET = "simulated-secret"


@dataclass(frozen=True, slots=True)
class Options:
    """How a world begins. `today` is the clock's start; `days_history` are lived before it."""

    today: datetime
    seed: int = 1
    users: int = 300
    tenants: int = 1
    days_history: int = 0
    calls_per_day: int = 2000
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    token_seconds: int = 3599
    enforce_expiry: bool = False


@dataclass(slots=True)
class Subscription:
    """A change notification subscription, as Graph's "subscription resource type"."""

    id: str
    tenant: str
    resource: str
    change_type: str
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime


@dataclass(slots=True)
class World:
    """Mutable state behind the HTTP faces. `consents` maps a tenant to the roles its administrator granted."""

    options: Options
    now: datetime
    companies: dict[str, Company]
    rng: Random
    keys: Keyring = field(default_factory=Keyring)
    consents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rules: NotificationRules = field(default_factory=NotificationRules)
    report_tickets: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    deliver: Callable[[list[Delivery]], None] | None = None

    def company(self, tenant: str) -> Company | None:
        """The company of a directory id or of its initial domain; None if there is none."""
        wanted = tenant.lower()
        found = self.companies.get(wanted)
        return found or next((each for each in self.companies.values() if each.domain == wanted), None)

    def advance(self, by: timedelta) -> datetime:
        """Let time pass: what happens meanwhile happens, and its notifications are handed over for sending."""
        before, self.now = self.now, self.now + by
        for company in self.companies.values():
            live_until(company, self.now)
        if self.deliver is not None:
            self.deliver(self._news(before))
        return self.now

    def live_subscriptions(self, tenant: str) -> list[Subscription]:
        """Those of one tenant, without the expired ones where expiry is enforced."""
        return [
            each
            for each in self.subscriptions.values()
            if each.tenant == tenant and not (self.options.enforce_expiry and each.expires_at <= self.now)
        ]

    def _news(self, before: datetime) -> list[Delivery]:
        return [
            Delivery(subscription, call.id, version.version)
            for company in self.companies.values()
            if (subscriptions := self.live_subscriptions(company.id))
            for call, version in company.versions_between(before, self.now)
            for subscription in subscriptions
            if "updated" in subscription.change_type or version.version == 1
        ]


def make_world(options: Options) -> World:
    """Found the companies and let them live up to `today`."""
    start = options.today.astimezone(UTC)
    founded = start - timedelta(days=options.days_history)
    companies = {}
    for index in range(options.tenants):
        company = found(Plan(options.seed, index, options.users, founded, options.calls_per_day))
        live_until(company, start)
        companies[company.id] = company
    return World(options, start, companies, Random(f"{options.seed}/world"))
