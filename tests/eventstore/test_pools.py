"""Connections: refused when unsafe, replaced when lost, missed loudly."""

import socket
from time import monotonic

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown, DatabaseUnsafe, borrowed, writer_pool
from app.eventstore.store import EventStore
from tests.database import Database


def test_a_database_that_is_away_is_said_to_be_down_within_five_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    started = monotonic()

    with pytest.raises(DatabaseDown, match=f"127.0.0.1:{port}") as down:
        writer_pool(f"host=127.0.0.1 port={port} dbname=sua user=sua_writer")

    assert monotonic() - started < 6
    assert isinstance(down.value, Unavailable)
    assert down.value.code == "DATABASE_DOWN"


def test_a_server_that_acknowledges_too_early_is_refused(module_database: Database) -> None:
    unsafe = make_conninfo(module_database.writer_dsn, options="-c synchronous_commit=off")

    with pytest.raises(DatabaseUnsafe, match="synchronous_commit = off"):
        writer_pool(unsafe)


def test_a_connection_is_replaced_when_the_server_ended_it(
    store: EventStore, tenant: TenantId, module_database: Database
) -> None:
    assert store.head(tenant) == 0

    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE usename = 'sua_writer' AND datname = current_database()"
        )

    assert store.head(tenant) == 0


def test_instants_come_back_in_utc_whatever_the_servers_zone(module_database: Database) -> None:
    elsewhere = make_conninfo(module_database.writer_dsn, options="-c TimeZone=Asia/Kolkata -c work_mem=8MB")
    pool = writer_pool(elsewhere, 1)
    try:
        with borrowed(pool) as connection:
            row = connection.execute("SELECT current_setting('TimeZone'), current_setting('work_mem')").fetchone()
    finally:
        pool.close()

    assert row == ("UTC", "8MB")
