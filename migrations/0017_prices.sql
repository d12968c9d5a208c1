-- What customers pay: stated prices and exchange rates; what the provider states for every customer; names of products.

CREATE TABLE prices (
    tenant_id       uuid             NOT NULL,
    sku_id          uuid             NOT NULL,
    source          text COLLATE "C" NOT NULL,
    lot             text COLLATE "C" NOT NULL,
    effective_from  date             NOT NULL,
    amount          numeric          NOT NULL,
    currency        text             NOT NULL,
    per             text             NOT NULL,
    term            text             NOT NULL,
    effective_until date,
    quantity        integer,
    commit_floor    integer,
    tax_included    boolean          NOT NULL,
    since_position  bigint           NOT NULL,
    until_position  bigint           NOT NULL,
    CONSTRAINT prices_pkey PRIMARY KEY (tenant_id, sku_id, source, lot, effective_from, since_position)
);
COMMENT ON TABLE prices IS 'Prices as they were stated; their own dates say when they hold.';
COMMENT ON COLUMN prices.amount IS 'for one seat and one month or year, as `per` says';
COMMENT ON COLUMN prices.effective_until IS 'the first day it no longer holds; null: until another price of its lot begins';
CREATE INDEX prices_known_idx ON prices (tenant_id, until_position, sku_id);

ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
ALTER TABLE prices FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON prices TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON prices FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON prices TO sua_writer;
GRANT SELECT ON prices TO sua_reader;

CREATE TABLE exchange_rates (
    tenant_id      uuid             NOT NULL,
    base           text COLLATE "C" NOT NULL,
    quote          text COLLATE "C" NOT NULL,
    rated_on       date             NOT NULL,
    rate           numeric          NOT NULL,
    source         text             NOT NULL,
    since_position bigint           NOT NULL,
    until_position bigint           NOT NULL,
    CONSTRAINT exchange_rates_pkey PRIMARY KEY (tenant_id, base, quote, rated_on, since_position)
);
COMMENT ON COLUMN exchange_rates.rate IS 'what one unit of `base` was worth in units of `quote` on that day';
CREATE INDEX exchange_rates_known_idx ON exchange_rates (tenant_id, until_position, base, rated_on);

ALTER TABLE exchange_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange_rates FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON exchange_rates TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY reader ON exchange_rates FOR SELECT TO sua_reader USING (
    tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('sua.tenants', true), ''), ',')::uuid[])::uuid[])
);
GRANT SELECT, INSERT, UPDATE, DELETE ON exchange_rates TO sua_writer;
GRANT SELECT ON exchange_rates TO sua_reader;

-- Control plane from here on: of no customer.

CREATE TABLE default_prices (
    sku_id          uuid             NOT NULL,
    source          text COLLATE "C" NOT NULL CHECK (source IN ('RESELLER', 'LIST')),
    lot             text COLLATE "C" NOT NULL,
    effective_from  date             NOT NULL,
    amount          numeric          NOT NULL,
    currency        text             NOT NULL,
    per             text             NOT NULL,
    term            text             NOT NULL,
    effective_until date,
    quantity        integer,
    commit_floor    integer,
    tax_included    boolean          NOT NULL,
    CONSTRAINT default_prices_pkey PRIMARY KEY (sku_id, source, lot, effective_from)
);
COMMENT ON TABLE default_prices IS
    'What the provider states for every customer: set in each one''s log, and in that of a new customer when it is founded.';

ALTER TABLE default_prices ENABLE ROW LEVEL SECURITY;
ALTER TABLE default_prices FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON default_prices TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON default_prices TO sua_writer;

CREATE TABLE default_rates (
    base     text COLLATE "C" NOT NULL,
    quote    text COLLATE "C" NOT NULL,
    rated_on date             NOT NULL,
    rate     numeric          NOT NULL,
    source   text             NOT NULL,
    CONSTRAINT default_rates_pkey PRIMARY KEY (base, quote, rated_on)
);
COMMENT ON TABLE default_rates IS 'Exchange rates stated for every customer, as `default_prices`.';

ALTER TABLE default_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE default_rates FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON default_rates TO sua_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON default_rates TO sua_writer;

CREATE TABLE sku_names (
    sku_id       uuid   NOT NULL,
    part_number  text   NOT NULL,
    display_name text   NOT NULL,
    plans        uuid[] NOT NULL,
    CONSTRAINT sku_names_pkey PRIMARY KEY (sku_id)
);
COMMENT ON TABLE sku_names IS 'Microsoft''s list of products and their service plans, as last imported; no secret of anybody.';

ALTER TABLE sku_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE sku_names FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON sku_names TO sua_writer USING (true) WITH CHECK (true);
CREATE POLICY everybody ON sku_names FOR SELECT TO sua_reader USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON sku_names TO sua_writer;
GRANT SELECT ON sku_names TO sua_reader;
