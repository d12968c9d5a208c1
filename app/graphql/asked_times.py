"""The two times of a question, as far as they can be refused before anything is read."""

from datetime import date, datetime

from app.graphql.context import Asked
from app.graphql.scalars import DAY_MAX, DAY_MIN, checked_instant
from app.projections.reading import AsOfOutOfRange


def checked_times(asked: Asked, as_of: date | None, known_at: datetime | None) -> None:
    """Raise AsOfOutOfRange, BadUserInput for times nothing can be said of, whatever the tenant."""
    if as_of is not None and not DAY_MIN <= as_of <= DAY_MAX:
        raise AsOfOutOfRange(f"`asOf` lies between {DAY_MIN} and today, not {as_of}.")
    checked_past("knownAt", known_at, asked.asked_at)


def checked_past(name: str, known_at: datetime | None, now: datetime) -> None:
    """Raise BadUserInput for an instant without a zone, AsOfOutOfRange for one that has not come yet."""
    checked_instant(name, known_at)
    if known_at is not None and known_at > now:
        raise AsOfOutOfRange(f"`{name}` {known_at.isoformat()} has not come yet.")
