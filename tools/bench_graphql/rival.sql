-- What a user of PostGraphile writes to ask SUA's tables the same questions: functions that are inlined into its
-- queries, over the same tables, indexes, conditions and policies. Known is what is known now.
CREATE SCHEMA rival;

CREATE TYPE rival.person AS (
    user_id uuid,
    name text,
    kind text,
    enabled boolean,
    department text,
    company text,
    country text,
    created_at timestamptz
);

CREATE TYPE rival.idle_seat AS (
    user_id uuid,
    user_name text,
    department text,
    verdict text,
    held_since timestamptz,
    quiet_since timestamptz,
    suspected boolean,
    holder rival.person
);

CREATE TYPE rival.usage AS (
    key text,
    calls integer,
    participant_seconds integer,
    users integer,
    failed_calls integer
);

CREATE FUNCTION rival.day_ends(tenant uuid, on_day date) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT (coalesce(on_day, (now() AT TIME ZONE zone)::date) + 1)::timestamp AT TIME ZONE zone
    FROM (
        SELECT coalesce((
            SELECT t.time_zone FROM public.tenants t
            WHERE t.tenant_id = day_ends.tenant AND t.until_position = 9223372036854775807
            ORDER BY t.valid_until DESC LIMIT 1
        ), 'UTC') AS zone
    ) AS of_tenant
$$;
COMMENT ON FUNCTION rival.day_ends IS '@behavior -*';

CREATE FUNCTION rival.people(tenant uuid, on_day date DEFAULT NULL, in_department text DEFAULT NULL)
RETURNS SETOF rival.person LANGUAGE sql STABLE AS $$
    SELECT u.user_id, u.display_name, u.kind, u.enabled, u.department, u.company, u.country, u.created_at
    FROM public.users u
    WHERE u.tenant_id = people.tenant AND u.until_position = 9223372036854775807
      AND u.valid_until >= (SELECT rival.day_ends(people.tenant, on_day))
      AND u.valid_from < (SELECT rival.day_ends(people.tenant, on_day))
      AND NOT u.deleted AND (in_department IS NULL OR u.department = in_department)
    ORDER BY CASE WHEN u.display_name IS NULL THEN '' ELSE u.display_name END, u.user_id
$$;

CREATE FUNCTION rival.one_person(tenant uuid, wanted uuid, on_day date DEFAULT NULL)
RETURNS SETOF rival.person LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT u.user_id, u.display_name, u.kind, u.enabled, u.department, u.company, u.country, u.created_at
    FROM public.users u
    WHERE u.tenant_id = one_person.tenant AND u.user_id = wanted AND u.until_position = 9223372036854775807
      AND u.valid_until >= (SELECT rival.day_ends(one_person.tenant, on_day))
      AND u.valid_from < (SELECT rival.day_ends(one_person.tenant, on_day))
$$;
COMMENT ON FUNCTION rival.one_person IS '@behavior +list -connection';

CREATE FUNCTION rival.call_usage(tenant uuid, since date, until date, on_day date DEFAULT NULL)
RETURNS SETOF rival.usage LANGUAGE sql STABLE ROWS 20 AS $$
    SELECT d.day::text, sum(d.calls)::integer, sum(d.seconds)::integer, max(d.users), sum(d.failed_calls)::integer
    FROM public.call_usage_days d
    WHERE d.tenant_id = call_usage.tenant AND d.until_position = 9223372036854775807
      AND d.day >= since AND d.day < until AND (on_day IS NULL OR d.day <= on_day)
    GROUP BY d.day ORDER BY d.day
$$;
COMMENT ON FUNCTION rival.call_usage IS '@behavior +list -connection';

CREATE FUNCTION rival.idle_seats(tenant uuid, on_day date DEFAULT NULL, idle_days integer DEFAULT 90)
RETURNS SETOF rival.idle_seat LANGUAGE sql STABLE AS $$
    WITH moment AS MATERIALIZED (
        SELECT ends, ends - (idle_days + 1) * interval '1 day' AS cutoff, ends - interval '30 days' AS young
        FROM rival.day_ends(idle_seats.tenant, on_day) AS ends
    )
    SELECT s.user_id, u.display_name, u.department,
           CASE WHEN g.gap_from = '1900-01-01Z' THEN 'NEVER_USED' ELSE 'IDLE' END,
           s.held_since, nullif(g.gap_from, '1900-01-01Z'), w.gap_from IS NULL,
           (u.user_id, u.display_name, u.kind, u.enabled, u.department, u.company, u.country, u.created_at)::rival.person
    FROM public.activity_gaps g
    JOIN public.idle_licences s ON s.tenant_id = g.tenant_id AND s.user_id = g.user_id
     AND s.until_position = 9223372036854775807 AND s.valid_until >= (SELECT ends FROM moment)
     AND s.valid_from < (SELECT ends FROM moment) AND s.held_since < (SELECT young FROM moment)
    JOIN public.users u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id
     AND u.until_position = 9223372036854775807 AND u.valid_until >= (SELECT ends FROM moment)
     AND u.valid_from < (SELECT ends FROM moment) AND u.kind = 'PERSON' AND u.enabled AND NOT u.deleted
     AND (u.created_at IS NULL OR u.created_at < (SELECT young FROM moment))
    LEFT JOIN public.activity_gaps w ON w.tenant_id = s.tenant_id AND w.user_id = s.user_id
     AND w.until_position = 9223372036854775807 AND w.grade = 'WEAK' AND w.gap_from < (SELECT cutoff FROM moment)
     AND w.gap_until >= (SELECT ends FROM moment)
    WHERE g.tenant_id = idle_seats.tenant AND g.until_position = 9223372036854775807 AND g.grade = 'EVIDENCE'
      AND g.gap_from < (SELECT cutoff FROM moment) AND g.gap_until >= (SELECT ends FROM moment)
      AND EXISTS (
          SELECT FROM public.tenants t
          WHERE t.tenant_id = idle_seats.tenant AND t.until_position = 9223372036854775807
            AND t.valid_until >= (SELECT ends FROM moment) AND t.valid_from < (SELECT ends FROM moment)
            AND ((t.entra_p1 AND t.sign_ins_collected_at >= (SELECT ends - interval '7 days' FROM moment)) IS TRUE
                 OR (t.reports AND NOT t.concealed_names
                     AND t.reports_collected_at >= (SELECT ends - interval '7 days' FROM moment)) IS TRUE)
      )
      AND NOT (g.gap_from = '1900-01-01Z' AND w.gap_from IS DISTINCT FROM '1900-01-01Z'
               AND (u.created_at IS NULL OR u.created_at < '2023-12-01Z'))
    ORDER BY g.gap_from, s.user_id, s.sku_id
$$;

GRANT USAGE ON SCHEMA rival TO sua_reader;
