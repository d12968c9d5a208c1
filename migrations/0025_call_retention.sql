-- For how long who called whom is kept. A month's detail is dropped by destroying the key of the month (subject_keys,
-- 'calls/2026-03'); that it was done on purpose stands in erased_subjects, as for a person. What is below is what stays.

-- The rule, and the months that are gone, as the log says: a read table.
CREATE TABLE call_retention (
    tenant_id uuid NOT NULL,
    days integer NOT NULL,
    dropped text[] NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_retention_pkey PRIMARY KEY (tenant_id, since_position)
);
COMMENT ON COLUMN call_retention.days IS 'call details are kept for so long after the last day of their month, in UTC';
COMMENT ON COLUMN call_retention.dropped IS 'months whose details are gone, as 2026-03';

ALTER TABLE call_retention ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_retention FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_retention TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_retention FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON call_retention TO sua_writer;
GRANT SELECT ON call_retention TO sua_reader;
SELECT rebuilt.like_live('call_retention');

-- What the directory said of the people of a dropped month, under the ids that stand in for them: minutes and money by
-- department stay what they were. Copied from `users` by the transaction that destroyed the key; nothing leads back.
CREATE TABLE call_stand_ins (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    department text,
    company text,
    cost_centre text,
    country text,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT call_stand_ins_pkey PRIMARY KEY (tenant_id, user_id, valid_from, since_position)
);
COMMENT ON COLUMN call_stand_ins.user_id IS 'stands in for a user in the calls of one month';

ALTER TABLE call_stand_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_stand_ins FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_stand_ins TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON call_stand_ins FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT ON call_stand_ins TO sua_writer;
GRANT SELECT ON call_stand_ins TO sua_reader;

CREATE TABLE dropped_digits (
    tenant_id uuid NOT NULL,
    stand_in text COLLATE "C" NOT NULL,
    told text NOT NULL,
    CONSTRAINT dropped_digits_pkey PRIMARY KEY (tenant_id, stand_in)
);
COMMENT ON COLUMN dropped_digits.told IS
    'what stays of a telephone number of a dropped month, so that what calls to it cost does not change: +4930***';

ALTER TABLE dropped_digits ENABLE ROW LEVEL SECURITY;
ALTER TABLE dropped_digits FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dropped_digits TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON dropped_digits TO sua_writer;

-- That somebody was in a call on a day, which says who is active, and with which licence; not in which call, nor when.
-- Known from the last position of the log of the day it was learned on.
CREATE TABLE call_signs (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    day date NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT call_signs_pkey PRIMARY KEY (tenant_id, user_id, source, day)
);
COMMENT ON COLUMN call_signs.source IS 'of activity, as in workload_gaps; EVIDENCE: took part in a call';
CREATE INDEX call_signs_position_idx ON call_signs (tenant_id, position);

ALTER TABLE call_signs ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_signs FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON call_signs TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON call_signs TO sua_writer;

-- A table built from facts that did not tell any more who took part need not be told again what was dropped before.
ALTER TABLE checkpoints ADD COLUMN knows_dropped bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN checkpoints.knows_dropped IS 'its rows were begun when what facts up to here dropped was gone';
SELECT rebuilt.like_live('checkpoints');

-- Call records and rows of telephone logs that came when the details of their month were gone: counted once each, by a
-- digest of their ids, and not stored.
CREATE TABLE late_calls (
    tenant_id uuid NOT NULL,
    month text COLLATE "C" NOT NULL,
    record uuid NOT NULL,
    came_at timestamptz NOT NULL,
    CONSTRAINT late_calls_pkey PRIMARY KEY (tenant_id, month, record)
);

ALTER TABLE late_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE late_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON late_calls TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON late_calls FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT ON late_calls TO sua_writer;
GRANT SELECT ON late_calls TO sua_reader;
