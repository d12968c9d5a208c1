-- People in order, also on a deep page. Under row-level security only leakproof conditions may seek in an index, and
-- coalesce() counts as leaking where a CASE does not: a page read all names before it, and filtered them.
DROP INDEX users_by_name_idx;
CREATE INDEX users_by_name_idx ON users
    (tenant_id, (CASE WHEN display_name IS NULL THEN '' ELSE display_name END), user_id);
CREATE INDEX users_by_department_idx ON users
    (tenant_id, (CASE WHEN department IS NULL THEN '' ELSE department END),
     (CASE WHEN display_name IS NULL THEN '' ELSE display_name END), user_id);
