"""Rows that follow from no fact, as the code of each migration's time wrote them, in the columns it knew."""

TENANT = "c0117050-0000-0000-0000-00000000007e"
DIRECTORY = "c0117050-0000-0000-0000-0000000000d1"
CALL = "c0117050-0000-0000-0000-00000000ca11"
SKU = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
OTHER = "0a6fd2bd-6d0f-4a55-9c55-1b6e9a3c9f10"

_OF_INGESTION = f"""
INSERT INTO invitations (token_hash, tenant_id, created_at, expires_at)
VALUES ('\\x01', '{TENANT}', '2026-06-01Z', '2026-06-15Z');
INSERT INTO consent_attempts (state_hash, tenant_id, browser_hash, expires_at, used_at, directory_id)
VALUES ('\\x02', '{TENANT}', '\\x03', '2026-06-01T01:00Z', '2026-06-01T00:30Z', '{DIRECTORY}');
INSERT INTO tenant_directory (directory_id, tenant_id, bound_at) VALUES ('{DIRECTORY}', '{TENANT}', '2026-06-01Z');
INSERT INTO graph_subscriptions
    (client_state_hash, tenant_id, directory_id, resource, subscription_id, expires_at, created_at)
VALUES ('\\x04', '{TENANT}', '{DIRECTORY}', '/communications/callRecords', 'one', '2026-11-24Z', '2026-06-01Z');
INSERT INTO inbox (tenant_id, call_id, delivery, state, attempts, settled_at, reason) VALUES
    ('{TENANT}', '{CALL}', gen_random_uuid(), 'DONE', 1, now(), NULL),
    ('{TENANT}', gen_random_uuid(), gen_random_uuid(), 'PENDING', 0, NULL, NULL),
    ('{TENANT}', gen_random_uuid(), gen_random_uuid(), 'DEAD', 9, now(), 'GRAPH_NOT_FOUND');
"""
_JOBS = (
    "INSERT INTO schedule (tenant_id, job, due_at, failures, last_reason)"
    f" VALUES ('{TENANT}', '{{}}', '2026-11-23T03:00Z', 0, NULL),"
    f" ('{TENANT}', '{{}}', '2026-11-23T04:00Z', 2, 'GRAPH_THROTTLED');"
)

_SINCE: dict[int, str] = {
    2: _OF_INGESTION,
    10: f"INSERT INTO call_listings (tenant_id, backfilled, listed_until) VALUES ('{TENANT}', true, '2026-11-23Z');",
    14: "INSERT INTO erased_tenants (tenant_id, begun_at, erased_at, facts, last_position)"
    f" VALUES ('{OTHER}', '2026-11-01Z', '2026-11-01Z', 7, 7);",
    15: f"""
INSERT INTO graph_limits (scope, taken_until) VALUES ('users', now());
INSERT INTO inbox_turns (tenant_id, holder, held_until) VALUES ('{TENANT}', '{OTHER}', now());
INSERT INTO dead_letters (tenant_id, feed, key, reason, detail, payload)
VALUES ('{TENANT}', 'calls', '{CALL}', 'BAD_UPSTREAM_ANSWER', 'id: missing', '{{}}');
""",
    16: "INSERT INTO alerts (kind, tenant_id, detail, since, seen_at)"
    f" VALUES ('JOB_FAILING', '{TENANT}', 'reports', '2026-11-23Z', '2026-11-23Z');",
    17: f"""
INSERT INTO default_prices (sku_id, source, lot, effective_from, amount, currency, per, term, tax_included)
VALUES ('{SKU}', 'LIST', '', '2026-06-01', 38.5, 'EUR', 'MONTH', 'ANNUAL', false);
INSERT INTO default_rates (base, quote, rated_on, rate, source) VALUES ('USD', 'EUR', '2026-06-01', 0.91, 'ECB');
INSERT INTO sku_names (sku_id, part_number, display_name, plans) VALUES ('{SKU}', 'SPE_E5', 'Microsoft 365 E5', '{{}}');
""",
    20: "INSERT INTO reseller_grants (tenant_id, directory_id, person, granted_at, granted_by)"
    f" VALUES ('{TENANT}', '{OTHER}', '{OTHER}', '2026-11-01Z', 'operator');",
    21: f"""
INSERT INTO signed_checkpoints (tenant_id, size, root, note, frontier, made_at)
VALUES ('{TENANT}', 3, '\\x05', 'note', '\\x06', '2026-11-23Z');
INSERT INTO tree_blocks (tenant_id, block, hash) VALUES ('{TENANT}', 0, '\\x07');
""",
    22: "INSERT INTO erased_subjects (tenant_id, subject, position, erased_at)"
    f" VALUES ('{TENANT}', 'user/{OTHER}', 3, '2026-11-23Z');",
    23: "INSERT INTO generations (tenant_id, projection, number, version, state, forced, position, dropped)"
    f" VALUES ('{TENANT}', 'users', 1, 1, 'SWAPPED', false, 3, true);",
    24: f"INSERT INTO traces (tenant_id, cause, traceparent) VALUES ('{TENANT}', '{OTHER}', '00-1-2-01');",
    25: f"""
INSERT INTO call_stand_ins (tenant_id, user_id, valid_from, valid_until, since_position, until_position)
VALUES ('{TENANT}', 'ca110139-0000-8000-8000-000000000001', '2026-02-27Z', '2026-04-03Z', 0, 9223372036854775807);
INSERT INTO dropped_digits (tenant_id, stand_in, told) VALUES ('{TENANT}', 'v/0', '+4930***');
INSERT INTO call_signs (tenant_id, user_id, source, day, position)
VALUES ('{TENANT}', '{OTHER}', 'EVIDENCE', '2026-03-02', 3);
INSERT INTO late_calls (tenant_id, month, record, came_at) VALUES ('{TENANT}', '2026-03', '{OTHER}', '2026-11-23Z');
""",
    26: """
INSERT INTO portal_sign_ons (state_hash, browser_hash, sealed, ends_at)
VALUES ('\\x08', '\\x09', '\\x0a', '2026-11-23Z');
INSERT INTO portal_sessions (session_hash, sealed, begun_at, used_at, ends_at)
VALUES ('\\x0b', '\\x0c', '2026-11-23T08:00Z', '2026-11-23T09:00Z', '2026-11-23T20:00Z');
""",
}


def rows_at(count: int) -> str:
    """Statements for a database after so many migrations."""
    jobs = ("onboard", "collect") if count < 8 else ("subscription", "licences")
    since = [statements for number, statements in _SINCE.items() if number <= count]
    return "\n".join([*since, _JOBS.format(*jobs) if count >= 2 else "SELECT 1"])
