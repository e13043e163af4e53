-- A saga is one row: its legs are one document in it, so that one version fences all of them.
-- `due_at` is when somebody may next touch it: the time of its next run, or the end of its lease while
-- an instance works on it. NULL: nothing left to do by itself (final, or parked for a person).
CREATE TABLE saga (
    tenant_id     integer     NOT NULL,
    saga_id       uuid        NOT NULL,
    kind          text        NOT NULL,
    status        text        NOT NULL,
    version       bigint      NOT NULL DEFAULT 0,
    amount        bigint      NOT NULL CHECK (amount > 0),
    currency      text        NOT NULL,
    platform_fee  bigint      NOT NULL DEFAULT 0 CHECK (platform_fee >= 0),
    rounding      bigint      NOT NULL DEFAULT 0 CHECK (rounding >= 0),
    provider      text,                 -- where the current leg is; NULL: still to be chosen
    submitted_at  timestamptz,          -- requestedAt of the current leg
    due_at        timestamptz,
    lease_owner   uuid,
    legs          jsonb,                -- NULL: the plan's legs, untouched
    error_code    text,
    error_message text,
    parked_reason text,
    request_id    text,                 -- of the request that made it, when the client named one
    traceparent   text,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    processed_at  timestamptz,
    PRIMARY KEY (tenant_id, saga_id)
);

-- Two, since claims of one must not step over a queue of the other: what waits for a provider may be
-- long, and what is under way at one must not wait for it.
CREATE INDEX saga_due_unrouted ON saga (kind, due_at) WHERE due_at IS NOT NULL AND provider IS NULL;
CREATE INDEX saga_due_routed ON saga (kind, due_at) WHERE due_at IS NOT NULL AND provider IS NOT NULL;
CREATE INDEX saga_newest ON saga (tenant_id, created_at DESC, saga_id DESC);
CREATE INDEX saga_parked ON saga (tenant_id, updated_at) WHERE parked_reason IS NOT NULL;
CREATE INDEX saga_charge_summary ON saga (tenant_id, submitted_at) INCLUDE (provider, amount)
    WHERE kind = 'charge' AND status = 'COMPLETED';

-- The history of a saga; `step` is the saga's version that made it, so that it has one order and no
-- step can be written twice.
CREATE TABLE saga_transition (
    tenant_id   integer     NOT NULL,
    saga_id     uuid        NOT NULL,
    step        bigint      NOT NULL,
    from_status text        NOT NULL,
    to_status   text        NOT NULL,
    message     text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, saga_id, step)
);

-- The ledger. A posting moves `amount` from the credited to the debited account, so that debits equal
-- credits by construction; its key is the movement that made it, so that it cannot be posted twice.
CREATE TABLE posting (
    tenant_id      integer     NOT NULL,
    transaction_id uuid        NOT NULL,
    step           bigint      NOT NULL,
    line           integer     NOT NULL,
    kind           text        NOT NULL,
    debit_account  text        NOT NULL,
    credit_account text        NOT NULL,
    amount         bigint      NOT NULL CHECK (amount > 0),
    currency       text        NOT NULL,
    posted_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, transaction_id, step, line),
    CHECK (debit_account <> credit_account)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A key, what it was first used for, and the answer it got, written with the effect in one transaction.
-- status NULL exists only inside that transaction.
CREATE TABLE idempotency_key (
    tenant_id   integer     NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      smallint,
    body        text,
    resource_id text,
    location    text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
