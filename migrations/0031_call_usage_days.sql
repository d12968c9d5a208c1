-- Call usage of whole days, for whoever asks by day: some rows a day instead of one for each user and direction.
CREATE TABLE call_usage_days (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    span text COLLATE "C" NOT NULL,
    calls integer NOT NULL,
    seconds bigint NOT NULL,
    failed_calls integer NOT NULL,
    users integer NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_usage_days_pkey PRIMARY KEY (tenant_id, day, span, since_position)
);
COMMENT ON COLUMN call_usage_days.span IS
    'empty: people who are known; else how the ids begin that stand in for those of one month whose details are gone';
COMMENT ON COLUMN call_usage_days.calls IS 'a call counts once for each of its users';
COMMENT ON COLUMN call_usage_days.users IS 'with a call on that day; who they are in another span of it, nobody can tell';

GRANT SELECT, INSERT, UPDATE, DELETE ON call_usage_days TO sua_writer;
GRANT SELECT ON call_usage_days TO sua_reader;

-- What is below fills it for the customers there are. The owner has no policy of its own; one whom row-level security
-- does not bind (a superuser, BYPASSRLS) locks nobody out for it.
DO $$
BEGIN
    IF row_security_active('checkpoints') THEN
        ALTER TABLE checkpoints NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE call_usage NO FORCE ROW LEVEL SECURITY;
    END IF;
END
$$;

-- Before the rows are read: who advances call_usage holds its checkpoint. Workers of the release before, which know
-- nothing of the new table, leave rows of a newer version alone from here on; those of this one go on from there.
UPDATE checkpoints SET version = 2 WHERE projection = 'call_usage' AND version = 1;

INSERT INTO call_usage_days
    (tenant_id, day, span, calls, seconds, failed_calls, users, since_position, until_position)
WITH changes AS (
    SELECT tenant_id, day, user_id, since_position AS position, calls, seconds, failed_calls AS failed, 1 AS directions
    FROM call_usage
    UNION ALL
    SELECT tenant_id, day, user_id, until_position, -calls, -seconds, -failed_calls, -1
    FROM call_usage WHERE until_position < 9223372036854775807
), of_users AS (
    SELECT tenant_id, day, user_id, position, sum(calls) AS calls, sum(seconds) AS seconds, sum(failed) AS failed,
           sum(directions) AS more, sum(sum(directions)) OVER (
               PARTITION BY tenant_id, day, user_id ORDER BY position) AS directions
    FROM changes GROUP BY tenant_id, day, user_id, position
), of_days AS (
    SELECT tenant_id, day,
           CASE WHEN user_id >= 'ca110000-0000-0000-0000-000000000000'
                 AND user_id < 'ca130000-0000-0000-0000-000000000000' AND substr(user_id::text, 15, 1) = '8'
                THEN left(user_id::text, 8) ELSE '' END COLLATE "C" AS span,
           position, sum(calls) AS calls, sum(seconds) AS seconds, sum(failed) AS failed,
           sum((directions > 0)::integer - (directions - more > 0)::integer) AS users
    FROM of_users GROUP BY 1, 2, 3, 4
), sums AS (
    SELECT tenant_id, day, span, position, ROW(sum(calls) OVER so_far, sum(seconds) OVER so_far,
               sum(failed) OVER so_far, sum(users) OVER so_far) AS said,
           (sum(calls) OVER so_far)::integer AS calls, (sum(seconds) OVER so_far)::bigint AS seconds,
           (sum(failed) OVER so_far)::integer AS failed, (sum(users) OVER so_far)::integer AS users
    FROM of_days WINDOW so_far AS (PARTITION BY tenant_id, day, span ORDER BY position)
), told AS (
    SELECT *, lag(said) OVER (PARTITION BY tenant_id, day, span ORDER BY position) AS said_before FROM sums
), versions AS (
    SELECT *, lead(position, 1, 9223372036854775807) OVER (
               PARTITION BY tenant_id, day, span ORDER BY position) AS until_position
    FROM told WHERE said IS DISTINCT FROM said_before
)
SELECT tenant_id, day, span, calls, seconds, failed, users, position, until_position FROM versions WHERE calls > 0;
CREATE INDEX call_usage_days_known_idx ON call_usage_days (tenant_id, until_position, day)
    INCLUDE (span, calls, seconds, failed_calls, users, since_position);

DO $$
BEGIN
    IF NOT (SELECT relforcerowsecurity FROM pg_class WHERE oid = 'checkpoints'::regclass) THEN
        ALTER TABLE call_usage FORCE ROW LEVEL SECURITY;
        ALTER TABLE checkpoints FORCE ROW LEVEL SECURITY;
    END IF;
END
$$;

ALTER TABLE call_usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_usage_days FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_usage_days TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_usage_days FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
SELECT rebuilt.like_live('call_usage_days');
