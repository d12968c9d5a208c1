-- Products bought, licences held by which path, and the trail of every change.

CREATE TABLE sku_units (
    tenant_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    part_number text,
    applies_to text,
    enabled integer,
    warning integer,
    suspended integer,
    locked_out integer,
    consumed integer,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT sku_units_pkey PRIMARY KEY (tenant_id, sku_id, valid_from, since_position)
);
COMMENT ON COLUMN sku_units.enabled IS 'units; null, like the other counts: not read yet';
CREATE INDEX sku_units_known_idx ON sku_units (tenant_id, until_position, valid_until, valid_from);

ALTER TABLE sku_units ENABLE ROW LEVEL SECURITY;
ALTER TABLE sku_units FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON sku_units TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON sku_units FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON sku_units TO sua_writer;
GRANT SELECT ON sku_units TO sua_reader;

CREATE TABLE licence_holdings (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    via_id uuid NOT NULL,
    disabled_plans uuid[] NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT licence_holdings_pkey PRIMARY KEY (tenant_id, user_id, sku_id, via_id, valid_from, since_position)
);
COMMENT ON COLUMN licence_holdings.via_id IS 'the group the licence comes from; all zeros: assigned directly';
CREATE INDEX licence_holdings_known_idx ON licence_holdings (tenant_id, until_position, valid_until, valid_from)
    INCLUDE (sku_id, user_id, since_position);

ALTER TABLE licence_holdings ENABLE ROW LEVEL SECURITY;
ALTER TABLE licence_holdings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON licence_holdings TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON licence_holdings FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON licence_holdings TO sua_writer;
GRANT SELECT ON licence_holdings TO sua_reader;

CREATE TABLE licence_changes (
    tenant_id uuid NOT NULL,
    position bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    via_id uuid NOT NULL,
    change text NOT NULL,
    detail text,
    cause uuid NOT NULL,
    CONSTRAINT licence_changes_pkey PRIMARY KEY (tenant_id, position),
    CONSTRAINT licence_changes_change_check CHECK (change IN ('ASSIGNED', 'CHANGED', 'REMOVED', 'FAILED'))
);
COMMENT ON TABLE licence_changes IS 'append-only: a row is known from its position on, so it needs no second one';
CREATE INDEX licence_changes_by_user_idx ON licence_changes (tenant_id, user_id, position);

ALTER TABLE licence_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE licence_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON licence_changes TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON licence_changes FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON licence_changes TO sua_writer;
GRANT SELECT ON licence_changes TO sua_reader;
