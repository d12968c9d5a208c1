-- How far each table has read each tenant's log, and who a tenant's customer and users are.
--
-- Every table from here on says of each row from which position of the log it was true (`since_position`, included)
-- until which (`until_position`, excluded; open: the greatest bigint), so that it can be read as it stood at any
-- position. Where the domain has a span of its own there are also `valid_from` and `valid_until` (half-open; the open
-- end is 9999-12-31, a date every client can read, unlike 'infinity').
--
-- The index of each table leads with `until_position`: what is known now is one stretch of it, and what was known at
-- an older position is that stretch and the few rows superseded since.

CREATE TABLE checkpoints (
    tenant_id uuid NOT NULL,
    projection text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    version integer NOT NULL,
    stopped_at bigint,
    reason text,
    CONSTRAINT checkpoints_pkey PRIMARY KEY (tenant_id, projection),
    CONSTRAINT checkpoints_stopped_check CHECK ((stopped_at IS NULL) = (reason IS NULL))
) WITH (fillfactor = 50);
COMMENT ON COLUMN checkpoints.position IS 'the last fact taken in';
COMMENT ON COLUMN checkpoints.version IS 'of the projection''s code that built the rows';
COMMENT ON COLUMN checkpoints.stopped_at IS 'the fact this projection could not take in; null: none';

ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON checkpoints TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON checkpoints FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO sua_writer;
GRANT SELECT ON checkpoints TO sua_reader;

CREATE TABLE tenants (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    organisation text,
    directory_id uuid,
    default_domain text,
    state text NOT NULL,
    permissions text[] NOT NULL,
    entra_p1 boolean,
    concealed_names boolean,
    reports boolean,
    idle_days integer,
    grace_days integer,
    time_zone text,
    currency text,
    licences_collected_at timestamptz,
    sign_ins_collected_at timestamptz,
    reports_collected_at timestamptz,
    calls_collected_at timestamptz,
    failed_feeds text[] NOT NULL,
    last_failure text,
    last_failure_at timestamptz,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id, valid_from, since_position),
    CONSTRAINT tenants_state_check CHECK (state IN ('INVITED', 'CONSENTED', 'WITHDRAWN', 'OFFBOARDED'))
);
COMMENT ON COLUMN tenants.idle_days IS 'null, like the other three of the policy: the tenant never changed it';
COMMENT ON COLUMN tenants.failed_feeds IS 'feeds whose latest read did not complete';
CREATE INDEX tenants_known_idx ON tenants (tenant_id, until_position, valid_until, valid_from);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON tenants TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON tenants FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO sua_writer;
GRANT SELECT ON tenants TO sua_reader;

CREATE TABLE users (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    display_name text,
    user_principal_name text,
    kind text NOT NULL,
    enabled boolean NOT NULL,
    department text,
    company text,
    cost_centre text,
    country text,
    usage_location text,
    created_at timestamptz,
    deleted boolean NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, user_id, valid_from, since_position)
);
COMMENT ON COLUMN users.display_name IS 'null: the directory has none, or the person was erased';
CREATE INDEX users_known_idx ON users (tenant_id, until_position, valid_until, valid_from)
    INCLUDE (user_id, kind, enabled, deleted, department, since_position);
CREATE INDEX users_by_name_idx ON users (tenant_id, (coalesce(display_name, '')), user_id);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON users TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON users FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON users TO sua_writer;
GRANT SELECT ON users TO sua_reader;
