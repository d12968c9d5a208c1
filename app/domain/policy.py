"""A customer's own rules: days until a licence counts as idle, days of grace, the civil time zone, the currency."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.currencies import CURRENCIES
from app.domain.errors import Refused
from app.domain.events.tenancy import PolicyChanged, PoolPolicy, SkuIdleDays
from app.domain.ids import PlanId, SkuId

DEFAULT_IDLE_DAYS = 90
DEFAULT_GRACE_DAYS = 30
SHORTEST_IDLE_DAYS = 7
"""Shorter gaps in activity are not kept, so no question can ask for fewer days."""
LONGEST_DAYS = 3660
LARGEST_BUFFER = 1_000_000


class IdleDaysOutOfRange(Refused):
    code = "IDLE_DAYS_OUT_OF_RANGE"


class GraceDaysOutOfRange(Refused):
    code = "GRACE_DAYS_OUT_OF_RANGE"


class DisabledDaysOutOfRange(Refused):
    code = "DISABLED_DAYS_OUT_OF_RANGE"


class BufferShareOutOfRange(Refused):
    code = "BUFFER_SHARE_OUT_OF_RANGE"


class BufferMinOutOfRange(Refused):
    code = "BUFFER_MIN_OUT_OF_RANGE"


class PoolOwnerMismatch(Refused):
    """An owner of unassigned seats is named exactly where one is to pay for them."""

    code = "POOL_OWNER_MISMATCH"


class SkuNamedTwice(Refused):
    """Two numbers of idle days for one product."""

    code = "SKU_NAMED_TWICE"


class TimeZoneUnknown(Refused):
    code = "TIME_ZONE_UNKNOWN"


class CurrencyUnknown(Refused):
    code = "CURRENCY_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Policy:
    """A customer's rules: the fields of the fact `PolicyChanged`, which says what each means."""

    idle_days: int
    grace_days: int
    time_zone: str
    currency: str
    disabled_days: int = 14
    buffer_share: Decimal = Decimal("0.02")
    buffer_min: int = 2
    grace_billed: bool = False
    pool: PoolPolicy = PoolPolicy.CENTRAL
    pool_owner: str | None = None
    sku_idle_days: tuple[tuple[SkuId, int], ...] = ()
    needed_plans: tuple[PlanId, ...] = ()
    unneeded_plans: tuple[PlanId, ...] = ()
    connection_fee_inside: bool = False

    def idle_days_of(self, sku: SkuId) -> int:
        """Days without activity until a seat of this product counts as idle."""
        return dict(self.sku_idle_days).get(sku, self.idle_days)


DEFAULT_POLICY = Policy(DEFAULT_IDLE_DAYS, DEFAULT_GRACE_DAYS, "UTC", "USD")
"""In force until the customer sets their own."""


def policy_of(fact: PolicyChanged) -> Policy:
    """The rules a fact states."""
    values = {field.name: getattr(fact, field.name) for field in fields(Policy)}
    return Policy(**{**values, "sku_idle_days": tuple((each.sku, each.days) for each in fact.sku_idle_days)})


def policy_changed(policy: Policy, at: datetime) -> PolicyChanged:
    """The fact that states these rules."""
    values = {field.name: getattr(policy, field.name) for field in fields(Policy)}
    own_days = tuple(SkuIdleDays(sku=sku, days=days) for sku, days in policy.sku_idle_days)
    return PolicyChanged(**{**values, "happened_at": at, "sku_idle_days": own_days})


def check_policy(policy: Policy) -> None:
    """Raise the Refused that names what cannot be a rule."""
    _check_idle_days(policy)
    if not 0 <= policy.grace_days <= LONGEST_DAYS:
        raise GraceDaysOutOfRange(f"Days of grace lie between 0 and {LONGEST_DAYS}, not {policy.grace_days}.")
    if not 0 <= policy.disabled_days <= LONGEST_DAYS:
        raise DisabledDaysOutOfRange(
            f"Days until a disabled account counts lie between 0 and {LONGEST_DAYS}, not {policy.disabled_days}."
        )
    _check_buffer(policy)
    if (policy.pool is PoolPolicy.OWNER) is not bool((policy.pool_owner or "").strip()):
        raise PoolOwnerMismatch(f"Name who pays for unassigned seats with {PoolPolicy.OWNER}, and only with it.")
    if not _is_zone(policy.time_zone):
        raise TimeZoneUnknown(f"{policy.time_zone!r} is no IANA time zone, for instance 'Europe/Berlin'.")
    if policy.currency not in CURRENCIES:
        raise CurrencyUnknown(f"{policy.currency!r} is no ISO 4217 currency code, for instance 'EUR'.")


def _check_idle_days(policy: Policy) -> None:
    for days in (policy.idle_days, *(days for _, days in policy.sku_idle_days)):
        if not SHORTEST_IDLE_DAYS <= days <= LONGEST_DAYS:
            raise IdleDaysOutOfRange(f"Idle days lie between {SHORTEST_IDLE_DAYS} and {LONGEST_DAYS}, not {days}.")
    named = [sku for sku, _ in policy.sku_idle_days]
    if len(set(named)) < len(named):
        raise SkuNamedTwice("Each product has one number of idle days.")


def _check_buffer(policy: Policy) -> None:
    share = policy.buffer_share
    if not share.is_finite() or not 0 <= share <= 1:
        raise BufferShareOutOfRange(f"The share of seats kept for joiners lies between 0 and 1, not {share}.")
    if not 0 <= policy.buffer_min <= LARGEST_BUFFER:
        raise BufferMinOutOfRange(
            f"Seats kept for joiners lie between 0 and {LARGEST_BUFFER}, not {policy.buffer_min}."
        )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a path outside, and a directory such as "Europe"
        return False
    return True
