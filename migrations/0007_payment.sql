-- What a conversion is beyond its saga: between whom, on which terms.
CREATE TABLE conversion (
    bucket              smallint    NOT NULL,
    tenant_id           integer     NOT NULL,
    payment_id          uuid        NOT NULL,
    source_account      text        NOT NULL,
    destination_account text        NOT NULL,
    quote_id            uuid        NOT NULL,           -- whose row says that it is this one's
    exchange_rate       bigint      NOT NULL CHECK (exchange_rate > 0),  -- scaled by 10^8
    platform_fee        bigint      NOT NULL CHECK (platform_fee >= 0),
    onramp_fee          bigint      NOT NULL CHECK (onramp_fee >= 0),
    offramp_fee         bigint      NOT NULL CHECK (offramp_fee >= 0),
    payout_amount       bigint      NOT NULL CHECK (payout_amount > 0),
    payout_currency     text        NOT NULL,
    execute_at          timestamptz,
    external_id         text,
    -- As the client wrote it: jsonb prints numbers in full, and 64 KiB became 115 MB.
    metadata            text        CHECK (metadata IS NULL OR metadata::json IS NOT NULL),
    PRIMARY KEY (bucket, tenant_id, payment_id),
    CHECK (source_account <> destination_account)
);

CREATE INDEX conversion_external_id ON conversion (bucket, tenant_id, external_id)
    WHERE external_id IS NOT NULL;

-- A payment whole, of either kind: what is read, listed, and looked at with psql.
CREATE VIEW payment AS
SELECT s.bucket, s.tenant_id, s.saga_id AS payment_id, s.kind, s.shelf, s.status, s.version,
       s.amount, s.currency, s.terms, s.legs, s.is_traced, s.provider, s.submitted_at, s.error_code,
       s.error_message, s.parked_reason, s.created_at, s.updated_at, s.processed_at, s.request_id,
       s.traceparent, c.source_account, c.destination_account, c.quote_id, c.exchange_rate,
       c.payout_amount, c.payout_currency, c.platform_fee, c.onramp_fee, c.offramp_fee,
       c.execute_at, c.external_id, c.metadata
FROM saga s
LEFT JOIN conversion c
  ON c.bucket = s.bucket AND c.tenant_id = s.tenant_id AND c.payment_id = s.saga_id
WHERE s.kind IN ('charge', 'conversion');

-- The history of a payment. That of a charge which goes the usual way is not written down: it was
-- sent when its row says, and processed when that says so.
CREATE VIEW payment_history AS
SELECT bucket, tenant_id, saga_id AS payment_id, step, line, from_status, to_status, message, at
FROM saga_transition
UNION ALL
SELECT bucket, tenant_id, saga_id, (version >> 32 << 32) + 1, 0, 'PENDING', 'PROCESSING',
       'Charge sent to a processor', submitted_at
FROM saga
WHERE NOT is_traced AND status <> 'PENDING'
UNION ALL
SELECT bucket, tenant_id, saga_id, version, 0, 'PROCESSING', 'COMPLETED', 'Charge processed',
       processed_at
FROM saga
WHERE NOT is_traced AND status = 'COMPLETED';

-- What a completed charge moved: the processor collected the whole amount and kept its fee of it.
-- Not written down: a completed charge never changes, and a purge writes it before it removes one.
CREATE VIEW charge_posting AS
SELECT s.bucket, s.tenant_id, s.saga_id AS transaction_id, s.version AS step, line.line, line.kind,
       line.debit_account, line.credit_account, line.amount, s.currency, s.processed_at AS posted_at
FROM saga s CROSS JOIN LATERAL (
  VALUES (1, 'charge', 'processor:' || s.provider, 'source_funds', s.amount),
         (2, 'processor_fee', 'fees:processor:' || s.provider, 'processor:' || s.provider,
          coalesce((s.legs::json #>> '{0,fee,0}')::bigint, 0))
) AS line (line, kind, debit_account, credit_account, amount)
WHERE s.kind = 'charge' AND s.status = 'COMPLETED' AND line.amount > 0;

-- The ledger whole.
CREATE VIEW ledger_posting AS
SELECT bucket, tenant_id, transaction_id, step, line, kind, debit_account, credit_account, amount,
       currency, posted_at
FROM posting
UNION ALL
SELECT bucket, tenant_id, transaction_id, step, line, kind, debit_account, credit_account, amount,
       currency, posted_at
FROM charge_posting;
