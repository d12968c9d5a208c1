"""Minutes each user called out by, month by month, as the rows of the telephone log say that were told last."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from app.audit.customer import Customer
from app.audit.replay import WholeReplay
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability
from app.domain.ids import UserId
from app.domain.licensing import read_cutoff
from app.domain.stand_ins import span_of

MONTHS = 3


class Called(NamedTuple):
    """The most minutes in one month, each call rounded up, and whether any of all was to another country."""

    minutes: int = 0
    abroad: bool = False


def called_out(replay: WholeReplay, customer: Customer, reach_back: datetime | None) -> Mapping[UserId, Called] | None:
    """By user, in the three whole months (UTC) before that of the day. None: nobody can say, for the log was not read
    of late and to their end, began later (`reach_back`: as far as calls are known), or tells no more who called.
    """
    cut = replay.cut
    until = datetime(cut.on.year, cut.on.month, 1, tzinfo=UTC)
    months = cut.on.year * 12 + cut.on.month - 1 - MONTHS
    since = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    read_at = customer.read_at.get(Feed.PSTN)
    if customer.able.get(Capability.PSTN_LOGS) is not True or read_at is None or reach_back is None:
        return None
    if read_at < max(until, read_cutoff(cut.known_on, cut.zone)) or reach_back > since:
        return None
    by_month: dict[tuple[UserId, int, int], int] = {}
    abroad: set[UserId] = set()
    for row in replay.phone_logs.charged.values():
        kind = row.kind or ""
        outward = kind.startswith("user_out") and kind != "user_out_conf"
        if row.user is None or not row.seconds or row.seconds < 0 or not outward or not since <= row.began_at < until:
            continue
        if span_of(row.user) is not None:
            return None
        began = row.began_at.astimezone(UTC)
        key = (row.user, began.year, began.month)
        by_month[key] = by_month.get(key, 0) - (-row.seconds // 60)
        if row.destination_context == "International":
            abroad.add(row.user)
    most: dict[UserId, int] = {}
    for (user, _, _), minutes in by_month.items():
        most[user] = max(most.get(user, 0), minutes)
    return {user: Called(minutes, user in abroad) for user, minutes in most.items()}
