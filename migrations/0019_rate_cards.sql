-- What carriers take for telephone calls over Direct Routing and Operator Connect.

CREATE TABLE rate_cards (
    tenant_id uuid NOT NULL,
    carrier text COLLATE "C" NOT NULL,
    effective_from date NOT NULL,
    currency text NOT NULL,
    lines text NOT NULL,
    since_position bigint NOT NULL,
    until_position bigint NOT NULL,
    CONSTRAINT rate_cards_pkey PRIMARY KEY (tenant_id, carrier, effective_from, since_position)
);
COMMENT ON COLUMN rate_cards.carrier IS 'the trunk, or the operator of Operator Connect, in small letters';
COMMENT ON COLUMN rate_cards.lines IS 'the rows of the card, as JSON: always read whole';
CREATE INDEX rate_cards_known_idx ON rate_cards (tenant_id, until_position, carrier);

ALTER TABLE rate_cards ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_cards FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON rate_cards TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON rate_cards FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_cards TO sua_writer;
GRANT SELECT ON rate_cards TO sua_reader;
