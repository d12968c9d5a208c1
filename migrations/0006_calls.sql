-- Calls, who took part, and what each user spent on them per day. Test calls stand in `calls` and are counted nowhere.

CREATE TABLE calls (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    revision bigint NOT NULL,
    kind text NOT NULL,
    modalities text[] NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    direction text NOT NULL,
    organiser_id uuid,
    participants integer NOT NULL,
    test boolean NOT NULL,
    failed boolean NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT calls_pkey PRIMARY KEY (tenant_id, call_id, since_position)
);
COMMENT ON COLUMN calls.failed IS 'every leg failed';
CREATE INDEX calls_by_start_idx ON calls (tenant_id, started_at, call_id);

ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON calls TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON calls FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON calls TO sua_writer;
GRANT SELECT ON calls TO sua_reader;

CREATE TABLE call_participants (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    party_key text COLLATE "C" NOT NULL,
    user_id uuid,
    party_kind text NOT NULL,
    label text,
    directory_id uuid,
    joined_at timestamptz NOT NULL,
    left_at timestamptz NOT NULL,
    seconds bigint NOT NULL,
    failed boolean NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_participants_pkey PRIMARY KEY (tenant_id, call_id, party_key, since_position)
);
COMMENT ON COLUMN call_participants.seconds IS 'length of the union of the party''s legs';
COMMENT ON COLUMN call_participants.label IS 'null: a user, whose name stands in users, or the person was erased';

ALTER TABLE call_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_participants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_participants TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_participants FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_participants TO sua_writer;
GRANT SELECT ON call_participants TO sua_reader;

CREATE TABLE call_usage (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    day date NOT NULL,
    direction text COLLATE "C" NOT NULL,
    calls integer NOT NULL,
    seconds bigint NOT NULL,
    failed_calls integer NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_usage_pkey PRIMARY KEY (tenant_id, user_id, day, direction, since_position)
);
COMMENT ON COLUMN call_usage.day IS 'the day the calls began, in the tenant''s time zone as it was when they were learned of';
CREATE INDEX call_usage_known_idx ON call_usage (tenant_id, until_position, day)
    INCLUDE (user_id, direction, calls, seconds, failed_calls, since_position);

ALTER TABLE call_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_usage TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_usage FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_usage TO sua_writer;
GRANT SELECT ON call_usage TO sua_reader;

-- What each call has added to call_usage, so that a revision can take it away again. Nobody asks it anything.
CREATE TABLE call_usage_shares (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    day date NOT NULL,
    direction text COLLATE "C" NOT NULL,
    users uuid[] NOT NULL,
    seconds integer[] NOT NULL,
    failed boolean[] NOT NULL,
    CONSTRAINT call_usage_shares_pkey PRIMARY KEY (tenant_id, call_id)
);

ALTER TABLE call_usage_shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_usage_shares FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_usage_shares TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_usage_shares TO sua_writer;
