"""What the log and its keys say of months of calls: which facts there are, and that the detail of a month is gone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeAlias
from uuid import NAMESPACE_URL, uuid5

from psycopg import sql

from app.domain.ids import TenantId, UserId
from app.domain.kept_signs import KeptPlace, KeptSign
from app.eventstore.arrays import Texts, Uuids
from app.eventstore.erased import destroy
from app.eventstore.month_keys import MONTHS
from app.eventstore.pools import Connection
from app.eventstore.rows import StoredRow, select
from app.eventstore.veils import NAMES

Place: TypeAlias = tuple[str | None, str | None, str | None, str | None, datetime, datetime, int, int]
"""Department, company, cost centre, country; from when until when, and by which positions of the log, it was so."""


@dataclass(frozen=True, slots=True)
class MonthLeft:
    """What stays of a month: what the directory said of its people, by stand-in; parts of numbers, by stand-in; by
    user, source and day, from which position on it is known that they were active (`app.domain.kept_signs`)."""

    places: Mapping[UserId, Iterable[Place]] = field(default_factory=dict)
    digits: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[tuple[UserId, str, date], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A stream with facts about calls that began in a span: the first and the last day (UTC) any of them names."""

    stream: str
    first: date
    last: date


def begun_between(
    connection: Connection, tenant: TenantId, since: datetime, until: datetime, position: int
) -> list[Begun]:
    """By stream; its facts up to that position. Reads the tenant's whole log."""
    found = connection.execute(
        """
        SELECT stream, (min(happened_at) AT TIME ZONE 'UTC')::date, (max(happened_at) AT TIME ZONE 'UTC')::date
        FROM events WHERE tenant_id = %(tenant)s AND position <= %(position)s AND name = ANY (%(names)s)
        GROUP BY stream HAVING bool_or(happened_at >= %(since)s AND happened_at < %(until)s) ORDER BY stream
        """,
        {"tenant": tenant, "position": position, "names": sorted(NAMES), "since": since, "until": until},
    )
    return [Begun(*row) for row in found]


def of_streams(connection: Connection, tenant: TenantId, streams: Sequence[str], position: int) -> list[StoredRow]:
    """All facts of these streams up to a position, in order of the log."""
    return select(
        connection,
        tenant,
        sql.SQL("AND stream = ANY (%(streams)s) AND position <= %(position)s"),
        {"streams": list(streams), "position": position},
        sql.SQL("ORDER BY position"),
    )


def has_unsealed(connection: Connection, tenant: TenantId, since: datetime, until: datetime) -> bool:
    """Whether a call of [since, until) was recorded before they were sealed by month. Reads the tenant's whole log."""
    found = connection.execute(
        "SELECT EXISTS (SELECT FROM events WHERE tenant_id = %s AND name = ANY (%s) AND schema = 1"
        " AND happened_at >= %s AND happened_at < %s)",
        (tenant, sorted(NAMES), since, until),
    )
    return found.fetchone() == (True,)


def drop(connection: Connection, tenant: TenantId, month: str, left: MonthLeft, at: datetime) -> None:
    """Destroy a month's key and keep what stays, after the append of the fact in the same transaction."""
    digits = left.digits
    rows = [(user, *place) for user, known in left.places.items() for place in known]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO call_stand_ins (tenant_id, user_id, department, company, cost_centre, country, valid_from,"
            " valid_until, since_position, until_position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(tenant, *row) for row in rows],
        )
    connection.execute(
        "INSERT INTO dropped_digits (tenant_id, stand_in, told) SELECT %s, new.stand_in, new.told"
        " FROM unnest(%s, %s) AS new (stand_in, told) ON CONFLICT DO NOTHING",
        (
            tenant,
            Texts([each.encode() for each in digits]),
            Texts([told.encode() for told in digits.values()]),
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO call_signs (tenant_id, user_id, source, day, position) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(tenant, *key, position) for key, position in left.signs.items()],
        )
    destroy(connection, tenant, {MONTHS + month: None}, at)


def signs_after(connection: Connection, tenant: TenantId, after: int, until: int) -> dict[int, list[KeptSign]]:
    """Signs known from a position on, by that position."""
    found: dict[int, list[KeptSign]] = {}
    for position, user, source, day in connection.execute(
        "SELECT position, user_id, source, day FROM call_signs WHERE tenant_id = %s AND position > %s"
        " AND position <= %s ORDER BY position, user_id, source, day",
        (tenant, after, until),
    ):
        at = datetime.combine(day, time(), UTC)
        found.setdefault(position, []).append(KeptSign(happened_at=at, user=UserId(user), source=source, on=day))
    return found


def places_at(connection: Connection, tenant: TenantId, position: int) -> list[KeptPlace]:
    found = connection.execute(
        "SELECT user_id, department, company, cost_centre, country, valid_from, valid_until FROM call_stand_ins"
        " WHERE tenant_id = %s AND since_position <= %s AND until_position > %s",
        (tenant, position, position),
    )
    return [KeptPlace(UserId(user), *place) for user, *place in found]


def last_of_days(connection: Connection, tenant: TenantId) -> dict[date, int]:
    """The last position recorded on each day (UTC). Reads the tenant's whole log."""
    found = connection.execute(
        "SELECT (recorded_at AT TIME ZONE 'UTC')::date, max(position) FROM events WHERE tenant_id = %s GROUP BY 1",
        (tenant,),
    )
    return dict(found.fetchall())


def count_late(connection: Connection, tenant: TenantId, streams: Mapping[str, str], at: datetime) -> int:
    """Note, by stream and month, what came when the month's details were gone. Returns how many are new."""
    return connection.execute(
        "INSERT INTO late_calls (tenant_id, month, record, came_at) SELECT %s, new.month, new.record, %s"
        " FROM unnest(%s, %s) AS new (month, record) WHERE tenant_stays(%s) ON CONFLICT DO NOTHING",
        (
            tenant,
            at,
            Texts([month.encode() for month in streams.values()]),
            Uuids([uuid5(NAMESPACE_URL, f"{tenant}/{stream}").bytes for stream in streams]),
            tenant,
        ),
    ).rowcount
