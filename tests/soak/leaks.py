"""Nothing of one customer in another's log or tables. By plain SQL; imports nothing of SUA."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg
from psycopg import sql

from tests.soak.oracle import Findings, Pair, Truth

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def owners(truth: Truth, pairs: Sequence[Pair]) -> dict[str, UUID]:
    """Whose each id is: tenant, directory, users and calls of every customer."""
    owner: dict[str, UUID] = {}
    for pair in pairs:
        people = truth.at(pair.directory, truth.stops[-1])["users"]
        ids = [str(pair.tenant), str(pair.directory), *(each["id"] for each in people), *truth.versions(pair.directory)]
        owner |= dict.fromkeys(ids, pair.tenant)
    return owner


def check_leaks(db: psycopg.Connection, owner: Mapping[str, UUID], found: Findings) -> None:
    """Every row of every table that has a tenant: all ids in it that are anybody's are that tenant's."""
    for (table,) in db.execute(
        "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)"
        " WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE' ORDER BY 1"
    ).fetchall():
        _check_table(db, table, owner, found)


def _check_table(db: psycopg.Connection, table: str, owner: Mapping[str, UUID], found: Findings) -> None:
    text = sql.SQL("to_jsonb(one)::text")
    if table == "events":
        text = sql.SQL("stream || ' ' || convert_from(state, 'UTF8')")
    query = sql.SQL("SELECT tenant_id, {} FROM {} AS one WHERE tenant_id IS NOT NULL")
    with db.transaction(), db.cursor(name="leaks") as rows:
        rows.execute(query.format(text, sql.Identifier(table)))
        for tenant, said in rows:
            found.checked["rows looked through for others' ids"] += 1
            strange = {each for each in _GUID.findall(said) if owner.get(each, tenant) != tenant}
            if strange:
                found.leaked.append(f"{tenant}: a row of {table} names {min(strange)} of {owner[min(strange)]}")
