-- What the postings of a tenant come to, up to a number: a trial balance adds up these and the
-- postings above it, and not all that there are. A job moves the number on, behind the checkpoints:
-- what a checkpoint covers is committed, and never changes. Settlement has no part in it.
CREATE TABLE ledger_total_bound (
    bucket          smallint NOT NULL,
    tenant_id       integer  NOT NULL,
    through_posting bigint   NOT NULL,
    PRIMARY KEY (bucket, tenant_id)
);

-- Of both tables of postings, in all buckets of the tenant; in the one in which it is at home.
CREATE TABLE ledger_total (
    bucket       smallint NOT NULL,
    tenant_id    integer  NOT NULL,
    currency     text     NOT NULL,
    postings     bigint   NOT NULL,
    amount       bigint   NOT NULL,
    to_wallets   bigint   NOT NULL,
    from_wallets bigint   NOT NULL,
    PRIMARY KEY (bucket, tenant_id, currency)
);
