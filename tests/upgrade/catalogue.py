"""What PostgreSQL's catalogue says of a schema, as lines that can be compared."""

import psycopg

_SCHEMA = """
WITH rooms AS (SELECT * FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'),
ours AS (SELECT c.*, nspname FROM pg_class c JOIN rooms ON rooms.oid = relnamespace)
SELECT concat_ws(' ', 'schema', nspname, array_to_string(nspacl, ' ')) FROM rooms
UNION ALL
SELECT concat_ws(' ', 'table', nspname, relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity,
    'options:', reloptions, 'rights:', array_to_string(relacl, ' '), 'comment:', obj_description(oid, 'pg_class'))
FROM ours WHERE relkind NOT IN ('i', 'I')
UNION ALL
SELECT concat_ws(' ', 'column', nspname, ours.relname, attname,
    row_number() OVER (PARTITION BY ours.oid ORDER BY attnum), format_type(atttypid, atttypmod),
    attcollation, attnotnull, attgenerated, attidentity,
    'default:', pg_get_expr(d.adbin, d.adrelid), 'statistics:', nullif(attstattarget, -1), 'rights:', attacl,
    'comment:', col_description(ours.oid, attnum))
FROM pg_attribute a JOIN ours ON ours.oid = a.attrelid LEFT JOIN pg_attrdef d ON (adrelid, adnum) = (attrelid, attnum)
WHERE attnum > 0 AND NOT attisdropped AND ours.relkind NOT IN ('i', 'I')
UNION ALL
SELECT concat_ws(' ', 'constraint', nspname, ours.relname, conname, convalidated, pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN ours ON ours.oid = c.conrelid
UNION ALL
SELECT concat_ws(' ', 'index', indisvalid, pg_get_indexdef(indexrelid)) FROM pg_index JOIN ours ON ours.oid = indrelid
UNION ALL
SELECT concat_ws(' ', 'policy', schemaname, tablename, policyname, roles, cmd, 'using:', qual, 'check:', with_check)
FROM pg_policies
UNION ALL
SELECT concat_ws(' ', 'function', pg_get_functiondef(oid), 'rights:', array_to_string(proacl, ' '),
    'comment:', obj_description(oid, 'pg_proc'))
FROM pg_proc WHERE pronamespace IN (SELECT oid FROM rooms) AND prokind = 'f'
UNION ALL
SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT concat_ws(' ', 'view', nspname, viewname, definition) FROM pg_views JOIN rooms ON nspname = schemaname
"""

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES' OR column_default IS NOT NULL OR is_generated = 'ALWAYS'
    OR is_identity = 'YES'
FROM information_schema.columns WHERE table_schema = 'public'
"""
_GRANTS = """
SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
WHERE table_schema = 'public' AND grantee LIKE 'sua\\_%'
"""
_FUNCTIONS = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
_UNIQUE = """
SELECT i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
"""


def schema(dsn: str) -> list[str]:
    """Every table, column, constraint, index, policy, grant, function and comment, one line each."""
    with psycopg.connect(dsn) as db:
        return sorted(line for (line,) in db.execute(_SCHEMA))


def used(dsn: str) -> set[tuple[str, ...]]:
    """What running code may depend on: columns with their types, rights, functions, unique keys; and columns that an
    INSERT which does not know them may leave out."""
    with psycopg.connect(dsn) as db:
        found: set[tuple[str, ...]] = set()
        for table, column, kind, may_be_left_out in db.execute(_COLUMNS):
            found.add(("column", table, column, kind))
            found.add(("optional" if may_be_left_out else "required", table, column))
        found |= {("right", *row) for row in db.execute(_GRANTS)}
        found |= {("function", *row) for row in db.execute(_FUNCTIONS)}
        found |= {("unique", *row) for row in db.execute(_UNIQUE)}
        return found
