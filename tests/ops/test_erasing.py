"""A customer who left is erased from every table there is, and only they."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from app.domain.errors import TenantErased
from app.domain.ids import TenantId, UserId
from app.domain.seat import replay
from app.eventstore.appending import CHUNK, append
from app.eventstore.keys import KeyRing
from app.eventstore.pools import DatabaseDown, writer_pool
from app.eventstore.rows import Row
from app.eventstore.store import EventStore, SeatChange
from app.ingest import dead_letters
from app.ops import erasing
from app.ops.erasing import erase_tenant, erasure_begun, tables_of_tenants
from tests.database import Database
from tests.eventstore.facts import ANNA, BERT, MONDAY, discovered, lapsed
from tests.ingest.office import TODAY

_BY_TYPE = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "boolean": "false",
    "bytea": "decode(md5(random()::text), 'hex')",
    "date": "'2026-11-23'",
    "timestamp with time zone": "'2026-11-23Z'",
    "ARRAY": "'{}'",
    "jsonb": "'{}'",
    "json": "'{}'",
    "interval": "'1 hour'",
}

_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND column_name <> 'tenant_id' AND is_generated = 'NEVER'
      AND is_nullable = 'NO' AND is_identity = 'NO'
"""


def planted(owner_dsn: str, tenant: TenantId) -> list[str]:
    """A row of the tenant in every table that has tenants, whatever its columns. Returns the tables."""
    with psycopg.connect(owner_dsn, autocommit=True) as db:
        tables = tables_of_tenants(db)
        for table in tables:
            _loosened(db, table)
            columns = db.execute(_COLUMNS, (table,)).fetchall()
            names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
            values = sql.SQL(", ").join(sql.SQL(_BY_TYPE.get(kind, "1")) for _, kind in columns)
            given = sql.SQL("INSERT INTO {} (tenant_id{}) VALUES ({}{})").format(
                sql.Identifier(table),
                sql.SQL(", ") + names if columns else sql.SQL(""),
                sql.Literal(str(tenant)),
                sql.SQL(", ") + values if columns else sql.SQL(""),
            )
            db.execute(given)
    return tables


def _loosened(db: psycopg.Connection, table: str) -> None:
    """Without what a made-up row could not satisfy."""
    checks = db.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')", (table,)
    ).fetchall()
    for (name,) in checks:
        db.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name)))


def rows_of(owner_dsn: str, tenant: TenantId) -> dict[str, int]:
    with psycopg.connect(owner_dsn) as db:
        counted = {}
        for table in tables_of_tenants(db):
            query = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(sql.Identifier(table))
            row = db.execute(query, (tenant,)).fetchone()
            counted[table] = 0 if row is None else int(row[0])
    return counted


def test_nothing_of_the_customer_stays_but_the_tombstone(database: Database) -> None:
    leaving, staying = TenantId(uuid4()), TenantId(uuid4())
    tables = planted(database.owner_dsn, leaving)
    planted(database.owner_dsn, staying)

    erased = erase_tenant(database.owner_dsn, leaving, TODAY)

    assert {"events", "tenant_heads", "subject_keys", "inbox", "alerts", "calls", "schedule"} <= set(tables)
    assert tables[0] == "subject_keys"
    assert (erased.rows, erased.facts, erased.last_position) == (len(tables), 1, 1)
    assert rows_of(database.owner_dsn, leaving) == dict.fromkeys(tables, 0)
    assert set(rows_of(database.owner_dsn, staying).values()) == {1}
    with psycopg.connect(database.writer_dsn) as db:
        kept = db.execute("SELECT tenant_id, erased_at, facts, last_leaf IS NOT NULL FROM erased_tenants").fetchall()
    assert kept == [(leaving, TODAY, 1, True)]


def test_what_was_being_built_anew_goes_too(database: Database) -> None:
    leaving, staying = TenantId(uuid4()), TenantId(uuid4())
    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        for tenant in (leaving, staying):
            db.execute("INSERT INTO rebuilt.checkpoints VALUES (%s, 'users', 1, 1)", (tenant,))

    erase_tenant(database.owner_dsn, leaving, TODAY)

    with psycopg.connect(database.owner_dsn) as db:
        assert db.execute("SELECT tenant_id FROM rebuilt.checkpoints").fetchall() == [(staying,)]


def test_every_table_that_knows_tenants_is_found(database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as db:
        found = set(tables_of_tenants(db))
        named = {
            name
            for (name,) in db.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'tenant_id'"
            )
        }
    assert found == named - {"erased_tenants"}


def test_an_erasure_that_was_killed_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = TenantId(uuid4())
    planted(database.owner_dsn, tenant)
    emptied = erasing._emptied

    def killed(db: psycopg.Connection, table: str, whose: TenantId) -> int:
        if table == "events":
            raise KeyboardInterrupt
        return emptied(db, table, whose)

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_emptied", killed)
        with pytest.raises(KeyboardInterrupt):
            erase_tenant(database.owner_dsn, tenant, TODAY)
    half = rows_of(database.owner_dsn, tenant)
    again = erase_tenant(database.owner_dsn, tenant, TODAY)

    assert (half["subject_keys"], half["events"]) == (0, 1)
    assert (again.facts, set(rows_of(database.owner_dsn, tenant).values())) == (1, {0})
    assert erasure_begun(database.owner_dsn, tenant)


