-- How many sagas of a kind were completed, and what they came to, by provider and by when the provider
-- was sent them (`submitted_at`): what a summary adds up instead of counting rows. Which kinds:
-- `SagaPlan::totalled`.
--
-- A batch of saves inserts deltas, one for each second that it completed sagas of, in the transaction
-- that completes them. Nobody changes a delta, so nobody waits for anybody. Now and then one of the
-- instances takes deltas away and adds them to the totals of their second, minute, hour and day, all
-- in one statement: what deltas and totals of one unit say together is right for every snapshot.
CREATE TABLE saga_total_delta (
    bucket    smallint    NOT NULL,
    tenant_id integer     NOT NULL,
    kind      saga_kind   NOT NULL,
    begins_at timestamptz NOT NULL,     -- of the second
    delta_id  bigint      GENERATED ALWAYS AS IDENTITY,
    provider  text        NOT NULL,
    currency  text        NOT NULL,
    requests  bigint      NOT NULL CHECK (requests > 0),
    amount    bigint      NOT NULL CHECK (amount > 0),
    PRIMARY KEY (bucket, tenant_id, kind, begins_at, delta_id)
)
-- It holds the last few seconds, and over a day as many dead rows as there were batches: vacuumed
-- often, which costs next to nothing. Cutting off its empty end would lock out those who insert.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
      autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
      autovacuum_analyze_threshold = 100000, vacuum_truncate = false);

CREATE TABLE saga_total (
    bucket    smallint    NOT NULL,
    tenant_id integer     NOT NULL,
    kind      saga_kind   NOT NULL,
    unit      integer     NOT NULL CHECK (unit IN (1, 60, 3600, 86400)),  -- seconds
    begins_at timestamptz NOT NULL,
    provider  text        NOT NULL,
    currency  text        NOT NULL,
    requests  bigint      NOT NULL CHECK (requests > 0),
    amount    bigint      NOT NULL CHECK (amount > 0),
    PRIMARY KEY (bucket, tenant_id, kind, unit, begins_at, provider, currency)
)
-- The totals of the present change every few seconds; with room beside them no index entry does.
WITH (fillfactor = 90);

-- Whoever merges, or keeps others from merging, locks its row. One row, about the installation.
CREATE TABLE saga_total_turn (
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);

INSERT INTO saga_total_turn DEFAULT VALUES;
