"""When users signed in (signInActivity)."""

from datetime import datetime, timedelta

from app.domain.ids import UserId
from app.domain.sightings import SignInSighting
from app.ingest.graph_http import Json
from app.ingest.graph_types import SignInActivity, UserSignIns, read_as

CLOCKS_DIFFER_BY = timedelta(days=1)
"""A stamp later than this after the read is no time anybody signed in."""


def sign_ins(row: Json, seen_at: datetime, path: str = "$") -> SignInSighting:
    """The three stamps of one user; an absent signInActivity is three times none."""
    read = read_as(UserSignIns, row, path)
    activity = read.sign_in_activity or SignInActivity()
    return SignInSighting(
        user=UserId(read.id),
        interactive=_believable(activity.last_sign_in_date_time, seen_at),
        non_interactive=_believable(activity.last_non_interactive_sign_in_date_time, seen_at),
        successful=_believable(activity.last_successful_sign_in_date_time, seen_at),
    )


def _believable(stamp: datetime | None, seen_at: datetime) -> datetime | None:
    """A time in the future is unknown: taken at its word, it would keep an account active for ever."""
    return None if stamp is not None and stamp > seen_at + CLOCKS_DIFFER_BY else stamp
