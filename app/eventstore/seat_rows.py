"""The table `seat_states`: each seat's folded state, moved on by the append that moved its stream."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap

from app.domain.ids import TenantId, UserId
from app.eventstore.arrays import Bigints, Byteas, Uuids
from app.eventstore.changes import StoredSeat
from app.eventstore.pools import Connection

_PAGE = 2_000
"""Rows fetched at a time."""


def upsert(connection: Connection, tenant: TenantId, pages: Iterable[Sequence[StoredSeat]]) -> None:
    """Only after the seats' facts in the same transaction: their unique versions are what keeps writers apart."""
    with connection.pipeline():
        for page in pages:
            connection.execute(
                """
                INSERT INTO seat_states (tenant_id, user_id, version, state)
                SELECT %s, seat.user_id, seat.version, seat.state
                FROM unnest(%s, %s, %s) AS seat (user_id, version, state)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET version = excluded.version, state = excluded.state
                """,
                (
                    tenant,
                    Uuids([seat.user.bytes for seat in page]),
                    Bigints([seat.version for seat in page]),
                    Byteas([seat.state for seat in page]),
                ),
                prepare=True,
                binary=True,
            )


def streamed(connection: Connection, tenant: TenantId) -> Iterator[StoredSeat]:
    with connection.cursor(name="seats") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(
            "SELECT user_id, version, state FROM seat_states WHERE tenant_id = %s ORDER BY user_id",
            (tenant,),
            binary=True,
        )
        yield from starmap(StoredSeat, cursor)


def users(connection: Connection, tenant: TenantId) -> list[UserId]:
    rows = connection.execute("SELECT user_id FROM seat_states WHERE tenant_id = %s", (tenant,), binary=True)
    return [UserId(user) for (user,) in rows]


def some(connection: Connection, tenant: TenantId, wanted: Sequence[UserId]) -> list[StoredSeat]:
    rows = connection.execute(
        "SELECT user_id, version, state FROM seat_states WHERE tenant_id = %s AND user_id = ANY (%s)",
        (tenant, Uuids([user.bytes for user in wanted])),
        prepare=True,
        binary=True,
    )
    return list(starmap(StoredSeat, rows))


def one(connection: Connection, tenant: TenantId, user: UserId) -> StoredSeat | None:
    row = connection.execute(
        "SELECT user_id, version, state FROM seat_states WHERE tenant_id = %s AND user_id = %s",
        (tenant, user),
        prepare=True,
        binary=True,
    ).fetchone()
    return None if row is None else StoredSeat(*row)
