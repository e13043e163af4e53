-- Quotes: what an amount will pay out, promised until expires_at, used at most once (payment_id).
-- Amounts are minor units of `currency`, the payout of `payout_currency`, the stablecoin's millionths.
CREATE TABLE quote (
    bucket            smallint    NOT NULL,
    tenant_id         integer     NOT NULL,
    quote_id          uuid        NOT NULL,
    amount            bigint      NOT NULL CHECK (amount > 0),
    currency          text        NOT NULL,
    payout_currency   text        NOT NULL,
    exchange_rate     bigint      NOT NULL CHECK (exchange_rate > 0),  -- scaled by 10^8
    platform_fee      bigint      NOT NULL CHECK (platform_fee >= 0),
    onramp_fee        bigint      NOT NULL CHECK (onramp_fee >= 0),
    offramp_fee       bigint      NOT NULL CHECK (offramp_fee >= 0),
    guaranteed_payout bigint      NOT NULL CHECK (guaranteed_payout > 0),
    source_cost       bigint      NOT NULL CHECK (source_cost > 0),
    rounding          bigint      NOT NULL CHECK (rounding >= 0),
    stablecoin_amount bigint      NOT NULL CHECK (stablecoin_amount > 0),
    onramp            text        NOT NULL,
    offramp           text        NOT NULL,
    rate_source       text        NOT NULL,
    created_at        timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    payment_id        uuid,                 -- NULL: not used yet
    PRIMARY KEY (bucket, tenant_id, quote_id),
    CHECK (amount = platform_fee + onramp_fee + offramp_fee + source_cost + rounding),
    CHECK (expires_at > created_at)
);
