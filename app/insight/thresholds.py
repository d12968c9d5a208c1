"""The instants that turn times into answers: quiet, young, silent for so many days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.policy import Policy
from app.projections.reading import Moment


class Thresholds(NamedTuple):
    """The instants of a moment that turn times into answers.

    Silent for so many days: since before the cutoff of that number, up to `judged_at`. Young: not before `young`.
    Disabled for long: before `disabled_before`.
    """

    cutoffs: tuple[datetime, ...]
    judged_at: datetime
    young: datetime
    disabled_before: datetime


def idle_days_of(policy: Policy) -> Sequence[int]:
    """The numbers of idle days of a policy, the fewest first."""
    return sorted({policy.idle_days, *(own for _, own in policy.sku_idle_days)})


def thresholds_at(at: Moment, policy: Policy, days: Sequence[int]) -> Thresholds:
    """`days`: the numbers of idle days of the policy, the fewest first."""
    return Thresholds(
        cutoffs=tuple(at.day_begins(at.known_on - timedelta(days=each)) for each in days),
        judged_at=at.day_ends(at.known_on),
        young=at.day_ends(at.on - timedelta(days=policy.grace_days)),
        disabled_before=at.day_ends(at.on - timedelta(days=policy.disabled_days)),
    )
