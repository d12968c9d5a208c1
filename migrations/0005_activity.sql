-- When users were last active, in which stretches they were not, and the seats that can lie idle meanwhile.

-- Only gaps of 7 days and more have a row, and each user and grade one open row: the gap that may be beginning.
CREATE TABLE activity_gaps (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    grade text COLLATE "C" NOT NULL,
    gap_from timestamptz NOT NULL,
    gap_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT activity_gaps_pkey PRIMARY KEY (tenant_id, user_id, grade, gap_from, since_position),
    CONSTRAINT activity_gaps_grade_check CHECK (grade IN ('EVIDENCE', 'WEAK'))
) WITH (fillfactor = 80);
COMMENT ON COLUMN activity_gaps.gap_from IS 'the activity before the gap; 1900-01-01: there was none';
COMMENT ON COLUMN activity_gaps.gap_until IS 'the activity that ended it; 9999-12-31: none yet';
CREATE INDEX activity_gaps_known_idx ON activity_gaps (tenant_id, grade, until_position, gap_until, gap_from)
    INCLUDE (user_id, since_position);

ALTER TABLE activity_gaps ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_gaps FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON activity_gaps TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON activity_gaps FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_gaps TO sua_writer;
GRANT SELECT ON activity_gaps TO sua_reader;

-- The newest evidence per source, overwritten in place: a reader at a position before `since_position` ignores it.
CREATE TABLE last_activity (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    since_position bigint NOT NULL,
    CONSTRAINT last_activity_pkey PRIMARY KEY (tenant_id, user_id, source)
) WITH (fillfactor = 70);

ALTER TABLE last_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE last_activity FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON last_activity TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON last_activity FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON last_activity TO sua_writer;
GRANT SELECT ON last_activity TO sua_reader;

CREATE TABLE idle_licences (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    held_since timestamptz NOT NULL,
    paths uuid[] NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT idle_licences_pkey PRIMARY KEY (tenant_id, user_id, sku_id, valid_from, since_position)
);
COMMENT ON TABLE idle_licences IS 'seats held by any path without a break; idle or not is decided when asked';
COMMENT ON COLUMN idle_licences.paths IS 'groups; all zeros: assigned directly';
CREATE INDEX idle_licences_known_idx ON idle_licences (tenant_id, until_position, valid_until, valid_from)
    INCLUDE (user_id, sku_id, held_since, since_position);

ALTER TABLE idle_licences ENABLE ROW LEVEL SECURITY;
ALTER TABLE idle_licences FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON idle_licences TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON idle_licences FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON idle_licences TO sua_writer;
GRANT SELECT ON idle_licences TO sua_reader;
