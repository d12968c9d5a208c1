-- What an operator must look at, while it lasts. Control plane: some alerts are no tenant's.

CREATE TABLE alerts (
    kind      text COLLATE "C" NOT NULL,
    tenant_id uuid             NOT NULL,
    detail    text             NOT NULL,
    since     timestamptz      NOT NULL,
    seen_at   timestamptz      NOT NULL,
    CONSTRAINT alerts_pkey PRIMARY KEY (kind, tenant_id)
);
COMMENT ON TABLE alerts IS 'Open alerts; one that is over is deleted, and both its ends are in the log lines.';
COMMENT ON COLUMN alerts.tenant_id IS 'Nil (all zeros): it concerns the installation, not one customer.';

ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON alerts TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON alerts TO sua_writer;
