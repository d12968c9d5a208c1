"""The two times of a replay, found in the log alone: which facts are taken, and what they are taken to say."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.errors import TenantUnknown
from app.domain.events.tenancy import PolicyChanged, TenantInvited
from app.domain.ids import TenantId
from app.domain.kept_signs import KeptPlace
from app.domain.period import day_begins, day_ends
from app.domain.policy import DEFAULT_POLICY
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Connection, Pool, borrowed
from app.eventstore.streams import TENANT
from app.projections.reading import AsOfOutOfRange

BATCH = 10_000


class Log(Protocol):
    """What a replay reads of the event store."""

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]: ...

    def kept_places(self, tenant: TenantId, position: int) -> list[KeptPlace]: ...


@dataclass(frozen=True, slots=True)
class Cut:
    """Facts up to `position` are known; of these, what happened before `at` is true: the end of the day `on`.

    `known_on`: the last civil day the knowledge can speak of; inactivity is judged on it where `on` lies later.
    `position` 0: the day ended before the first fact, so nothing was so.
    """

    tenant: TenantId
    on: date
    zone: ZoneInfo
    at: datetime
    known_at: datetime
    known_on: date
    position: int

    @property
    def judged_at(self) -> datetime:
        return day_ends(self.known_on, self.zone)

    def day_begins(self, on: date) -> datetime:
        return day_begins(on, self.zone)


def cut_of(
    pool: Pool,
    tenant: TenantId,
    as_of: date | None,
    known_at: datetime | None,
    now: datetime,
    *,
    position_max: int | None = None,
) -> Cut:
    """Where to cut the log. `position_max`: take no fact after it, whatever is known.

    Raises TenantUnknown where there is no log, AsOfOutOfRange for a day that has not begun where the tenant is
    and for knowledge to come.
    """
    knowledge = now if known_at is None else known_at
    if knowledge > now:
        raise AsOfOutOfRange(f"{knowledge.isoformat()} has not come yet.")
    with borrowed(pool) as db:
        newest, first_at = _reached(db, tenant, known_at)
        position = newest if position_max is None else min(newest, position_max)
        zone = _zone(db, tenant, position)
    today = now.astimezone(zone).date()
    on = as_of or today
    if on > today:
        raise AsOfOutOfRange(f"{on} has not begun in {zone.key}; the newest day is {today}.")
    at = day_ends(on, zone)
    early = first_at is None or at <= first_at
    known_on = min(on, knowledge.astimezone(zone).date())
    return Cut(tenant, on, zone, at, knowledge, known_on, 0 if early else position)


def facts_of(log: Log, tenant: TenantId, position: int) -> Iterator[Recorded]:
    """The facts up to a position, in order, some thousands in memory at a time. Raises FactUnreadable."""
    after = 0
    while after < position:
        batch = log.read(tenant, after=after, limit=min(BATCH, position - after))
        yield from batch
        after = batch[-1].position


def _reached(db: Connection, tenant: TenantId, known_at: datetime | None) -> tuple[int, datetime | None]:
    """The newest position known, 0 for none; and when the first fact happened, if it was known.

    What is recorded never lies before what was recorded earlier, so the newest fact known is the last of them.
    """
    known = "recorded_at <= coalesce(%(known_at)s, 'infinity'::timestamptz)"
    row = db.execute(
        f"""
        SELECT EXISTS (SELECT FROM events WHERE tenant_id = %(tenant)s),
               (SELECT position FROM events WHERE tenant_id = %(tenant)s AND {known}
                ORDER BY recorded_at DESC, position DESC LIMIT 1),
               (SELECT happened_at FROM events WHERE tenant_id = %(tenant)s AND position = 1 AND {known})
        """,  # noqa: S608 - the condition is a constant; what is asked for are parameters
        {"tenant": tenant, "known_at": known_at},
    ).fetchone()
    if row is None or not row[0]:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    return row[1] or 0, row[2]


def _zone(db: Connection, tenant: TenantId, position: int) -> ZoneInfo:
    """The zone of the rules stated last, whenever they hold from: the newest knowledge of where the tenant is."""
    rows = db.execute(
        "SELECT name, state FROM events WHERE tenant_id = %s AND stream = %s AND name = ANY (%s) AND position <= %s"
        " ORDER BY position",
        (tenant, TENANT, [TenantInvited.name, PolicyChanged.name], position),
    ).fetchall()
    zone, invited = DEFAULT_POLICY.time_zone, False
    for name, state in rows:
        if name == TenantInvited.name:
            invited = True
        elif invited:
            zone = json.loads(state)["time_zone"]
    return ZoneInfo(zone)
