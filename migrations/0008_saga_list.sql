-- migration: concurrently
-- Lists are read by kind and status, newest first, so that a rare one is found without walking through all the
-- others. What is not asked for by either is put together from all kinds and statuses that there are. It takes the
-- place of `saga_newest`: an insert pays for as many indexes as before. Not additive: programs of before list by
-- `saga_newest`, and would sort all payments of a tenant for each page.
CREATE INDEX CONCURRENTLY IF NOT EXISTS saga_list ON saga (tenant_id, kind, status, created_at DESC);
DROP INDEX CONCURRENTLY IF EXISTS saga_newest;
