"""The schema as the server sees it after all migrations: tenant first everywhere, so that it shards as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from app.ops.migrate import check, migrate
from tests.database import Database

pytestmark = pytest.mark.both_databases

# Looked up before the tenant is known, or about the database itself: small, local, never distributed.
CONTROL = {
    "alerts",
    "consent_attempts",
    "default_prices",
    "default_rates",
    "erased_tenants",
    "graph_limits",
    "graph_subscriptions",
    "invitations",
    "portal_sessions",
    "portal_sign_ons",
    "schema_migrations",
    "sku_names",
    "tenant_directory",
}

# Microsoft's product names: nobody's secret, and the same for every tenant.
FOR_EVERYBODY = {"sku_names"}

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
UNIQUE_KEYS = """
    SELECT t.relname, i.relname, i.indisprimary,
           (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = i.indkey[0])
    FROM (SELECT x.indrelid, x.indisprimary, x.indkey, x.indisunique, x.indisexclusion, c.relname
          FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid) i
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND (i.indisunique OR i.indisexclusion)
"""


@pytest.fixture(scope="module")
def owner(module_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as connection:
        yield connection


def asked(owner: psycopg.Connection, query: str) -> Sequence[tuple[object, ...]]:
    return owner.execute(query.encode()).fetchall()


def tenant_tables(owner: psycopg.Connection) -> set[object]:
    return {name for (name,) in asked(owner, TABLES)} - CONTROL


def test_migrating_a_migrated_database_changes_nothing(module_database: Database) -> None:
    assert migrate(module_database.owner_dsn) == []
    assert check(module_database.owner_dsn) == []


def test_every_table_is_a_tenants_or_known_as_control(owner: psycopg.Connection) -> None:
    tables = {name for (name,) in asked(owner, TABLES)}

    assert tables >= CONTROL
    assert {"events", "tenant_heads", "checkpoints", "licence_holdings", "calls"} <= tenant_tables(owner)


def test_every_key_of_a_tenants_table_begins_with_the_tenant(owner: psycopg.Connection) -> None:
    tables = tenant_tables(owner)
    keys = [row for row in asked(owner, UNIQUE_KEYS) if row[0] in tables]

    assert {table for table, _, primary, _ in keys if primary} == tables
    assert [(table, key) for table, key, _, first in keys if first != "tenant_id"] == []


def test_a_tenants_id_is_always_a_uuid_and_never_missing(owner: psycopg.Connection) -> None:
    columns = asked(
        owner,
        "SELECT table_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'tenant_id'",
    )

    assert tenant_tables(owner) <= {table for table, _, _ in columns}
    assert {(kind, nullable) for _, kind, nullable in columns} == {("uuid", "NO")}


def test_every_tenants_table_has_row_level_security_even_for_its_owner(owner: psycopg.Connection) -> None:
    secured = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"

    assert tenant_tables(owner) - {name for (name,) in asked(owner, secured)} == set()


def test_what_the_read_side_may_read_it_reads_by_tenant(owner: psycopg.Connection) -> None:
    readable = {
        str(table)
        for (table,) in asked(
            owner, "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'sua_reader'"
        )
    }
    found = owner.execute(
        "SELECT tablename, policyname, qual FROM pg_policies WHERE 'sua_reader' = ANY (roles) AND cmd = 'SELECT'"
    ).fetchall()
    policies: dict[str, str] = {table: rule for table, name, rule in found if name == "reader"}
    readable -= FOR_EVERYBODY

    assert readable
    assert readable & CONTROL == set()
    assert readable - policies.keys() == set()
    assert [table for table in readable if "sua.tenants" not in str(policies[table])] == []
    # The other ways in: which tenants a proven directory has (0007_tenant_register.sql) and which were given to it
    # (0020_reseller_grants.sql), and what is nobody's.
    others = {(table, name) for table, name, _ in found if name != "reader"}
    registers = {("tenants", "register"), ("reseller_grants", "register")}
    assert others == registers | {(table, "everybody") for table in FOR_EVERYBODY}


def test_the_read_side_may_only_read(owner: psycopg.Connection) -> None:
    granted = "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE grantee = 'sua_reader'"

    assert asked(owner, granted) == [("SELECT",)]


def test_nobody_who_runs_sua_may_change_or_remove_a_fact(owner: psycopg.Connection) -> None:
    granted = (
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants "
        "WHERE table_name = 'events' AND grantee IN ('sua_writer', 'sua_reader', 'PUBLIC')"
    )

    assert set(asked(owner, granted)) == {("sua_writer", "SELECT"), ("sua_writer", "INSERT"), ("sua_reader", "SELECT")}


def test_the_roles_of_sua_can_do_nothing_beyond_their_grants(owner: psycopg.Connection) -> None:
    roles = asked(
        owner,
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
        "WHERE rolname IN ('sua_writer', 'sua_reader') ORDER BY rolname",
    )

    assert roles == [("sua_reader", True, False), ("sua_writer", True, False)]


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("triggers", "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"),
        ("rules", "SELECT rulename FROM pg_rules WHERE schemaname = 'public'"),
        ("sequences", "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"),
        ("unlogged tables", "SELECT relname FROM pg_class WHERE relpersistence = 'u'"),
        (
            "foreign keys without the tenant",
            """
            SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT EXISTS (
                SELECT 1 FROM pg_attribute
                WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'tenant_id'
            )
            """,
        ),
    ],
)
def test_the_schema_has_nothing_that_would_not_shard(owner: psycopg.Connection, what: str, query: str) -> None:
    assert asked(owner, query) == [], what
