-- What findings rest on: use by source, days of use, what people decided of a seat, and who paid for it when.

-- Like activity_gaps, by source instead of grade. A source without any row of a user: never.
CREATE TABLE workload_gaps (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    gap_from timestamptz NOT NULL,
    gap_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT workload_gaps_pkey PRIMARY KEY (tenant_id, user_id, source, gap_from, since_position)
) WITH (fillfactor = 80);
COMMENT ON COLUMN workload_gaps.gap_from IS 'the use before the gap; 1900-01-01: there was none';
COMMENT ON COLUMN workload_gaps.gap_until IS 'the use that ended it; 9999-12-31: none yet';
CREATE INDEX workload_gaps_known_idx ON workload_gaps (tenant_id, until_position, gap_until, gap_from)
    INCLUDE (user_id, source, since_position);

ALTER TABLE workload_gaps ENABLE ROW LEVEL SECURITY;
ALTER TABLE workload_gaps FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON workload_gaps TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON workload_gaps FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON workload_gaps TO sua_writer;
GRANT SELECT ON workload_gaps TO sua_reader;

CREATE TABLE adoption (
    tenant_id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    day date NOT NULL,
    user_id uuid NOT NULL,
    since_position bigint NOT NULL,
    CONSTRAINT adoption_pkey PRIMARY KEY (tenant_id, source, day, user_id) INCLUDE (since_position)
);
COMMENT ON TABLE adoption IS 'who used what on which day; append-only: a row is known from its position on';

ALTER TABLE adoption ENABLE ROW LEVEL SECURITY;
ALTER TABLE adoption FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON adoption TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON adoption FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON adoption TO sua_writer;
GRANT SELECT ON adoption TO sua_reader;

CREATE TABLE findings (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    exempt_reason text,
    exempt_owner text,
    exempt_until date,
    decision text,
    cause text,
    tier text,
    note text,
    decided_at timestamptz,
    decided_by uuid,
    exempted_by uuid,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT findings_pkey PRIMARY KEY (tenant_id, user_id, sku_id, valid_from, since_position)
);
COMMENT ON TABLE findings IS 'what people decided of a seat; what is wrong with it is judged when asked';
COMMENT ON COLUMN findings.exempt_reason IS 'null: not exempt';
COMMENT ON COLUMN findings.exempt_until IS 'the first day the exemption no longer holds; null: without end';
COMMENT ON COLUMN findings.decision IS 'null: nobody decided; else with the cause and tier decided about';
CREATE INDEX findings_known_idx ON findings (tenant_id, until_position, valid_until, valid_from);

ALTER TABLE findings ENABLE ROW LEVEL SECURITY;
ALTER TABLE findings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON findings TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON findings FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON findings TO sua_writer;
GRANT SELECT ON findings TO sua_reader;

CREATE TABLE licence_costs (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    paths uuid[] NOT NULL,
    department text,
    company text,
    cost_centre text,
    country text,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT licence_costs_pkey PRIMARY KEY (tenant_id, user_id, sku_id, valid_from, since_position)
);
COMMENT ON TABLE licence_costs IS 'seats with whoever pays for them; what a seat costs is asked of prices';
COMMENT ON COLUMN licence_costs.paths IS 'groups; all zeros: assigned directly';
CREATE INDEX licence_costs_known_idx ON licence_costs (tenant_id, until_position, valid_until, valid_from)
    INCLUDE (sku_id, department, company, cost_centre, country, since_position);

ALTER TABLE licence_costs ENABLE ROW LEVEL SECURITY;
ALTER TABLE licence_costs FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON licence_costs TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON licence_costs FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON licence_costs TO sua_writer;
GRANT SELECT ON licence_costs TO sua_reader;

-- Where users belonged, whether they hold anything or not: what a seat gets that is assigned later. Nobody asks it
-- anything.
CREATE TABLE licence_cost_holders (
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
    CONSTRAINT licence_cost_holders_pkey PRIMARY KEY (tenant_id, user_id, valid_from, since_position)
);

ALTER TABLE licence_cost_holders ENABLE ROW LEVEL SECURITY;
ALTER TABLE licence_cost_holders FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON licence_cost_holders TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON licence_cost_holders TO sua_writer;

-- The three tables below are folded anew from the log, for rows from before would not say since when, what of, and
-- under which rules: their rows and checkpoints go, and a worker of this release fills them from the first fact on.
ALTER TABLE users ADD COLUMN disabled_since timestamptz;
COMMENT ON COLUMN users.disabled_since IS 'since when the account is disabled without a break; null: it is enabled';

ALTER TABLE sku_units ADD COLUMN plans uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN sku_units.plans IS 'its service plans for users; empty: not described yet, or none';

ALTER TABLE tenants ADD COLUMN rules text, ADD COLUMN consented_at timestamptz;
COMMENT ON COLUMN tenants.rules IS 'the fact that set the policy, whole, as JSON; null: the tenant never changed it';
COMMENT ON COLUMN tenants.consented_at IS 'the first consent; null: none yet';

TRUNCATE users, sku_units, tenants;
-- The owner has no policy of its own on it.
ALTER TABLE checkpoints NO FORCE ROW LEVEL SECURITY;
DELETE FROM checkpoints WHERE projection IN ('users', 'sku_units', 'tenants');
ALTER TABLE checkpoints FORCE ROW LEVEL SECURITY;
