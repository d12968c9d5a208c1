-- transactional: false
-- The calls of one person: everybody's participants in all calls, of every customer, were read to find them.
CREATE INDEX CONCURRENTLY IF NOT EXISTS call_participants_by_user_idx ON call_participants (tenant_id, user_id)
    WHERE user_id IS NOT NULL;
