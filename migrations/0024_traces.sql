-- Traces across processes: under which span a notification was stored, and under which one a cause's facts were
-- appended. Empty where no traces are kept. None of it is a fact, none of it is hashed; old rows are deleted.

ALTER TABLE inbox ADD COLUMN traceparent text;
COMMENT ON COLUMN inbox.traceparent IS 'W3C trace context of the POST; null: no trace was kept';

-- A row a cause and not a column of `events`: facts are never changed or deleted, and a trace is over within days.
CREATE TABLE traces (
    tenant_id   uuid        NOT NULL,
    cause       uuid        NOT NULL,
    traceparent text        NOT NULL,
    noted_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT traces_pkey PRIMARY KEY (tenant_id, cause)
);
COMMENT ON COLUMN traces.traceparent IS 'W3C trace context of the newest append for this cause';
CREATE INDEX traces_noted ON traces (noted_at);

ALTER TABLE traces ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON traces TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON traces TO sua_writer;

-- So that a process can say whether the schema is the one its release expects.
GRANT SELECT ON schema_migrations TO sua_writer;
