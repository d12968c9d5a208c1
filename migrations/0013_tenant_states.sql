-- How access to a customer stands and why, what else can be read there, and when it was read.
--
-- The table is folded anew from the log, for rows from before would not say since when and why: its rows and their
-- checkpoints go, and a worker of this release fills them from the first fact on (docs/decisions/losing-access.md).

ALTER TABLE tenants
    ADD COLUMN state_reason text,
    ADD COLUMN state_since timestamptz,
    ADD COLUMN pstn_logs boolean,
    ADD COLUMN direct_routing boolean,
    ADD COLUMN renewals boolean,
    ADD COLUMN copilot_reports boolean,
    ADD COLUMN pstn_collected_at timestamptz,
    ADD COLUMN direct_routing_collected_at timestamptz,
    ADD COLUMN renewals_collected_at timestamptz,
    DROP CONSTRAINT tenants_state_check,
    ADD CONSTRAINT tenants_state_check
        CHECK (state IN ('INVITED', 'CONSENTED', 'WITHDRAWN', 'BLOCKED', 'GONE', 'OFFBOARDED'));
COMMENT ON COLUMN tenants.state_reason IS 'the error code that showed that access ended; null: it has not';
COMMENT ON COLUMN tenants.state_since IS 'since when the customer stands there';

TRUNCATE tenants;
-- The owner has no policy of its own on it.
ALTER TABLE checkpoints NO FORCE ROW LEVEL SECURITY;
DELETE FROM checkpoints WHERE projection = 'tenants';
ALTER TABLE checkpoints FORCE ROW LEVEL SECURITY;
