-- What was bought of a product, and when each purchase is renewed or ends; and why a user is taken for what they are.

CREATE TABLE renewals (
    tenant_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    purchase text COLLATE "C" NOT NULL,
    seats integer NOT NULL,
    trial boolean NOT NULL,
    status text NOT NULL,
    created_at timestamptz,
    next_change_at timestamptz,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT renewals_pkey PRIMARY KEY (tenant_id, sku_id, purchase, valid_from, since_position)
);
COMMENT ON COLUMN renewals.next_change_at IS 'when the purchase moves to its next state unless renewed; null: no day is named';
CREATE INDEX renewals_known_idx ON renewals (tenant_id, until_position, valid_until, valid_from);

ALTER TABLE renewals ENABLE ROW LEVEL SECURITY;
ALTER TABLE renewals FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON renewals TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON renewals FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON renewals TO sua_writer;
GRANT SELECT ON renewals TO sua_reader;

-- Null: the usual ground of that kind, as with every row from before these were kept. So no table is built anew.
ALTER TABLE users ADD COLUMN kind_source text, ADD COLUMN kind_confidence text;
COMMENT ON COLUMN users.kind_source IS 'what the kind was concluded from; null: the usual source of that kind';
