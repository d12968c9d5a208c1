"""A customer's own rules: days until a licence counts as idle, days of grace, the civil time zone, the currency."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.currencies import CURRENCIES
from app.domain.errors import Refused

DEFAULT_IDLE_DAYS = 90
DEFAULT_GRACE_DAYS = 30
SHORTEST_IDLE_DAYS = 7
"""Shorter gaps in activity are not kept, so no question can ask for fewer days."""
LONGEST_DAYS = 3660


class IdleDaysOutOfRange(Refused):
    code = "IDLE_DAYS_OUT_OF_RANGE"


class GraceDaysOutOfRange(Refused):
    code = "GRACE_DAYS_OUT_OF_RANGE"


class TimeZoneUnknown(Refused):
    code = "TIME_ZONE_UNKNOWN"


class CurrencyUnknown(Refused):
    code = "CURRENCY_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Policy:
    """Days are civil days in `time_zone` (IANA name). `currency` is an ISO 4217 code."""

    idle_days: int
    grace_days: int
    time_zone: str
    currency: str


DEFAULT_POLICY = Policy(DEFAULT_IDLE_DAYS, DEFAULT_GRACE_DAYS, "UTC", "USD")
"""In force until the customer sets their own."""


def check_policy(policy: Policy) -> None:
    """Raise the Refused that names what cannot be a rule."""
    if not SHORTEST_IDLE_DAYS <= policy.idle_days <= LONGEST_DAYS:
        raise IdleDaysOutOfRange(
            f"Idle days lie between {SHORTEST_IDLE_DAYS} and {LONGEST_DAYS}, not {policy.idle_days}."
        )
    if not 0 <= policy.grace_days <= LONGEST_DAYS:
        raise GraceDaysOutOfRange(f"Days of grace lie between 0 and {LONGEST_DAYS}, not {policy.grace_days}.")
    if not _is_zone(policy.time_zone):
        raise TimeZoneUnknown(f"{policy.time_zone!r} is no IANA time zone, for instance 'Europe/Berlin'.")
    if policy.currency not in CURRENCIES:
        raise CurrencyUnknown(f"{policy.currency!r} is no ISO 4217 currency code, for instance 'EUR'.")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a path outside, and a directory such as "Europe"
        return False
    return True
