-- Persons erased on purpose, and keys wrapped anew.
--
-- A key that is not there may be lost; one of a subject named here was destroyed, in the transaction that wrote the fact
-- UserErased at that position. No key is made for such a subject any more, whoever asks.

CREATE TABLE erased_subjects (
    tenant_id uuid NOT NULL,
    subject   text COLLATE "C" NOT NULL,
    position  bigint NOT NULL,
    erased_at timestamptz NOT NULL,
    told      text,
    CONSTRAINT erased_subjects_pkey PRIMARY KEY (tenant_id, subject)
);
COMMENT ON COLUMN erased_subjects.position IS 'of the fact UserErased';
COMMENT ON COLUMN erased_subjects.told IS
    'what of a telephone number stays, for the price of calls to it does not change: +4930***; null: nothing';
CREATE INDEX erased_subjects_position_idx ON erased_subjects (tenant_id, position);

ALTER TABLE erased_subjects ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_subjects FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON erased_subjects TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON erased_subjects FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT ON erased_subjects TO sua_writer;
GRANT SELECT ON erased_subjects TO sua_reader;

-- A key can be destroyed only once it stands above that it is; it can be wrapped anew, and nothing else of it changes.
CREATE POLICY only_the_erased ON subject_keys AS RESTRICTIVE FOR DELETE TO sua_writer USING (
    EXISTS (
        SELECT FROM erased_subjects AS gone
        WHERE gone.tenant_id = subject_keys.tenant_id AND gone.subject = subject_keys.subject
    )
);
ALTER TABLE subject_keys ADD COLUMN wrapped_at timestamptz NOT NULL DEFAULT now();
GRANT DELETE, UPDATE (wrapped, epoch, wrapped_at) ON subject_keys TO sua_writer;
