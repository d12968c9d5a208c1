"""A customer as it is in truth: plain values, nothing of SUA.

Every item says when it became so (`at`, `since`) and when it could be known (`told`), so that one tenant answers for
both times of a question. Instants are aware and UTC; days are civil days of the tenant's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Said(Generic[T_co]):
    """From `at` on this is so."""

    at: datetime
    told: datetime
    value: T_co


@dataclass(frozen=True, slots=True)
class Path:
    """One way by which a user holds a product, from `since` until `until` (None: still). `off`: plans switched off."""

    sku: UUID
    via: UUID | None
    since: datetime
    told: datetime
    until: datetime | None = None
    end_told: datetime | None = None
    off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sign:
    """A trace somebody left. `source`: "access", "attempt", or where a person did something."""

    source: str
    at: datetime
    told: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """`kind`: PERSON, GUEST, ROOM. `sure`: nobody doubts it. `created_at` None: the directory does not say."""

    id: UUID
    known_at: datetime
    kind: str = "PERSON"
    sure: bool = True
    created_at: datetime | None = None
    enabled: Sequence[Said[bool]] = ()
    departments: Sequence[Said[str | None]] = ()
    paths: Sequence[Path] = ()
    signs: Sequence[Sign] = ()


@dataclass(frozen=True, slots=True)
class Units:
    enabled: int
    warning: int
    suspended: int
    consumed: int


@dataclass(frozen=True, slots=True)
class Product:
    """`plans` by their names in Microsoft's table. `free`: listed, and costs nothing."""

    id: UUID
    part_number: str
    plans: frozenset[str]
    units: Sequence[Said[Units]] = ()
    free: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """One lot's price from a day on; `until` None: until the lot's next one. `yearly`: for twelve months."""

    sku: UUID
    source: str
    amount: Decimal
    since: date
    told: datetime
    until: date | None = None
    lot: str = ""
    quantity: int | None = None
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Exemption:
    """Until a day, excluded (None: without end), or until it was lifted."""

    user: UUID
    sku: UUID
    at: datetime
    told: datetime
    until: date | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the customer decides: the policy."""

    zone: str = "UTC"
    currency: str = "EUR"
    idle_days: int = 90
    grace_days: int = 30
    disabled_days: int = 14
    own_idle_days: dict[UUID, int] = field(default_factory=dict)
    buffer_share: Decimal = Decimal("0.02")
    buffer_min: int = 2
    grace_billed: bool = False
    pool: str = "CENTRAL"
    pool_owner: str | None = None
    needed: frozenset[str] = frozenset()
    unneeded: frozenset[str] = frozenset()

    def idle_days_of(self, sku: UUID) -> int:
        return self.own_idle_days.get(sku, self.idle_days)


@dataclass(frozen=True, slots=True)
class Able:
    """A source of knowledge opened or closed: "entra_p1", "reports", "concealed_names", "copilot_reports"."""

    what: str
    at: datetime
    available: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A feed was read whole: "sign_ins", "reports", "calls", "licences"."""

    feed: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tenant:
    rules: Rules
    people: Sequence[Person]
    products: Sequence[Product]
    prices: Sequence[Price] = ()
    exemptions: Sequence[Exemption] = ()
    able: Sequence[Able] = ()
    reads: Sequence[Read] = ()
    began: datetime | None = None

    def day_of(self, at: datetime) -> date:
        """The civil day of an instant."""
        return _day_of(at, self.rules.zone)

    def product(self, sku: UUID) -> Product:
        return next(each for each in self.products if each.id == sku)

    def able_on(self, what: str, on: date) -> bool:
        """Unless it was said, nothing is available."""
        said = [each for each in self.able if each.what == what and self.day_of(each.at) <= on]
        return bool(said) and max(said, key=lambda each: each.at).available

    def read_of_late(self, feed: str, on: date) -> bool:
        """Read whole in the seven civil days up to this one."""
        return any(each.feed == feed and on - timedelta(days=7) < self.day_of(each.at) <= on for each in self.reads)

    def known(self, at: datetime) -> Tenant:
        """What could be known of it at an instant."""
        return replace(
            self,
            people=[_person_known(person, at) for person in self.people if person.known_at <= at],
            products=[replace(each, units=_told(each.units, at)) for each in self.products],
            prices=[each for each in self.prices if each.told <= at],
            exemptions=[_exemption_known(each, at) for each in self.exemptions if each.told <= at],
            able=[each for each in self.able if each.at <= at],
            reads=[each for each in self.reads if each.at <= at],
        )


@lru_cache(maxsize=100_000)
def _day_of(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _person_known(person: Person, at: datetime) -> Person:
    paths = [
        each if each.end_told is None or each.end_told <= at else replace(each, until=None, end_told=None)
        for each in person.paths
        if each.told <= at
    ]
    return replace(
        person,
        enabled=_told(person.enabled, at),
        departments=_told(person.departments, at),
        paths=paths,
        signs=[each for each in person.signs if each.told <= at],
    )


def _exemption_known(exemption: Exemption, at: datetime) -> Exemption:
    lifted = exemption.lifted_at is not None and exemption.lifted_at <= at
    return exemption if lifted else replace(exemption, lifted_at=None)


def _told(said: Sequence[Said[T_co]], at: datetime) -> list[Said[T_co]]:
    return [each for each in said if each.told <= at]


def said_on(tenant: Tenant, said: Sequence[Said[T_co]], on: date) -> Said[T_co] | None:
    """What was so at the end of a day, with the instant since when."""
    so = [each for each in said if tenant.day_of(each.at) <= on]
    return max(so, key=lambda each: each.at) if so else None
