-- Jobs of the collector: each feed is due by itself, and a job at work can be told from one that waits after a failure.

ALTER TABLE schedule ADD COLUMN working_until timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN schedule.working_until IS 'By the server''s clock: the lease of the worker at it; in the past: nobody.';
ALTER TABLE schedule ADD COLUMN asked_again timestamptz;
COMMENT ON COLUMN schedule.asked_again IS 'Made due anew while somebody was at it: it is due then, once they are done.';

UPDATE schedule SET job = 'subscription' WHERE job = 'onboard';
UPDATE schedule SET job = 'licences' WHERE job = 'collect';
INSERT INTO schedule (tenant_id, job, due_at)
SELECT bound.tenant_id, due.job, now()
FROM tenant_directory AS bound,
     unnest(ARRAY['sign_ins', 'reports', 'phone_logs', 'reconcile', 'permissions']) AS due (job)
ON CONFLICT DO NOTHING;
