"""Row-level security alone: with the first lock open, whatever the statements are given, nothing leaks."""

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from app.auth.viewer import Viewer
from app.graphql import tenants as customers
from app.graphql.context import Asked
from app.graphql.ids import tenant_of
from app.projections import tenants
from app.projections.tenants import TenantRow
from tests.database import Database
from tests.graphql.world import World
from tests.isolation.conftest import Door
from tests.isolation.documents import questions
from tests.isolation.viewers import KNOCKERS
from tests.isolation.world import CONTOSO, FABRIKAM

WHO = next(each for each in KNOCKERS if each.name == "Sua.Customer.Viewer who sees persons")
ASKED = {str(FABRIKAM.tenant), f"{FABRIKAM.number:08x}-"}
"""What the attacker says themselves comes back in the ids of the answer."""


@pytest.fixture
def first_lock_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may see every tenant, and lists of tenants are asked without saying which."""
    monkeypatch.setattr(Viewer, "may_see", lambda *_: True)
    monkeypatch.setattr(Viewer, "may_change", lambda *_: True)
    listed = tenants.listed

    async def all_listed(db: Any, _seen: Any, *rest: Any, **named: Any) -> Any:
        return await listed(db, None, *rest, **named)

    monkeypatch.setattr(tenants, "listed", all_listed)


@pytest.mark.usefixtures("first_lock_open")
async def test_with_the_first_lock_open_a_foreign_tenant_is_still_not_there(door: Door) -> None:
    told = [
        await door.ask(WHO, each.text, **({"id": str(FABRIKAM.tenant)} if each.of_tenant else {}))
        for each in questions(FABRIKAM)
    ]

    assert {code for each in told for code in each.codes} == {"NOT_FOUND"}
    assert [each.holding(FABRIKAM.canaries) for each in told if each.holding(FABRIKAM.canaries)] == []


@pytest.mark.usefixtures("first_lock_open")
async def test_every_statement_given_a_foreign_tenant_finds_nothing_of_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken_for_seen(asked: Asked, id: str) -> TenantRow:  # noqa: A002
        row, wanted = await tenants.found(asked.db, CONTOSO.tenant), tenant_of(id)
        assert row is not None
        assert wanted is not None
        return replace(row, tenant=wanted)

    monkeypatch.setattr(customers, "row_seen", taken_for_seen)
    canaries = [each for each in FABRIKAM.canaries if each not in ASKED]

    found = {}
    for each in questions(FABRIKAM):
        if each.of_tenant:
            told = await door.ask(WHO, each.text, id=str(FABRIKAM.tenant))
            found[each.name] = told.holding(canaries)
            assert set(told.codes) <= {"NOT_FOUND"}, (each.name, told.text)

    assert len(found) > 50
    assert {name: said for name, said in found.items() if said} == {}


POLICIES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
           has_table_privilege('sua_reader', c.oid, 'SELECT'),
           EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.schemaname = 'public'
                   AND 'sua_reader' = ANY (p.roles) AND p.cmd = 'SELECT' AND p.qual LIKE '%%sua.tenants%%')
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
REVIEWED = {"sku_names"}
"""Readable by everybody: Microsoft's own words for products."""


def test_what_the_reader_may_read_has_forced_policies_by_tenant(module_database: Database) -> None:
    with psycopg.connect(module_database.owner_dsn) as owner:
        found = owner.execute(POLICIES).fetchall()

    readable = {name: (on, forced, policy) for name, on, forced, reads, policy in found if reads}
    assert len(readable) > 25
    assert {name for name, said in readable.items() if said != (True, True, True)} == REVIEWED


def test_the_reader_reads_no_column_of_a_table_it_may_not_read(module_database: Database) -> None:
    columns = """SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT has_table_privilege('sua_reader', c.oid, 'SELECT')
        AND has_any_column_privilege('sua_reader', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')"""
    definers = """SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"""
    with psycopg.connect(module_database.owner_dsn) as owner:
        assert owner.execute(columns).fetchall() == []
        assert owner.execute(definers).fetchall() == []


def test_a_reader_without_a_scope_sees_no_row_of_any_tenants_table(module_database: Database, world: World) -> None:
    assert world.store.head(FABRIKAM.tenant) > 0
    with (
        psycopg.connect(module_database.owner_dsn) as owner,
        psycopg.connect(module_database.reader_dsn, autocommit=True) as reader,
    ):
        readable = [name for name, _, _, reads, _ in owner.execute(POLICIES) if reads and name not in REVIEWED]
        seen = [name for name in readable if reader.execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchone()]

    assert seen == []
