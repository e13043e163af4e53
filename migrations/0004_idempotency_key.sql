-- A key, what it was first used for, and the answer it got, written with the effect in one
-- transaction. status NULL exists only inside that transaction.
CREATE TABLE idempotency_key (
    bucket      smallint    NOT NULL,
    tenant_id   integer     NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      smallint,
    body        text,
    resource_id text,
    location    text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, key)
);
