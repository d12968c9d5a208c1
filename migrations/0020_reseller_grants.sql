-- Which customers a reseller's people may see: given by the provider's operator, customer by customer. A tenant's table,
-- so that erasing a customer takes the grants along.

CREATE TABLE reseller_grants (
    tenant_id uuid NOT NULL,
    directory_id uuid NOT NULL,
    person uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    granted_by text NOT NULL,
    CONSTRAINT reseller_grants_pkey PRIMARY KEY (tenant_id, directory_id, person)
);
COMMENT ON COLUMN reseller_grants.directory_id IS 'the reseller''s own Entra directory';
COMMENT ON COLUMN reseller_grants.person IS 'object id in that directory; nil (all zeros): everybody there with the role';
CREATE INDEX reseller_grants_directory_idx ON reseller_grants (directory_id, person);

ALTER TABLE reseller_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE reseller_grants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON reseller_grants TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON reseller_grants FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
-- Before the read side knows which tenants a caller may see: the grants of the directory their token has proven.
CREATE POLICY register ON reseller_grants FOR SELECT TO sua_reader USING (
    directory_id = (SELECT nullif(current_setting('sua.directory', true), '')::uuid)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON reseller_grants TO sua_writer;
GRANT SELECT ON reseller_grants TO sua_reader;
