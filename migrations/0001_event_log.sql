-- The log: one per tenant, immutable facts at gapless positions; what the next decision needs to know of each seat;
-- and the keys personal fields are encrypted under.

-- Roles belong to the whole cluster, so another database's migration may have made them, or may be making them now.
DO $$
BEGIN
    CREATE ROLE sua_writer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
DO $$
BEGIN
    CREATE ROLE sua_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;

GRANT USAGE ON SCHEMA public TO sua_writer, sua_reader;

-- One row a tenant: its next position comes from here, so appends queue per tenant and never across tenants.
-- Nearly empty pages: the row is updated by every append, and has to find room beside its old version (HOT).
CREATE TABLE tenant_heads (
    tenant_id uuid NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT tenant_heads_pkey PRIMARY KEY (tenant_id)
) WITH (fillfactor = 10);

CREATE TABLE events (
    tenant_id uuid NOT NULL,
    position bigint NOT NULL,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    schema smallint NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    cause uuid NOT NULL,
    state bytea NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant_id, position),
    CONSTRAINT events_stream_version_key UNIQUE (tenant_id, stream, version)
);
COMMENT ON COLUMN events.state IS 'the whole fact as JSON, personal values encrypted; never rewritten';
COMMENT ON COLUMN events.happened_at IS 'copy of the fact''s own happened_at, for selecting';
COMMENT ON COLUMN events.leaf IS 'SHA-256 of the row''s canonical bytes: app/eventstore/leaf.py';

-- Without statistics of its own the planner takes a tenant for a 200th of the log. With them it takes one that is newer
-- than the last ANALYZE for a single row, and reads the tenant's whole log by the primary key to find one stream.
ALTER TABLE events ALTER COLUMN tenant_id SET STATISTICS 0;

CREATE INDEX events_recorded_at_idx ON events (tenant_id, recorded_at, position);

-- The folded state of each seat, kept in the transaction that appends to its stream.
CREATE TABLE seat_states (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    version bigint NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT seat_states_pkey PRIMARY KEY (tenant_id, user_id)
) WITH (fillfactor = 80);

-- Deleting a row here makes every personal value of that subject unreadable for ever.
CREATE TABLE subject_keys (
    tenant_id uuid NOT NULL,
    subject text COLLATE "C" NOT NULL,
    wrapped bytea NOT NULL,
    epoch integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subject_keys_pkey PRIMARY KEY (tenant_id, subject)
);
COMMENT ON COLUMN subject_keys.wrapped IS 'AES-256 key, wrapped (RFC 3394) by the master key of this epoch';

-- Append-only is a matter of what is granted: nobody who runs SUA may UPDATE or DELETE a fact.
GRANT SELECT, INSERT ON events TO sua_writer;
GRANT SELECT, INSERT, UPDATE ON tenant_heads TO sua_writer;
GRANT SELECT, INSERT, UPDATE ON seat_states TO sua_writer;
GRANT SELECT, INSERT ON subject_keys TO sua_writer;
GRANT SELECT ON events TO sua_reader;
GRANT SELECT ON tenant_heads TO sua_reader;

-- Row-level security. The write side works for every tenant. The read side sees the tenants its transaction names in
-- sua.tenants (ids joined by commas); none named, none seen. The sub-select is evaluated once a query, not once a row.
ALTER TABLE tenant_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON tenant_heads TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON tenant_heads FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);

ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON events TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON events FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);

ALTER TABLE seat_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE seat_states FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON seat_states TO sua_writer USING (true) WITH CHECK (true);

ALTER TABLE subject_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE subject_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON subject_keys TO sua_writer USING (true) WITH CHECK (true);
