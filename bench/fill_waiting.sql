-- Copies of one conversion that waits for its next poll, an hour from now.
-- psql -v id=PAYMENT_ID -v count=100000 <bench/fill_waiting.sql
\set ON_ERROR_STOP on
CREATE TEMP TABLE twin AS
SELECT s.* FROM saga s, generate_series(1, :count) WHERE s.saga_id = :'id';
UPDATE twin SET saga_id = gen_random_uuid(), due_at = now() + interval '1 hour';
INSERT INTO saga SELECT * FROM twin;
INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, saga_id FROM twin;

INSERT INTO conversion
SELECT (jsonb_populate_record(c, jsonb_build_object('payment_id', t.saga_id, 'quote_id', gen_random_uuid()))).*
FROM conversion c, twin t
WHERE c.payment_id = :'id';
ANALYZE saga;
ANALYZE saga_queue;
ANALYZE conversion;
