-- Sign-on to the portal. Control plane: known before any tenant is. Both tables hold hashes of what the browser keeps,
-- and what is sealed opens with that alone, so that a copy of them signs nobody on and names nobody.

CREATE TABLE portal_sign_ons (
    state_hash   bytea       NOT NULL,
    browser_hash bytea       NOT NULL,
    sealed       bytea       NOT NULL,
    ends_at      timestamptz NOT NULL,
    CONSTRAINT portal_sign_ons_pkey PRIMARY KEY (state_hash)
);
COMMENT ON TABLE portal_sign_ons IS 'Sign-ons begun and not yet come back; each is used once, and deleted by its use.';
COMMENT ON COLUMN portal_sign_ons.sealed IS 'nonce, code verifier and way back, AES-256-GCM under the browser''s secret';
CREATE INDEX portal_sign_ons_end ON portal_sign_ons (ends_at);

CREATE TABLE portal_sessions (
    session_hash bytea       NOT NULL,
    sealed       bytea       NOT NULL,
    begun_at     timestamptz NOT NULL,
    used_at      timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    CONSTRAINT portal_sessions_pkey PRIMARY KEY (session_hash)
);
COMMENT ON COLUMN portal_sessions.sealed IS 'who signed on and with which roles, AES-256-GCM under the session''s secret';
COMMENT ON COLUMN portal_sessions.used_at IS 'last use, written at most once a minute';
COMMENT ON COLUMN portal_sessions.ends_at IS 'whatever its use, it is over then';
CREATE INDEX portal_sessions_used ON portal_sessions (used_at);

ALTER TABLE portal_sign_ons ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal_sign_ons FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON portal_sign_ons TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON portal_sign_ons TO sua_writer;

ALTER TABLE portal_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON portal_sessions TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON portal_sessions TO sua_writer;
