-- Millions of completed charges, spread over the last 30 days, as after a long time in use. psql -v count=1000000
-- <bench/fill_charges.sql, while no instance runs.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET client_min_messages = warning;

-- All indexes are dropped first and rebuilt afterwards: minutes instead of an hour.
CREATE TEMP TABLE kept_index AS
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition, k.conname AS constraint_name,
       pg_get_constraintdef(k.oid) AS constraint_definition
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
WHERE i.indrelid = 'saga'::regclass;

SELECT CASE WHEN constraint_name IS NULL THEN format('DROP INDEX %I', name)
            ELSE format('ALTER TABLE saga DROP CONSTRAINT %I', constraint_name) END
FROM kept_index \gexec

-- Of tenant 1, at home in bucket 635.
INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, provider, submitted_at,
                  is_traced, shelf, created_at, updated_at, processed_at)
SELECT 635, 1, gen_random_uuid(), 'charge', 'COMPLETED', 2, 1990,
       'BRL', CASE WHEN n % 5 = 0 THEN 'fallback' ELSE 'default' END, made.at + interval '2 ms',
       false, '', made.at, made.at + interval '5 ms', made.at + interval '5 ms'
FROM generate_series(1, :count) AS n,
     LATERAL (SELECT now() - interval '1 minute' - n * (interval '30 days' / :count) AS at) AS made;

SELECT CASE WHEN constraint_name IS NULL THEN definition
            ELSE format('ALTER TABLE saga ADD CONSTRAINT %I %s', constraint_name, constraint_definition) END
FROM kept_index \gexec

-- What is kept beside the charges: their totals, as the saves that completed them would have left them.
TRUNCATE saga_total, saga_total_delta;
INSERT INTO saga_total (bucket, tenant_id, kind, unit, begins_at, provider, currency, requests, amount)
SELECT bucket, tenant_id, kind, unit, date_bin(unit * interval '1 second', second, 'epoch'), provider, currency,
       sum(requests), sum(amount)
FROM (SELECT bucket, tenant_id, kind, date_bin('1 second', submitted_at, 'epoch') AS second, provider, currency,
             count(*) AS requests, sum(amount) AS amount
      FROM saga WHERE kind = 'charge' AND status = 'COMPLETED'
      GROUP BY 1, 2, 3, 4, 5, 6) AS seconds,
     unnest(ARRAY[1, 60, 3600, 86400]) AS unit
GROUP BY 1, 2, 3, 4, 5, 6, 7;

VACUUM (ANALYZE) saga, saga_total, saga_total_delta;
