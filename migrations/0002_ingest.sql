-- Where ingestion stands. None of this is a fact: lost, it costs time, never truth.
--
-- inbox is a tenant table and its key starts with tenant_id. The others are the control plane: found by a secret or by
-- a directory before the tenant is known, small, and never distributed. sua_reader sees none of them.
-- Leases and retries count by the server's clock, everything a customer would call a date by SUA's.

CREATE TABLE invitations (
    token_hash bytea       NOT NULL,
    tenant_id  uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT invitations_pkey PRIMARY KEY (token_hash)
);
COMMENT ON TABLE invitations IS 'Consent links sent. Only the SHA-256 of a link''s token is kept, and no address.';

CREATE TABLE consent_attempts (
    state_hash   bytea       NOT NULL,
    tenant_id    uuid        NOT NULL,
    browser_hash bytea       NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    directory_id uuid,
    CONSTRAINT consent_attempts_pkey PRIMARY KEY (state_hash)
);
COMMENT ON COLUMN consent_attempts.directory_id IS
    'The directory the administrator came back from, where its permissions were not yet visible: to be proven again.';
CREATE INDEX consent_attempts_expiry ON consent_attempts (expires_at);

CREATE TABLE tenant_directory (
    directory_id uuid        NOT NULL,
    tenant_id    uuid        NOT NULL,
    bound_at     timestamptz NOT NULL,
    CONSTRAINT tenant_directory_pkey PRIMARY KEY (directory_id),
    CONSTRAINT tenant_directory_tenant UNIQUE (tenant_id)
);
COMMENT ON TABLE tenant_directory IS 'Entra directories proven by consent; one customer each.';

CREATE TABLE graph_subscriptions (
    client_state_hash bytea       NOT NULL,
    tenant_id         uuid        NOT NULL,
    directory_id      uuid        NOT NULL,
    resource          text        NOT NULL,
    subscription_id   text,
    expires_at        timestamptz,
    created_at        timestamptz NOT NULL,
    CONSTRAINT graph_subscriptions_pkey PRIMARY KEY (client_state_hash),
    CONSTRAINT graph_subscriptions_subscription UNIQUE (subscription_id)
);
COMMENT ON COLUMN graph_subscriptions.subscription_id IS
    'NULL: asked for and not yet answered. Notifications may overtake the answer and are known by their clientState.';
CREATE INDEX graph_subscriptions_tenant ON graph_subscriptions (tenant_id);

CREATE TABLE inbox (
    tenant_id   uuid        NOT NULL,
    call_id     uuid        NOT NULL,
    delivery    uuid        NOT NULL,
    state       text        NOT NULL DEFAULT 'PENDING',
    attempts    integer     NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz,
    reason      text,
    CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, call_id, delivery),
    CONSTRAINT inbox_state CHECK (state IN ('PENDING', 'DONE', 'DEAD'))
);
COMMENT ON COLUMN inbox.delivery IS 'The POST that brought the notification; the cause of the facts it leads to.';
COMMENT ON COLUMN inbox.due_at IS
    'When a worker may take the item. A lease moves it to the lease''s end, so a killed worker''s items come back.';
CREATE INDEX inbox_due ON inbox (tenant_id, due_at) WHERE state = 'PENDING';
CREATE INDEX inbox_settled ON inbox (tenant_id, settled_at) WHERE state <> 'PENDING';

CREATE TABLE schedule (
    tenant_id        uuid        NOT NULL,
    job              text        NOT NULL,
    due_at           timestamptz NOT NULL,
    held_until       timestamptz NOT NULL DEFAULT '-infinity',
    failures         integer     NOT NULL DEFAULT 0,
    last_started_at  timestamptz,
    last_finished_at timestamptz,
    last_reason      text,
    CONSTRAINT schedule_pkey PRIMARY KEY (tenant_id, job)
);
COMMENT ON COLUMN schedule.held_until IS
    'By the server''s clock: the lease of the worker at it, or after a failure the earliest time of the next try.';

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON invitations TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON invitations TO sua_writer;

ALTER TABLE consent_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON consent_attempts TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON consent_attempts TO sua_writer;

ALTER TABLE tenant_directory ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_directory FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON tenant_directory TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON tenant_directory TO sua_writer;

ALTER TABLE graph_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE graph_subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON graph_subscriptions TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON graph_subscriptions TO sua_writer;

ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON inbox TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO sua_writer;

ALTER TABLE schedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON schedule TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule TO sua_writer;
