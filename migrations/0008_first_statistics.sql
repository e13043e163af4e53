-- Statistics for tables that are empty still: without any, every index that begins with the tenant
-- looks as good as the primary key, and lanes keep the plan that they make then until there is
-- something to count. The rows are gone again at the end of this migration; the statistics stay until
-- PostgreSQL counts real ones.
INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, provider, submitted_at,
                  due_at, legs, created_at, updated_at, processed_at)
SELECT 1, gen_random_uuid(), CASE WHEN i % 10 = 0 THEN 'conversion' ELSE 'charge' END,
       CASE WHEN i % 5 > 0 THEN 'COMPLETED' WHEN i % 2 = 0 THEN 'PROCESSING' ELSE 'PENDING' END,
       i, 100 + i, 'BRL', CASE WHEN i % 10 <> 5 THEN 'default' END,
       CASE WHEN i % 10 <> 5 THEN at END, CASE WHEN i % 5 = 0 THEN at END,
       '[]', at, at, CASE WHEN i % 5 > 0 THEN at END
FROM generate_series(1, 3000) AS i, LATERAL (SELECT now() + i * interval '1 ms' AS at) AS moment;

INSERT INTO conversion (tenant_id, payment_id, source_account, destination_account, quote_id,
                        exchange_rate, platform_fee, onramp_fee, offramp_fee, payout_amount,
                        payout_currency)
SELECT tenant_id, saga_id, 'a', 'b', gen_random_uuid(), 100000000, 1, 1, 1, 1, 'EUR' FROM saga;

ANALYZE saga, conversion;
TRUNCATE saga, conversion;
