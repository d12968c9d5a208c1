-- The coverage ledger: which calls Graph listed, which of them were there, and which are still missing.

-- How far each tenant's calls were listed. No fact: lost, everything Graph keeps is listed once more.
CREATE TABLE call_listings (
    tenant_id     uuid        NOT NULL,
    backfilled    boolean     NOT NULL,
    listed_until  timestamptz,
    settled_until timestamptz,
    closed_until  timestamptz,
    CONSTRAINT call_listings_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE call_listings IS 'Watermarks of listing calls, as in app/domain/reconciliation.py.';

ALTER TABLE call_listings ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_listings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_listings TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_listings TO sua_writer;

ALTER TABLE inbox ADD COLUMN listed_revision bigint;
COMMENT ON COLUMN inbox.listed_revision IS
    'The revision a listing found missing, where the delivery is a listing; null: a notification brought the item.';
CREATE INDEX inbox_missing ON inbox (tenant_id, received_at) WHERE listed_revision IS NOT NULL AND state <> 'DONE';

CREATE TABLE call_coverage (
    tenant_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    notified integer NOT NULL,
    fetched integer NOT NULL,
    listed integer,
    missing integer NOT NULL,
    pass text,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_coverage_pkey PRIMARY KEY (tenant_id, hour, since_position)
);
COMMENT ON COLUMN call_coverage.hour IS 'UTC hour in which the calls began; an hour without a row: nothing was heard of it';
COMMENT ON COLUMN call_coverage.listed IS 'null: no listing has touched the hour';
COMMENT ON COLUMN call_coverage.pass IS 'the best listing that covered the whole hour; null: none';
CREATE INDEX call_coverage_known_idx ON call_coverage (tenant_id, until_position, hour)
    INCLUDE (notified, fetched, listed, missing, pass, since_position);

ALTER TABLE call_coverage ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_coverage FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_coverage TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_coverage FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_coverage TO sua_writer;
GRANT SELECT ON call_coverage TO sua_reader;

CREATE TABLE missing_calls (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    revision bigint NOT NULL,
    started_at timestamptz NOT NULL,
    missing_since timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT missing_calls_pkey PRIMARY KEY (tenant_id, call_id, since_position)
);
COMMENT ON TABLE missing_calls IS 'Calls, or revisions of them, that Graph listed and the log lacks; closed when found.';
CREATE INDEX missing_calls_known_idx ON missing_calls (tenant_id, until_position, started_at)
    INCLUDE (call_id, revision, missing_since, since_position);

ALTER TABLE missing_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE missing_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON missing_calls TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON missing_calls FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON missing_calls TO sua_writer;
GRANT SELECT ON missing_calls TO sua_reader;

-- One row a tenant: since which hour its calls are watched, and when they were last listed.
CREATE TABLE calls_listed (
    tenant_id uuid NOT NULL,
    covered_since timestamptz NOT NULL,
    listed_at timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT calls_listed_pkey PRIMARY KEY (tenant_id, since_position)
);
CREATE INDEX calls_listed_known_idx ON calls_listed (tenant_id, until_position) INCLUDE (covered_since, listed_at, since_position);

ALTER TABLE calls_listed ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls_listed FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON calls_listed TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON calls_listed FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON calls_listed TO sua_writer;
GRANT SELECT ON calls_listed TO sua_reader;

-- Where each call stands in the ledger, so that a revision can move it. Nobody asks it anything.
CREATE TABLE call_coverage_calls (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    revision bigint NOT NULL,
    notified boolean NOT NULL,
    CONSTRAINT call_coverage_calls_pkey PRIMARY KEY (tenant_id, call_id)
);
COMMENT ON COLUMN call_coverage_calls.revision IS 'the highest in the log';

ALTER TABLE call_coverage_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_coverage_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_coverage_calls TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_coverage_calls TO sua_writer;
