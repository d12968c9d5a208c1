-- What Microsoft charged for telephone calls, and calls over the customers' own trunks. Nothing here is ever added to
-- the calls of call records; which record a row belongs to is asked at the time of the question.

CREATE TABLE pstn_charges (
    tenant_id uuid NOT NULL,
    row_id uuid NOT NULL,
    user_id uuid,
    label text,
    kind text,
    caller text,
    callee text,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    seconds integer,
    shared_id text,
    charge numeric,
    connection_charge numeric,
    currency text,
    destination text,
    destination_context text,
    usage_country text,
    tenant_country text,
    conference text,
    licence_capability text,
    inventory_type text,
    operator text,
    counted_by text,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT pstn_charges_pkey PRIMARY KEY (tenant_id, row_id, since_position)
);
COMMENT ON COLUMN pstn_charges.shared_id IS 'Graph''s callId: several rows may have one';
COMMENT ON COLUMN pstn_charges.charge IS 'in currency; whether connection_charge is part of it Graph does not say';
COMMENT ON COLUMN pstn_charges.label IS 'who it was where no user is named; users'' names stand in users';
CREATE INDEX pstn_charges_by_start_idx ON pstn_charges (tenant_id, began_at, row_id);

ALTER TABLE pstn_charges ENABLE ROW LEVEL SECURITY;
ALTER TABLE pstn_charges FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON pstn_charges TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON pstn_charges FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON pstn_charges TO sua_writer;
GRANT SELECT ON pstn_charges TO sua_reader;

CREATE TABLE direct_routing_calls (
    tenant_id uuid NOT NULL,
    row_id uuid NOT NULL,
    user_id uuid,
    label text,
    kind text,
    caller text,
    callee text,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    seconds integer,
    correlation_id uuid,
    connected_at timestamptz,
    invited_at timestamptz,
    failed_at timestamptz,
    successful boolean,
    sip_code integer,
    sip_phrase text,
    end_reason integer,
    trunk text,
    media_location text,
    signalling_location text,
    media_bypass boolean,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT direct_routing_calls_pkey PRIMARY KEY (tenant_id, row_id, since_position)
);
COMMENT ON COLUMN direct_routing_calls.correlation_id IS 'the id of the call record, where there is one';
COMMENT ON COLUMN direct_routing_calls.connected_at IS 'null: never answered';
CREATE INDEX direct_routing_calls_by_start_idx ON direct_routing_calls (tenant_id, began_at, row_id);

ALTER TABLE direct_routing_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE direct_routing_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON direct_routing_calls TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON direct_routing_calls FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON direct_routing_calls TO sua_writer;
GRANT SELECT ON direct_routing_calls TO sua_reader;
