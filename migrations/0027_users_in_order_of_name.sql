-- transactional: false
-- People in order, also on a deep page. Under row-level security only leakproof conditions may seek in an index, and
-- coalesce() counts as leaking where a CASE does not: a page read all names before it, and filtered them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_in_order_of_name_idx ON users
    (tenant_id, (CASE WHEN display_name IS NULL THEN '' ELSE display_name END), user_id);
