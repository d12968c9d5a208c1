-- That a customer's data was erased, and when. Control plane: it stays when everything else of the tenant is gone.

CREATE TABLE erased_tenants (
    tenant_id     uuid        NOT NULL,
    begun_at      timestamptz NOT NULL,
    erased_at     timestamptz,
    facts         bigint      NOT NULL,
    last_position bigint      NOT NULL,
    last_leaf     bytea,
    CONSTRAINT erased_tenants_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON COLUMN erased_tenants.erased_at IS 'null: begun and not finished; `sua tenants offboard --history erase` again goes on';
COMMENT ON COLUMN erased_tenants.facts IS 'how many facts the log held';
COMMENT ON COLUMN erased_tenants.last_leaf IS 'hash of the last fact, to be compared with checkpoints kept elsewhere';

ALTER TABLE erased_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON erased_tenants TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT ON erased_tenants TO sua_writer;

-- What was being read while the erasure began must not come back after it. Whoever writes holds the lock, shared, until
-- the commit; the erasure takes it alone to write its row. A query in a volatile function sees what was committed
-- before the query, not only before the statement around it.
CREATE FUNCTION tenant_stays(whose uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(whose::text, 14));
    RETURN NOT EXISTS (SELECT FROM erased_tenants WHERE tenant_id = whose);
END
$$;
COMMENT ON FUNCTION tenant_stays IS
    'Whether facts, keys and payloads of the tenant may be written until the end of this transaction.';
