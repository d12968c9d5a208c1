-- The next generation of a table is built beside the live one, in the schema `rebuilt`: the same names, the same
-- columns, only the primary key for an index, and checkpoints of its own. The connections that build have `rebuilt`
-- before `public` on their search path, so the same statements fill either generation. Nobody reads there.
--
-- Ordinary tables, so that a generation outlives a crash of the server as it does a killed worker, and is erased with
-- its tenant.

CREATE TABLE generations (
    tenant_id uuid NOT NULL,
    projection text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    forced boolean NOT NULL,
    position bigint NOT NULL,
    reason text,
    dropped boolean NOT NULL,
    CONSTRAINT generations_pkey PRIMARY KEY (tenant_id, projection),
    CONSTRAINT generations_state_check CHECK (state IN ('ORDERED', 'BUILDING', 'SWAPPED', 'DIFFERED', 'FAILED'))
) WITH (fillfactor = 50);
COMMENT ON TABLE generations IS 'the newest generation of each table and tenant that was built beside the live one';
COMMENT ON COLUMN generations.version IS 'of the projection''s code that builds it';
COMMENT ON COLUMN generations.forced IS 'to be swapped in even if the live rows of the same version differ';
COMMENT ON COLUMN generations.position IS 'the last fact taken in';
COMMENT ON COLUMN generations.dropped IS 'nothing of it is left in the schema rebuilt';

ALTER TABLE generations ENABLE ROW LEVEL SECURITY;
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON generations TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON generations FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON generations TO sua_writer;
GRANT SELECT ON generations TO sua_reader;

CREATE SCHEMA rebuilt;
GRANT USAGE ON SCHEMA rebuilt TO sua_writer;

-- A migration that changes a read table's columns or key says `SELECT rebuilt.like_live('TABLE')` after it, and one that
-- adds a table too. What was built so far of the projection it belongs to is begun anew: `rebuilt.checkpoints` is emptied.
CREATE FUNCTION rebuilt.like_live(live name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE conrelid = format('public.%I', live)::regclass AND contype = 'p');
    options text := (SELECT coalesce('WITH (' || array_to_string(reloptions, ', ') || ')', '') FROM pg_class
                     WHERE oid = format('public.%I', live)::regclass);
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS rebuilt.%I', live);
    EXECUTE format('CREATE TABLE rebuilt.%1$I (LIKE public.%1$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) %2$s', live,
                   options);
    EXECUTE format('ALTER TABLE rebuilt.%I ADD %s', live, key);
    EXECUTE format('ALTER TABLE rebuilt.%I ENABLE ROW LEVEL SECURITY', live);
    EXECUTE format('CREATE POLICY writer ON rebuilt.%I TO sua_writer USING (true) WITH CHECK (true)', live);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON rebuilt.%I TO sua_writer', live);
    IF live <> 'checkpoints' THEN
        TRUNCATE rebuilt.checkpoints;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION rebuilt.like_live(name) FROM PUBLIC;

SELECT rebuilt.like_live('checkpoints');
SELECT rebuilt.like_live(live) FROM unnest(ARRAY[
    'tenants', 'users', 'licence_holdings', 'licence_changes', 'sku_units', 'renewals', 'idle_licences',
    'activity_gaps', 'last_activity', 'calls', 'call_participants', 'call_usage', 'call_usage_shares', 'pstn_charges',
    'direct_routing_calls', 'rate_cards', 'call_coverage', 'missing_calls', 'calls_listed', 'call_coverage_calls',
    'subscriptions', 'prices', 'exchange_rates', 'workload_gaps', 'adoption', 'findings', 'licence_costs',
    'licence_cost_holders'
]::name[]) AS live;
