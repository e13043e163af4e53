-- Wallets: what users have, and what they have promised to each other.
--
-- All wallets of a tenant are in the bucket in which it is at home, and so is everything about them:
-- a transfer is one transaction of one node.
CREATE TABLE wallet (
    bucket        smallint    NOT NULL,
    tenant_id     integer     NOT NULL,
    wallet_id     bigint      NOT NULL,
    user_id       text        NOT NULL,
    name          text        NOT NULL,
    currency      text        NOT NULL,
    balance       bigint      NOT NULL CHECK (balance >= 0),     -- what can be spent
    reserved      bigint      NOT NULL CHECK (reserved >= 0),    -- held for what is not settled yet
    version       bigint      NOT NULL,
    last_posting  bigint      NOT NULL,    -- posting_id of the last one of it; 0: there is none
    frozen_reason text,                    -- it pays nothing; NULL: it is not frozen
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz,             -- its postings remain, so it does, too
    PRIMARY KEY (bucket, tenant_id, wallet_id)
)
-- No index has what changes with a transfer, so that an update leaves the indexes alone.
WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false);
CREATE SEQUENCE wallet_id OWNED BY wallet.wallet_id;

CREATE UNIQUE INDEX wallet_user ON wallet (bucket, tenant_id, user_id) WHERE deleted_at IS NULL;
-- With those that were deleted, whose entries remain.
CREATE INDEX wallet_user_ever ON wallet (bucket, tenant_id, user_id, wallet_id);

-- A movement of money from one wallet to another, or from or to the outside. One that is reserved has
-- its amount in the sender's `reserved`; one that is completed has its posting.
CREATE TABLE wallet_transaction (
    bucket         smallint    NOT NULL,
    tenant_id      integer     NOT NULL,
    transaction_id uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('transfer', 'deposit', 'withdrawal')),
    from_wallet    bigint,             -- NULL: outside
    to_wallet      bigint,             -- NULL: outside
    amount         bigint      NOT NULL CHECK (amount > 0),
    status         text        NOT NULL
        CHECK (status IN ('RESERVED', 'COMPLETED', 'CANCELLED', 'FAILED')),
    moved          bigint,             -- of the amount, as soon as it is completed
    is_hold        boolean     NOT NULL DEFAULT false,    -- until it is captured, or expires
    delay_seconds  bigint,             -- as the client had it, or NULL
    execute_at     timestamptz NOT NULL,    -- of a hold: when it expires
    reason         text,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, transaction_id),
    CHECK (from_wallet IS NOT NULL OR to_wallet IS NOT NULL),
    CHECK (from_wallet IS DISTINCT FROM to_wallet),
    CHECK ((status = 'COMPLETED') = (moved IS NOT NULL)),
    CHECK (moved BETWEEN 1 AND amount)
)
WITH (fillfactor = 60);

CREATE INDEX wallet_transaction_sent
    ON wallet_transaction (bucket, tenant_id, from_wallet, created_at DESC);
CREATE INDEX wallet_transaction_received
    ON wallet_transaction (bucket, tenant_id, to_wallet, created_at DESC);

-- What will be due. An entry has all that it takes to settle it; who takes entries removes them in the
-- transaction that settles them, so that no lease is needed: nothing leaves the database.
CREATE TABLE wallet_due (
    bucket         smallint    NOT NULL,
    due_at         timestamptz NOT NULL,
    tenant_id      integer     NOT NULL,
    transaction_id uuid        NOT NULL,
    from_wallet    bigint      NOT NULL,
    to_wallet      bigint      NOT NULL,
    amount         bigint      NOT NULL,
    is_hold        boolean     NOT NULL,    -- it expires then, and moves nothing
    PRIMARY KEY (bucket, due_at, tenant_id, transaction_id)
)
WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
      vacuum_truncate = false);

-- What was moved, with what each wallet has had after it: balance and reservation together. Ids are
-- taken while the wallets are locked: those of one wallet are in the order of its movements. They are
-- drawn from the sequence of table posting: no two postings of the ledger have the same.
CREATE TABLE wallet_posting (
    bucket         smallint    NOT NULL,
    tenant_id      integer     NOT NULL,
    posting_id     bigint      NOT NULL,
    transaction_id uuid        NOT NULL,
    from_wallet    bigint,
    to_wallet      bigint,
    amount         bigint      NOT NULL CHECK (amount > 0),
    from_after     bigint      CHECK (from_after >= 0),
    to_after       bigint      CHECK (to_after >= 0),
    currency       text        NOT NULL,
    posted_at      timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, posting_id),
    CHECK (from_wallet IS NOT NULL OR to_wallet IS NOT NULL),
    CHECK ((from_wallet IS NULL) = (from_after IS NULL)),
    CHECK ((to_wallet IS NULL) = (to_after IS NULL))
);

CREATE INDEX wallet_posting_sent ON wallet_posting (bucket, tenant_id, from_wallet, posting_id)
    WHERE from_wallet IS NOT NULL;
CREATE INDEX wallet_posting_received ON wallet_posting (bucket, tenant_id, to_wallet, posting_id)
    WHERE to_wallet IS NOT NULL;
CREATE INDEX wallet_posting_outside ON wallet_posting (bucket, tenant_id, posting_id)
    WHERE from_wallet IS NULL OR to_wallet IS NULL;

CREATE TRIGGER wallet_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The last word about conservation, whatever the program thinks: what a wallet has changes by what is
-- posted to and from it since its last posting, and by nothing else.
--
-- Its two tables have no index: one is looked up in the other by a hash, whatever a session allows for
-- its own statements. Row by row, a thousand wallets would be compared a million times.
CREATE FUNCTION wallet_refuse_difference() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = on SET enable_nestloop = off AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT became.wallet_id INTO wrong
    FROM was JOIN became USING (bucket, tenant_id, wallet_id)
    WHERE became.balance + became.reserved - was.balance - was.reserved <>
          coalesce((SELECT sum(p.amount) FROM wallet_posting p
                    WHERE p.bucket = became.bucket AND p.tenant_id = became.tenant_id
                      AND p.to_wallet = became.wallet_id AND p.posting_id > was.last_posting), 0)
        - coalesce((SELECT sum(p.amount) FROM wallet_posting p
                    WHERE p.bucket = became.bucket AND p.tenant_id = became.tenant_id
                      AND p.from_wallet = became.wallet_id AND p.posting_id > was.last_posting), 0)
       OR became.last_posting < was.last_posting
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'wallet % would differ from its postings', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER wallet_conservation AFTER UPDATE ON wallet
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_refuse_difference();
