"""Two years of licences of many customers, straight into the read tables: history is what is measured, not its making.

Every seat changes hands some times, so that most rows are ended ones, as in a table that has grown old.
"""

from datetime import UTC, datetime, timedelta

import psycopg

from app.domain.ids import TenantId
from app.projections.reading import OPEN

ENDS = datetime(2026, 11, 23, 23, tzinfo=UTC)
DAYS = 730
SPELL_DAYS = 150
PRODUCTS = 8


_USERS = """
    INSERT INTO users (tenant_id, user_id, display_name, kind, enabled, department, cost_centre, country, created_at,
                       deleted, disabled_since, valid_from, valid_until, since_position, until_position)
    SELECT %(tenant)s, md5('user' || nth)::uuid, 'Person ' || nth, 'PERSON', nth %% 50 <> 0, 'Department ' || nth %% 40,
           'CC' || nth %% 200, 'DE', %(begins)s - interval '400 days', false,
           CASE WHEN nth %% 50 = 0 THEN %(begins)s::timestamptz END, %(begins)s, '9999-12-31', 1, %(open)s
    FROM generate_series(1, %(seats)s) AS nth
"""
_SPELLS = """
    SELECT md5('user' || nth)::uuid AS user_id,
           ('5e000000-0000-4000-8000-' || lpad((1 + (nth + spell) %% %(products)s)::text, 12, '0'))::uuid AS sku_id,
           %(begins)s::timestamptz + day * interval '1 day' AS since,
           CASE WHEN day + %(spell_days)s > %(days)s THEN '9999-12-31'::timestamptz
                ELSE %(begins)s::timestamptz + (day + %(spell_days)s) * interval '1 day' END AS ended, nth
    FROM generate_series(1, %(seats)s) AS nth, generate_series(-1, %(spells)s) AS spell,
         LATERAL (SELECT spell * %(spell_days)s + nth %% %(spell_days)s AS day) AS begun
    WHERE day <= %(days)s
"""
_IDLE_LICENCES = f"""
    INSERT INTO idle_licences
    SELECT %(tenant)s, user_id, sku_id, since, ARRAY['00000000-0000-0000-0000-000000000000'::uuid], since, ended,
           1, %(open)s FROM ({_SPELLS}) AS s
"""
_HOLDINGS = f"""
    INSERT INTO licence_holdings
    SELECT %(tenant)s, user_id, sku_id, '00000000-0000-0000-0000-000000000000', '{{}}', since, ended,
           1, %(open)s FROM ({_SPELLS}) AS s
"""
_COSTS = f"""
    INSERT INTO licence_costs
    SELECT %(tenant)s, user_id, sku_id, ARRAY['00000000-0000-0000-0000-000000000000'::uuid], 'Department ' || nth %% 40,
           'Contoso', 'CC' || nth %% 200, 'DE', since, ended, 1, %(open)s FROM ({_SPELLS}) AS s
"""
# One person in four is quiet for five months of every year, half of these just now; the others have only the gap that
# may be beginning.
_GAPS = """
    INSERT INTO {table}
    SELECT %(tenant)s, md5('user' || nth)::uuid, {grade}, since, ended, 1, %(open)s
    FROM generate_series(1, %(seats)s) AS nth, LATERAL (
        SELECT %(ends)s::timestamptz - (year * 365 + 110 + nth %% 100) * interval '1 day' AS since,
               CASE WHEN year = 0 AND nth %% 100 < 50 THEN '9999-12-31'::timestamptz
                    ELSE %(ends)s::timestamptz - (year * 365 - 50 + nth %% 100) * interval '1 day' END AS ended
        FROM generate_series(0, 2) AS year WHERE nth %% 4 = 0
        UNION ALL
        SELECT %(ends)s::timestamptz - (nth %% 5) * interval '1 day', '9999-12-31'
        WHERE nth %% 4 <> 0 OR nth %% 100 >= 50
    ) AS gap
"""
_UNITS = """
    INSERT INTO sku_units (tenant_id, sku_id, part_number, applies_to, enabled, warning, suspended, locked_out,
                           consumed, plans, valid_from, valid_until, since_position, until_position)
    SELECT %(tenant)s, ('5e000000-0000-4000-8000-' || lpad(nth::text, 12, '0'))::uuid, 'PRODUCT_' || nth, 'User',
           %(seats)s / %(products)s + 50, 0, 0, 0, %(seats)s / %(products)s,
           ARRAY[md5('plan' || nth)::uuid, md5('plan' || nth + 1)::uuid], %(begins)s, '9999-12-31', 1, %(open)s
    FROM generate_series(1, %(products)s) AS nth
"""
_PRICES = """
    INSERT INTO prices (tenant_id, sku_id, source, lot, effective_from, amount, currency, per, term, effective_until,
                        quantity, commit_floor, tax_included, since_position, until_position)
    SELECT %(tenant)s, ('5e000000-0000-4000-8000-' || lpad(nth::text, 12, '0'))::uuid, 'LIST', '', day, 10 + nth + half,
           'EUR', 'MONTH', 'YEARLY', NULL, NULL, NULL, false, 1, %(open)s
    FROM generate_series(1, %(products)s) AS nth, generate_series(0, 3) AS half,
         LATERAL (SELECT (%(begins)s::date + half * 182) AS day) AS d
"""
_TENANT = """
    INSERT INTO tenants (tenant_id, name, state, permissions, entra_p1, concealed_names, reports, time_zone, currency,
                         idle_days, grace_days, licences_collected_at, sign_ins_collected_at, reports_collected_at,
                         calls_collected_at, failed_feeds, consented_at, valid_from, valid_until, since_position,
                         until_position)
    SELECT %(tenant)s, 'Contoso', 'CONSENTED', '{}', true, false, true, 'UTC', 'EUR', 90, 30, day, day, day, day, '{}',
           %(begins)s, CASE WHEN nth = 0 THEN %(begins)s - interval '1 day' ELSE day END,
           CASE WHEN nth = %(days)s THEN '9999-12-31'::timestamptz ELSE day + interval '1 day' END, 1, %(open)s
    FROM generate_series(0, %(days)s) AS nth,
         LATERAL (SELECT %(begins)s::timestamptz + nth * interval '1 day' AS day) AS read
"""
_LOG = """
    INSERT INTO checkpoints (tenant_id, projection, position, version) VALUES (%(tenant)s, 'bench', 1, 1)
"""


def tell(owner: psycopg.Connection, tenant: TenantId, seats: int) -> int:
    """Write two years of a customer of so many seats. Returns the rows of each of the three tables of seats."""
    named = {
        "tenant": tenant,
        "seats": seats,
        "products": PRODUCTS,
        "spell_days": SPELL_DAYS,
        "spells": DAYS // SPELL_DAYS + 1,
        "days": DAYS,
        "ends": ENDS,
        "begins": ENDS - timedelta(days=DAYS),
        "open": OPEN,
    }
    gaps = [_GAPS.format(table="activity_gaps", grade=f"'{grade}'") for grade in ("EVIDENCE", "WEAK")]
    gaps += [
        _GAPS.format(table="workload_gaps", grade=f"'{source}'")
        for source in ("human", "teams", "exchange", "onedrive")
    ]
    for statement in (_TENANT, _USERS, _UNITS, _PRICES, _LOG, *gaps, _HOLDINGS, _COSTS):
        owner.execute(statement.encode(), named)
    return owner.execute(_IDLE_LICENCES.encode(), named).rowcount
