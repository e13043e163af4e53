-- What happened, as clients are told: the outbox.
--
-- Whatever makes a fact writes it in its own statement: one row of event_body for all facts of a
-- tenant in that statement, and its entry in event_unnumbered. A sequencer gives the facts that are
-- committed their numbers, without gaps, by a row of event_range for each row of event_body. Readers
-- see what is numbered and nothing else, so that no reader knows of holes, of transactions that are
-- open still, or of those that failed.
--
-- A body is written once and never changed: docs/decisions/0019 has what that saves.

-- One line for each fact (include/remit/outbox/fact.hpp). Lines of a batch resemble each other: they
-- are a quarter of their size when compressed, and shorter still together with their neighbours.
CREATE TABLE event_body (
    bucket    smallint    NOT NULL,
    tenant_id integer     NOT NULL,
    -- Taken when the rows that it is about are written and locked: of two facts of a resource, the
    -- later has the higher one, and who numbers what is committed by it keeps their order. It is no
    -- event's number: holes in it mean nothing.
    batch_id  bigint      NOT NULL,
    at        timestamptz NOT NULL,     -- of the transaction
    lines     text        NOT NULL,
    PRIMARY KEY (batch_id, bucket, at)
) PARTITION BY RANGE (at);
CREATE SEQUENCE event_batch_id OWNED BY event_body.batch_id;
-- In the row itself as long as a page has room for it.
ALTER TABLE event_body ALTER COLUMN lines SET STORAGE MAIN;
DO $$
BEGIN
    ALTER TABLE event_body ALTER COLUMN lines SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this PostgreSQL has no lz4: events are compressed more slowly';
END
$$;

-- What has no number yet. It is empty most of the time; its rows come and go.
CREATE TABLE event_unnumbered (
    bucket    smallint    NOT NULL,
    tenant_id integer     NOT NULL,
    batch_id  bigint      NOT NULL,
    at        timestamptz NOT NULL,
    size      integer     NOT NULL CHECK (size > 0),    -- facts
    PRIMARY KEY (bucket, batch_id)
)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
      autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
      autovacuum_analyze_threshold = 100000, vacuum_truncate = false);

-- Numbers first_sequence to first_sequence + size - 1 are the lines of that body, in their order. In
-- the bucket in which the tenant is at home; body_bucket is where its body is.
CREATE TABLE event_range (
    bucket         smallint    NOT NULL,
    tenant_id      integer     NOT NULL,
    first_sequence bigint      NOT NULL CHECK (first_sequence > 0),
    size           integer     NOT NULL CHECK (size > 0),
    body_bucket    smallint    NOT NULL,
    batch_id       bigint      NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, first_sequence, at)
) PARTITION BY RANGE (at);

-- The last number that a tenant's facts have. In the bucket in which it is at home.
CREATE TABLE event_head (
    bucket        smallint NOT NULL,
    tenant_id     integer  NOT NULL,
    last_sequence bigint   NOT NULL CHECK (last_sequence > 0),
    PRIMARY KEY (bucket, tenant_id)
)
WITH (fillfactor = 50);

-- Who gives numbers. It is locked while they are given; an owner whose turn has been taken over gives
-- none. One row, about the installation.
CREATE TABLE event_turn (
    one     boolean     PRIMARY KEY DEFAULT true CHECK (one),
    version bigint      NOT NULL,
    owner   uuid,
    ends_at timestamptz NOT NULL
);

INSERT INTO event_turn (version, ends_at) VALUES (0, '-infinity');

-- A payment must not fail because a partition is missing: what has none is in these.
CREATE TABLE event_body_other PARTITION OF event_body DEFAULT;
CREATE TABLE event_range_other PARTITION OF event_range DEFAULT;

-- Makes the partitions of this month and of the next, and removes those of months that ended so long
-- ago. A partition is made on its own and then attached, which locks out neither readers nor writers.
-- Answers how many it removed.
CREATE FUNCTION event_keep_partitions(keep interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    begins  timestamp;  -- UTC
    parent  text;
    name    text;
    removed integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['event_body', 'event_range'] LOOP
        FOR month IN 0..1 LOOP
            begins := date_trunc('month', now() AT TIME ZONE 'UTC') + month * interval '1 month';
            name := parent || to_char(begins, '_YYYY_MM');
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                           parent, name, begins AT TIME ZONE 'UTC',
                           (begins + interval '1 month') AT TIME ZONE 'UTC');
        END LOOP;
        FOR name IN
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = parent::regclass AND c.relname ~ '_\d{4}_\d{2}$'
              AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
                  < (now() - keep) AT TIME ZONE 'UTC'
        LOOP
            EXECUTE format('DROP TABLE %I', name);
            removed := removed + 1;
        END LOOP;
        EXECUTE format('DELETE FROM %I WHERE at < now() - $1', parent || '_other') USING keep;
    END LOOP;
    RETURN removed;
END
$$;

SELECT event_keep_partitions(interval '30 days');
