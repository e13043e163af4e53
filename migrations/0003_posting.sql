-- The ledger. A posting moves `amount` from the credited to the debited account, so that debits equal
-- credits by construction; its key is the movement that made it, so that it cannot be posted twice.
CREATE TABLE posting (
    bucket         smallint    NOT NULL,
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
    PRIMARY KEY (bucket, tenant_id, transaction_id, step, line),
    CHECK (debit_account <> credit_account)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
