-- What a conversion is beyond its saga: between whom, on which terms.
CREATE TABLE conversion (
    tenant_id           integer     NOT NULL,
    payment_id          uuid        NOT NULL,
    source_account      text        NOT NULL,
    destination_account text        NOT NULL,
    quote_id            uuid        NOT NULL,
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
    PRIMARY KEY (tenant_id, payment_id),
    UNIQUE (tenant_id, quote_id),
    CHECK (source_account <> destination_account)
);

CREATE INDEX conversion_external_id ON conversion (tenant_id, external_id) WHERE external_id IS NOT NULL;

-- A payment whole, of either kind: what is read, listed, and looked at with psql. A leg that was begun
-- when its saga was stored has its requestedAt in `submitted_at` alone.
CREATE VIEW payment AS
SELECT s.tenant_id, s.saga_id AS payment_id, s.kind, s.status, s.version, s.amount, s.currency,
       s.terms, s.legs, s.error_code, s.error_message, s.parked_reason, s.created_at, s.updated_at,
       s.processed_at, s.request_id, s.traceparent,
       c.source_account, c.destination_account, c.quote_id, c.exchange_rate, c.payout_amount,
       c.payout_currency, c.platform_fee, c.onramp_fee, c.offramp_fee, c.execute_at, c.external_id, c.metadata,
       s.submitted_at, s.provider
FROM saga s
LEFT JOIN conversion c ON c.tenant_id = s.tenant_id AND c.payment_id = s.saga_id
WHERE s.kind IN ('charge', 'conversion');
