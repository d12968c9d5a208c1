"""What the two roles may do to the log."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from app.domain.ids import TenantId
from app.domain.seat import replay
from app.eventstore.store import EventStore, SeatChange
from tests.database import Database
from tests.eventstore.facts import ANNA, MONDAY, discovered, lapsed

TABLES = ["events", "tenant_heads", "seat_states", "subject_keys"]


@pytest.fixture
def tenants(store: EventStore) -> list[TenantId]:
    """Two tenants with a fact and a seat each."""
    made = [TenantId(uuid4()), TenantId(uuid4())]
    for tenant in made:
        store.append(tenant, "sku/a", [lapsed()], expected=0, cause=uuid4(), at=MONDAY)
        facts = [discovered(ANNA, "Anna")]
        store.append_seats(tenant, [SeatChange(ANNA, 0, facts, replay(facts))], cause=uuid4(), at=MONDAY)
    return made


@pytest.fixture
def reader(module_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.reader_dsn) as connection:
        yield connection


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET cause = tenant_id",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM tenant_heads",
        "DELETE FROM erased_subjects",
        "UPDATE subject_keys SET subject = ''",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_write_side_can_only_add(
    tenants: list[TenantId], store: EventStore, module_database: Database, statement: str
) -> None:
    with psycopg.connect(module_database.writer_dsn) as writer, pytest.raises(errors.InsufficientPrivilege):
        writer.execute(statement.encode())

    assert [store.head(tenant) for tenant in tenants] == [2, 2]


@pytest.mark.both_databases
def test_the_read_side_sees_the_tenants_its_transaction_names_and_no_other(
    tenants: list[TenantId], reader: psycopg.Connection
) -> None:
    def seen(named: str | None) -> set[UUID]:
        with reader.transaction():
            if named is not None:
                reader.execute("SELECT set_config('sua.tenants', %s, true)", (named,))
            events = reader.execute("SELECT DISTINCT tenant_id FROM events").fetchall()
            heads = reader.execute("SELECT tenant_id FROM tenant_heads").fetchall()
        assert set(events) == set(heads)
        return {tenant for (tenant,) in events}

    assert seen(None) == set()
    assert seen(str(tenants[0])) == {tenants[0]}
    assert seen(f"{tenants[0]},{tenants[1]}") == set(tenants)
    assert seen("") == set()
    assert seen(str(uuid4())) == set()
    assert seen(None) == set()


@pytest.mark.parametrize("table", TABLES)
def test_the_read_side_changes_nothing(tenants: list[TenantId], module_database: Database, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET tenant_id = tenant_id", f"TRUNCATE {table}"):
        with psycopg.connect(module_database.reader_dsn) as reader, pytest.raises(errors.InsufficientPrivilege):
            reader.execute(statement.encode())


@pytest.mark.parametrize("table", ["seat_states", "subject_keys"])
def test_keys_and_states_are_none_of_the_read_sides_business(reader: psycopg.Connection, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute(f"SELECT * FROM {table}".encode())


@pytest.mark.both_databases
@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_under_row_level_security_and_keyed_by_tenant(module_database: Database, table: str) -> None:
    with psycopg.connect(module_database.owner_dsn) as owner:
        secured = owner.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", (table,)
        ).fetchone()
        keys = owner.execute(
            "SELECT pg_get_indexdef(indexrelid, 1, true) FROM pg_index WHERE indrelid = %s::regclass AND indisunique",
            (table,),
        ).fetchall()

    assert secured == (True, True)
    assert set(keys) == {("tenant_id",)}


def test_neither_role_can_go_around_row_level_security(module_database: Database) -> None:
    with psycopg.connect(module_database.owner_dsn) as owner:
        roles = owner.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
            "WHERE rolname IN ('sua_reader', 'sua_writer') ORDER BY rolname"
        ).fetchall()

    assert roles == [
        ("sua_reader", True, False, False, False, False),
        ("sua_writer", True, False, False, False, False),
    ]
