-- transactional: false
-- Which tenants a directory has: every customer's row was read to find them, by every look at somebody's rights.
CREATE INDEX CONCURRENTLY IF NOT EXISTS tenants_by_directory_idx ON tenants (directory_id, until_position, valid_until);
