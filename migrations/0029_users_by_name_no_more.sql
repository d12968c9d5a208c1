-- transactional: false
-- Its place is taken by users_in_order_of_name_idx.
DROP INDEX CONCURRENTLY IF EXISTS users_by_name_idx;
