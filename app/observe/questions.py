"""What a scrape asks the database: one short question a subject, each at most a row a tenant or a row a projection.

Asked as sua_writer, which sees every tenant. Ages of what SUA calls a date are by SUA's clock (`now`); what counts by
the server's clock is compared with the server's.
"""

from typing import LiteralString

OPEN = 9223372036854775807
"""`until_position` of what is known now, as in app/projections/reading.py."""

# Seconds behind: since the oldest fact not taken in was recorded, found by the primary key and only where there is one.
LAGS: LiteralString = """
    SELECT c.tenant_id, c.projection, h.position - c.position, c.stopped_at IS NOT NULL,
           CASE WHEN c.position < h.position THEN greatest(0, extract(epoch FROM %(now)s - (
               SELECT e.recorded_at FROM events e
               WHERE e.tenant_id = c.tenant_id AND e.position = c.position + 1)))::float8 ELSE 0 END
    FROM checkpoints c JOIN tenant_heads h ON h.tenant_id = c.tenant_id
"""

LOGS: LiteralString = "SELECT tenant_id, position FROM tenant_heads"

# By the partial indexes of what waits and of what was given up; what is done is many and says nothing.
INBOX: LiteralString = """
    SELECT tenant_id, 'PENDING', count(*), greatest(0, extract(epoch FROM now() - min(received_at)))::float8
    FROM inbox WHERE state = 'PENDING' GROUP BY tenant_id
    UNION ALL
    SELECT tenant_id, 'DEAD', count(*), greatest(0, extract(epoch FROM now() - min(received_at)))::float8
    FROM inbox WHERE state = 'DEAD' GROUP BY tenant_id
"""

DEAD_LETTERS: LiteralString = "SELECT tenant_id, count(*) FROM dead_letters GROUP BY tenant_id"

# As `sua coverage` counts them: hours since calls were first listed, 30 days at most, younger than three hours none.
COVERAGE: LiteralString = """
    SELECT w.tenant_id, greatest(0, extract(epoch FROM span.until - span.since) / 3600)::int - (
        SELECT count(*) FROM call_coverage c
        WHERE c.tenant_id = w.tenant_id AND c.until_position = %(open)s AND c.hour >= span.since AND c.hour < span.until
          AND c.pass IS NOT NULL AND c.missing = 0)
    FROM calls_listed w, LATERAL (SELECT
        date_trunc('hour', greatest(w.covered_since, %(now)s - interval '30 days'), 'UTC') AS since,
        date_trunc('hour', %(now)s - interval '3 hours', 'UTC') AS until) AS span
    WHERE w.until_position = %(open)s AND w.tenant_id IN (SELECT bound.tenant_id FROM tenant_directory AS bound)
"""

# Zero: there is none although there should be, or it has ended.
SUBSCRIPTIONS: LiteralString = """
    SELECT job.tenant_id, coalesce(greatest(0, extract(epoch FROM max(known.expires_at) - %(now)s)), 0)::float8
    FROM schedule AS job
    LEFT JOIN graph_subscriptions AS known
      ON known.tenant_id = job.tenant_id AND known.subscription_id IS NOT NULL AND known.ended_at IS NULL
    WHERE job.job = 'subscription'
    GROUP BY job.tenant_id
"""

# Since the last complete read of a feed; a feed that never was read counts from the consent on. Only what is scheduled
# and not known to be lacking there (no Entra ID P1, no telephone logs).
READS: LiteralString = """
    SELECT t.tenant_id, feed.name, greatest(0, extract(epoch FROM %(now)s - coalesce(feed.at, t.consented_at)))::float8
    FROM tenants t, LATERAL (VALUES
        ('licences', 'licences', t.licences_collected_at, true),
        ('sign_ins', 'sign_ins', t.sign_ins_collected_at, t.entra_p1 IS NOT FALSE),
        ('reports', 'reports', t.reports_collected_at, t.reports IS NOT FALSE),
        ('calls', 'reconcile', (SELECT w.listed_at FROM calls_listed w
                                WHERE w.tenant_id = t.tenant_id AND w.until_position = %(open)s LIMIT 1), true),
        ('pstn', 'phone_logs', t.pstn_collected_at, t.pstn_logs IS NOT FALSE)
    ) AS feed (name, job, at, there)
    WHERE t.until_position = %(open)s AND t.valid_until = '9999-12-31Z' AND t.consented_at IS NOT NULL AND feed.there
      AND EXISTS (SELECT FROM schedule s WHERE s.tenant_id = t.tenant_id AND s.job = feed.job)
"""

LATE_CALLS: LiteralString = "SELECT tenant_id, count(*) FROM late_calls GROUP BY tenant_id"

ALERTS: LiteralString = "SELECT kind, count(*) FROM alerts GROUP BY kind"

SIZES: LiteralString = "SELECT pg_database_size(current_database()), pg_total_relation_size('events')"

CLOCK: LiteralString = "SELECT clock_timestamp()"
