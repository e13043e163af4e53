-- A number for each posting, of this table and of those of wallets: what the ledger is listed and
-- proved by. It is drawn by the statement that posts. Two transactions at once may draw a lower number
-- and commit later: who needs to know that a range is complete waits for them (checkpoints).
CREATE SEQUENCE posting_number;

-- Rewrites the table once: what is there is numbered as it is found.
ALTER TABLE posting ADD COLUMN posting_id bigint NOT NULL DEFAULT nextval('posting_number');

CREATE UNIQUE INDEX posting_in_order ON posting (bucket, tenant_id, posting_id);
