-- A leg that was begun when its saga was stored has its requestedAt in the saga's column alone, so
-- whoever reads legs needs that column too.
CREATE OR REPLACE VIEW payment AS
SELECT s.tenant_id, s.saga_id AS payment_id, s.kind, s.status, s.version, s.amount, s.currency,
       s.platform_fee, s.rounding, s.legs, s.error_code, s.error_message, s.parked_reason, s.created_at,
       s.updated_at, s.processed_at, s.request_id, s.traceparent,
       c.source_account, c.destination_account, c.quote_id, c.exchange_rate, c.payout_amount,
       c.payout_currency, c.onramp_fee, c.offramp_fee, c.execute_at, c.external_id, c.metadata,
       s.submitted_at
FROM saga s
LEFT JOIN conversion c ON c.tenant_id = s.tenant_id AND c.payment_id = s.saga_id
WHERE s.kind IN ('charge', 'conversion');