def test_a_second_erasure_waits_for_the_first(database: Database) -> None:
    tenant = TenantId(uuid4())
    planted(database.owner_dsn, tenant)
    with ThreadPoolExecutor(1) as thread:
        with psycopg.connect(database.owner_dsn, autocommit=True) as first, erasing._let_in(first, ["inbox"]):
            second = thread.submit(erase_tenant, database.owner_dsn, tenant, TODAY)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)

        assert second.result(timeout=30).rows > 0
    assert set(rows_of(database.owner_dsn, tenant).values()) == {0}


def test_a_table_somebody_reads_for_long_is_not_waited_for(database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as reader:
        reader.execute("SELECT count(*) FROM inbox")

        with pytest.raises(DatabaseDown):
            erase_tenant(database.owner_dsn, TenantId(uuid4()), TODAY)


def test_an_owner_who_is_no_superuser_may_erase_and_is_let_in_no_longer(database: Database) -> None:
    tenant = TenantId(uuid4())
    planted(database.owner_dsn, tenant)
    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS plain_owner")
        db.execute("CREATE ROLE plain_owner LOGIN")
        for table in [*tables_of_tenants(db), "erased_tenants"]:
            db.execute(sql.SQL("ALTER TABLE {} OWNER TO plain_owner").format(sql.Identifier(table)))
        db.execute("ALTER SCHEMA rebuilt OWNER TO plain_owner")
        for (table,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'rebuilt'").fetchall():
            db.execute(sql.SQL("ALTER TABLE {} OWNER TO plain_owner").format(sql.Identifier("rebuilt", table)))
    owner = psycopg.conninfo.make_conninfo(database.owner_dsn, user="plain_owner")

    erased = erase_tenant(owner, tenant, TODAY)

    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        left = db.execute("SELECT count(*) FROM pg_policies WHERE policyname = 'eraser'").fetchone()
        db.execute("REASSIGN OWNED BY plain_owner TO CURRENT_USER")
        db.execute("DROP OWNED BY plain_owner")
        db.execute("DROP ROLE plain_owner")
    assert erased.facts == 1
    assert set(rows_of(database.owner_dsn, tenant).values()) == {0}
    assert left == (0,)


def _found(user: UserId) -> SeatChange:
    facts = [discovered(user, "Anna")]
    return SeatChange(user, 0, facts, replay(facts))


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    pool = writer_pool(database.writer_dsn, 4)
    yield EventStore(pool, KeyRing(pool, bytes(range(32))))
    pool.close()


def test_a_read_in_the_middle_of_which_the_customer_is_erased_brings_nothing_back(
    database: Database, store: EventStore
) -> None:
    tenant, other = TenantId(uuid4()), TenantId(uuid4())
    later = [lapsed() for _ in range(CHUNK + 1)]
    store.append_seats(tenant, [_found(ANNA)], cause=uuid4(), at=MONDAY)

    erase_tenant(database.owner_dsn, tenant, TODAY)

    for facts in ([lapsed()], later):
        with pytest.raises(TenantErased):
            store.append(tenant, "sku/a", facts, expected=0, cause=uuid4(), at=MONDAY)
    for user in (ANNA, BERT):  # Anna's key is still in memory
        with pytest.raises(TenantErased):
            store.append_seats(tenant, [_found(user)], cause=uuid4(), at=MONDAY)
    with psycopg.connect(database.writer_dsn) as db:
        for whose in (tenant, other):
            dead_letters.keep(db, whose, dead_letters.CALLS, "key", {"name": "Megan Bowen"}, ValueError())
    assert set(rows_of(database.owner_dsn, tenant).values()) == {0}
    assert rows_of(database.owner_dsn, other)["dead_letters"] == 1
    assert store.append(other, "sku/a", later, expected=0, cause=uuid4(), at=MONDAY) == len(later)


def test_an_append_half_way_is_erased_and_a_later_one_refused(database: Database, store: EventStore) -> None:
    tenant = TenantId(uuid4())
    with ThreadPoolExecutor(1) as thread:
        with psycopg.connect(database.writer_dsn) as writer:
            rows = [Row("sku/a", nth, "SkuLapsed", 1, MONDAY, uuid4(), b"{}") for nth in range(1, CHUNK + 2)]
            append(writer, tenant, [rows[:CHUNK], rows[CHUNK:]], len(rows), (), MONDAY)
            erased = thread.submit(erase_tenant, database.owner_dsn, tenant, TODAY)
            with pytest.raises(TimeoutError):
                erased.result(timeout=0.5)
        assert erased.result(timeout=30).facts == CHUNK + 1

    with pytest.raises(TenantErased):
        store.append(tenant, "sku/b", [lapsed()], expected=0, cause=uuid4(), at=MONDAY)
    assert set(rows_of(database.owner_dsn, tenant).values()) == {0}
