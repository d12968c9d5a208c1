-- transactional: false
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_in_order_of_department_idx ON users
    (tenant_id, (CASE WHEN department IS NULL THEN '' ELSE department END),
     (CASE WHEN display_name IS NULL THEN '' ELSE display_name END), user_id);
