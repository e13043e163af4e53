-- Metadata is given back as the client wrote it. jsonb prints numbers in full: 64 KiB became 115 MB. Of what is
-- there already, that which would become much is left out; it stays in `metadata`. It is printed here, once, since
-- how much it becomes can only be seen by printing it, which no read should have to do. Not additive: what a program
-- of before adds to `metadata` nobody prints.
ALTER TABLE conversion ADD COLUMN metadata_text text
  CONSTRAINT conversion_metadata_is_json CHECK (metadata_text IS NULL OR metadata_text::json IS NOT NULL);
UPDATE conversion SET metadata_text = metadata::text WHERE octet_length(metadata::text) <= 65536;

-- What is read of a payment. Not `payment` with more columns: a program that runs has prepared `SELECT *` from it.
CREATE VIEW payment_whole AS
SELECT s.tenant_id, s.saga_id AS payment_id, s.kind, s.status, s.version, s.amount, s.currency,
       s.platform_fee, s.rounding, s.legs, s.error_code, s.error_message, s.parked_reason, s.created_at,
       s.updated_at, s.processed_at, s.request_id, s.traceparent,
       c.source_account, c.destination_account, c.quote_id, c.exchange_rate, c.payout_amount,
       c.payout_currency, c.onramp_fee, c.offramp_fee, c.execute_at, c.external_id,
       c.metadata_text AS metadata, s.submitted_at, s.provider
FROM saga s
LEFT JOIN conversion c ON c.tenant_id = s.tenant_id AND c.payment_id = s.saga_id
WHERE s.kind IN ('charge', 'conversion');
