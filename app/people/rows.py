"""Rows about one person in every table there is, asked of PostgreSQL, so that a table added later is not forgotten."""

from typing import Any

from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.pools import Connection
from app.people.facts import Own
from app.projections.retelling import PERSONAL

_NOT_TABLES_OF_THE_PERSON = ("events", "seat_states", "subject_keys")
"""The log is told fact by fact, and what is folded of it says the same again."""

_TABLES = """
    SELECT c.table_name, array_agg(c.column_name::text) FILTER (WHERE c.data_type = 'uuid')
    FROM information_schema.columns AS c
    WHERE c.table_schema = 'public' AND c.column_name <> 'tenant_id'
      AND EXISTS (SELECT FROM information_schema.columns AS t
                  WHERE t.table_schema = 'public' AND t.table_name = c.table_name AND t.column_name = 'tenant_id')
      AND c.table_name <> ALL (%s)
    GROUP BY c.table_name ORDER BY c.table_name
"""

_HOLDERS = {"users": {"display_name", "user_principal_name"}, "findings": {"exempt_reason", "note"}}
"""Columns sealed under the key of the user the row is about."""


def rows_about(db: Connection, tenant: TenantId, own: Own) -> dict[str, list[dict[str, Any]]]:
    """By table, every row of every version that names the person or holds a value of theirs."""
    told = {}
    for table, ids in db.execute(_TABLES, (list(_NOT_TABLES_OF_THE_PERSON),)).fetchall():
        conditions: list[sql.Composable] = [
            sql.SQL("{} = %(user)s").format(sql.Identifier(column)) for column in ids or ()
        ]
        conditions += [
            sql.SQL("{} = ANY (%(texts)s)").format(sql.Identifier(column)) for column in PERSONAL.get(table, ())
        ]
        if table == "dead_letters":
            conditions.append(sql.SQL("key = %(user)s::text"))
        if not conditions:
            continue
        query = sql.SQL("SELECT to_jsonb(one) FROM {} AS one WHERE tenant_id = %(tenant)s AND ({})").format(
            sql.Identifier(table), sql.SQL(" OR ").join(conditions)
        )
        found = db.execute(query, {"tenant": tenant, "user": own.user, "texts": list(own.texts)}).fetchall()
        if found:
            told[table] = [_own(table, row, own) for (row,) in found]
    return told


def _own(table: str, row: dict[str, Any], own: Own) -> dict[str, Any]:
    """The row without what it says of others."""
    holder = row.get("user_id") == str(own.user)
    theirs = _HOLDERS.get(table, set()) if holder else set()
    hidden = {
        column
        for column in PERSONAL.get(table, ())
        if row[column] is not None and column not in theirs and row[column] not in own.texts
    }
    return {
        column: None if column in hidden or own.is_others(_member(column), value) else value
        for column, value in row.items()
    }


def _member(column: str) -> str:
    return "user" if column in ("user_id", "organiser_id") or column.endswith("_by") else column
