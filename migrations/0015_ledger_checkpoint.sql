-- Checkpoints of the ledger: what its postings were, in 32 bytes, each chained to the one before it.
--
-- One chain for each tenant, in the bucket in which it is at home. A checkpoint covers every posting of
-- the tenant, of both tables and in all of its buckets, whose id is above the `through_posting` of the
-- one before it and not above its own. What is hashed, and how, is in docs/receipts.md: it can never
-- change.
CREATE TABLE ledger_checkpoint (
    bucket          smallint    NOT NULL,
    tenant_id       integer     NOT NULL,
    checkpoint_id   bigint      NOT NULL CHECK (checkpoint_id > 0),    -- 1, 2, 3 …
    first_posting   bigint      NOT NULL,
    through_posting bigint      NOT NULL,
    postings        bigint      NOT NULL CHECK (postings > 0),
    merkle_root     bytea       NOT NULL CHECK (length(merkle_root) = 32),
    previous_hash   bytea       NOT NULL CHECK (length(previous_hash) = 32),
    root_hash       bytea       NOT NULL CHECK (length(root_hash) = 32),
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, checkpoint_id),
    CHECK (first_posting <= through_posting)
);

-- By which the checkpoint of a posting is found.
CREATE UNIQUE INDEX ledger_checkpoint_through
    ON ledger_checkpoint (bucket, tenant_id, through_posting);

CREATE TRIGGER ledger_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The subtrees of a checkpoint's tree that are over 1024 postings each (the last may have fewer), so
-- that a receipt hashes one of them, and not all.
CREATE TABLE ledger_block (
    bucket        smallint NOT NULL,
    tenant_id     integer  NOT NULL,
    checkpoint_id bigint   NOT NULL,
    block         integer  NOT NULL CHECK (block >= 0),    -- 0, 1, 2 …
    first_posting bigint   NOT NULL,
    root          bytea    NOT NULL CHECK (length(root) = 32),
    -- Of each posting its id (8 bytes) and the first 4 of its hash. Nothing is proved by it: when the
    -- root does not fit, it says which posting is not what it was.
    marks         bytea    NOT NULL CHECK (length(marks) BETWEEN 12 AND 1024 * 12),
    PRIMARY KEY (bucket, tenant_id, checkpoint_id, block)
);

CREATE TRIGGER ledger_block_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_block
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
