-- Statistics for tables that are empty still: without any, every index that begins with bucket and
-- tenant looks as good as the primary key, and lanes keep the plan that they make then until there
-- is something to count. The rows are gone again at the end of this migration; the statistics stay
-- until PostgreSQL counts real ones.
INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, provider,
                  submitted_at, due_at, is_traced, shelf, legs, created_at, updated_at, processed_at)
SELECT 635, 1, gen_random_uuid(), (CASE WHEN i % 10 = 0 THEN 'conversion' ELSE 'charge' END)::saga_kind,
       CASE WHEN i % 5 > 0 THEN 'COMPLETED' WHEN i % 2 = 0 THEN 'PROCESSING' ELSE 'PENDING' END,
       i, 100 + i, 'BRL', CASE WHEN i % 10 <> 5 THEN 'default' END,
       CASE WHEN i % 10 <> 5 THEN at END, CASE WHEN i % 5 = 0 THEN at END,
       i % 10 = 0, CASE WHEN i % 10 = 0 THEN 'PROCESSING' ELSE '' END, '[]', at, at, CASE WHEN i % 5 > 0 THEN at END
FROM generate_series(1, 3000) AS i, LATERAL (SELECT now() + i * interval '1 ms' AS at) AS moment;

INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id)
SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, saga_id
FROM saga WHERE due_at IS NOT NULL;

INSERT INTO conversion (bucket, tenant_id, payment_id, source_account, destination_account,
                        quote_id, exchange_rate, platform_fee, onramp_fee, offramp_fee,
                        payout_amount, payout_currency)
SELECT bucket, tenant_id, saga_id, 'a', 'b', gen_random_uuid(), 100000000, 1, 1, 1, 1, 'EUR'
FROM saga;

INSERT INTO quote (bucket, tenant_id, quote_id, amount, currency, payout_currency, exchange_rate,
                   platform_fee, onramp_fee, offramp_fee, guaranteed_payout, source_cost, rounding,
                   stablecoin_amount, onramp, offramp, rate_source, created_at, expires_at)
SELECT bucket, tenant_id, saga_id, 100, 'USD', 'EUR', 100000000, 1, 1, 1, 97, 97, 0, 97, 'a', 'b',
       'c', created_at, created_at + interval '1 min'
FROM saga;

INSERT INTO idempotency_key (bucket, tenant_id, key, fingerprint, status, body, created_at)
SELECT bucket, tenant_id, saga_id::text, '\x00', 202, '{}', created_at FROM saga;

INSERT INTO saga_transition (bucket, tenant_id, saga_id, step, from_status, to_status, message, at)
SELECT bucket, tenant_id, saga_id, 1, 'PENDING', 'PROCESSING', '', created_at FROM saga;

ANALYZE saga, saga_queue, saga_transition, conversion, quote, idempotency_key;
TRUNCATE saga, saga_queue, saga_transition, conversion, quote, idempotency_key;
