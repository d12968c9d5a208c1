-- Who notifies SUA of a customer's calls, over time; and which secrets belong to subscriptions that have ended.

ALTER TABLE graph_subscriptions ADD COLUMN ended_at timestamptz;
COMMENT ON COLUMN graph_subscriptions.ended_at IS
    'The subscription ended or was replaced; what it has sent may still arrive for hours and is still known.';

CREATE TABLE subscriptions (
    tenant_id uuid NOT NULL,
    feed text COLLATE "C" NOT NULL,
    subscription text NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    renewed_at timestamptz,
    lost_at timestamptz,
    lost_reason text,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT subscriptions_pkey PRIMARY KEY (tenant_id, feed, since_position)
);
COMMENT ON TABLE subscriptions IS 'The newest notification subscription of a feed, and what became of it.';

ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON subscriptions TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON subscriptions FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON subscriptions TO sua_writer;
GRANT SELECT ON subscriptions TO sua_reader;
