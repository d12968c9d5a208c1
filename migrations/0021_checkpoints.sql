-- Signed checkpoints of each tenant's log, and roots of its whole blocks so that a proof need not read the log.

CREATE TABLE signed_checkpoints (
    tenant_id uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note text COLLATE "C" NOT NULL,
    frontier bytea NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT signed_checkpoints_pkey PRIMARY KEY (tenant_id, size)
);
COMMENT ON TABLE signed_checkpoints IS 'C2SP signed notes: the root of the tree over positions 1 to size (app/evidence)';
COMMENT ON COLUMN signed_checkpoints.frontier IS
    'roots of the perfect trees that size is made of, the largest first; checked against the signed root at each use';

CREATE TABLE tree_blocks (
    tenant_id uuid NOT NULL,
    block bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT tree_blocks_pkey PRIMARY KEY (tenant_id, block)
);
COMMENT ON TABLE tree_blocks IS
    'root over positions block * 1024 + 1 to (block + 1) * 1024; unsigned: a proof made of them is checked before use';

-- Append-only like the log itself.
GRANT SELECT, INSERT ON signed_checkpoints, tree_blocks TO sua_writer;
GRANT SELECT ON signed_checkpoints, tree_blocks TO sua_reader;

ALTER TABLE signed_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE signed_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON signed_checkpoints TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON signed_checkpoints FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);

ALTER TABLE tree_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE tree_blocks FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON tree_blocks TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON tree_blocks FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
