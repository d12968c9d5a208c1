-- Graph's limits kept by all workers together, whose turn it is at a tenant's inbox, and payloads nobody could read.
--
-- Lost, the first two cost time and nothing else. They count by the server's clock: all workers agree on it.

CREATE TABLE graph_limits (
    scope        text COLLATE "C" NOT NULL,
    taken_until  timestamptz      NOT NULL,
    paused_until timestamptz      NOT NULL DEFAULT '-infinity',
    CONSTRAINT graph_limits_pkey PRIMARY KEY (scope)
) WITH (fillfactor = 50);
COMMENT ON TABLE graph_limits IS
    'One token bucket per limit of Microsoft Graph. A full bucket needs no row, so old rows are deleted.';
COMMENT ON COLUMN graph_limits.taken_until IS
    'When the bucket will be full again: it holds its capacity less what flows in until then.';
COMMENT ON COLUMN graph_limits.paused_until IS 'Until when Graph has asked for peace (429 with Retry-After).';

ALTER TABLE graph_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE graph_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON graph_limits TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON graph_limits TO sua_writer;

CREATE TABLE inbox_turns (
    tenant_id  uuid        NOT NULL,
    holder     uuid        NOT NULL,
    held_until timestamptz NOT NULL,
    CONSTRAINT inbox_turns_pkey PRIMARY KEY (tenant_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE inbox_turns IS
    'Who fetches a tenant''s calls, one at a time over all workers, or until when nobody does since Graph throttles.';

ALTER TABLE inbox_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON inbox_turns TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_turns TO sua_writer;

CREATE TABLE dead_letters (
    tenant_id uuid             NOT NULL,
    feed      text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    reason    text             NOT NULL,
    detail    text             NOT NULL,
    payload   text             NOT NULL,
    times     integer          NOT NULL DEFAULT 1,
    first_at  timestamptz      NOT NULL DEFAULT now(),
    last_at   timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT dead_letters_pkey PRIMARY KEY (tenant_id, feed, key)
);
COMMENT ON TABLE dead_letters IS
    'Payloads of Graph that could not be translated, whole. They hold names, addresses and numbers of persons in plain'
    ' text: seen by operators only, deleted as soon as the same thing was read well, and after 30 days at the latest.';
COMMENT ON COLUMN dead_letters.key IS 'What of the feed it is: a call''s id, a log row''s id, a user''s id.';
COMMENT ON COLUMN dead_letters.payload IS 'JSON as Graph sent it, as text: jsonb refuses some of what JSON allows.';
CREATE INDEX dead_letters_age ON dead_letters (tenant_id, last_at);

ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letters FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dead_letters TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON dead_letters TO sua_writer;

-- Looked for every minute, among all that was fetched in a week.
CREATE INDEX inbox_dead ON inbox (tenant_id) WHERE state = 'DEAD';
