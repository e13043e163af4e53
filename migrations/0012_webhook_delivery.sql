-- Which events go to which endpoints, and what became of it. All of a tenant's are in the bucket in
-- which it is at home, as its endpoints and its numbered events are.

-- Up to which number the tenant's events have been given to its endpoints. There is one as long as it
-- has endpoints. A request that makes or deletes one of these locks it first, and so does the fan-out:
-- neither sees the other half done.
CREATE TABLE webhook_cursor (
    bucket    smallint NOT NULL,
    tenant_id integer  NOT NULL,
    sequence  bigint   NOT NULL CHECK (sequence >= 0),
    version   bigint   NOT NULL,
    PRIMARY KEY (bucket, tenant_id)
)
WITH (fillfactor = 50);

INSERT INTO webhook_cursor (bucket, tenant_id, sequence, version)
SELECT bucket, tenant_id, coalesce(last_sequence, 0), 0
FROM (SELECT DISTINCT bucket, tenant_id FROM webhook_endpoint) AS tenants
LEFT JOIN event_head USING (bucket, tenant_id);

-- Events up to that number were there before the endpoint was.
ALTER TABLE webhook_endpoint ADD COLUMN after_sequence bigint NOT NULL DEFAULT 0;

-- Which instance gives events to endpoints; as event_turn.
CREATE TABLE webhook_turn (
    one     boolean     PRIMARY KEY DEFAULT true CHECK (one),
    version bigint      NOT NULL,
    owner   uuid,
    ends_at timestamptz NOT NULL
);

INSERT INTO webhook_turn (version, ends_at) VALUES (0, '-infinity');

-- One event on its way to one endpoint. Its body is the event's, which is not copied.
CREATE TABLE webhook_delivery (
    bucket          smallint    NOT NULL,
    tenant_id       integer     NOT NULL,
    endpoint_id     uuid        NOT NULL,
    sequence        bigint      NOT NULL CHECK (sequence > 0),  -- of the event
    delivery_id     uuid        NOT NULL,
    event_type      text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('pending', 'delivered', 'dead_lettered')),
    attempts        integer     NOT NULL CHECK (attempts >= 0),  -- by the schedule
    due_at          timestamptz,           -- of the next attempt
    lease_until     timestamptz,           -- an instance attempts it until then
    version         bigint      NOT NULL,  -- a save under an older one changes nothing
    last_attempt_at timestamptz,
    last_status     integer,               -- NULL: no attempt, or no answer to it
    last_error      text,
    answer          text,                  -- the beginning of its body
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, endpoint_id, sequence),
    CHECK ((state = 'pending') = (due_at IS NOT NULL)),
    CHECK (lease_until IS NULL OR state = 'pending')
)
-- A claim changes no column of an index: the row stays in its page, if that has room.
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.2,
      autovacuum_vacuum_cost_delay = 0);

-- First attempts are due in the order of their events.
CREATE INDEX webhook_delivery_due
    ON webhook_delivery (bucket, tenant_id, endpoint_id, due_at, sequence) WHERE state = 'pending';
CREATE INDEX webhook_delivery_dead
    ON webhook_delivery (bucket, tenant_id, endpoint_id, sequence) WHERE state = 'dead_lettered';
CREATE UNIQUE INDEX webhook_delivery_by_id ON webhook_delivery (bucket, tenant_id, delivery_id);

-- Statistics for a table that is empty still: see 0008_first_statistics.sql.
INSERT INTO webhook_delivery (bucket, tenant_id, endpoint_id, sequence, delivery_id, event_type, state,
                              attempts, due_at, version, created_at, updated_at)
SELECT 635, 1, md5((i % 10)::text)::uuid, i, gen_random_uuid(), 'payment.completed', state, 1,
       CASE WHEN state = 'pending' THEN at END, 2, at, at
FROM generate_series(1, 3000) AS i,
     LATERAL (SELECT now() + i * interval '1 ms' AS at,
                     CASE WHEN i % 100 = 50 THEN 'dead_lettered' WHEN i > 2700 THEN 'pending'
                          ELSE 'delivered' END AS state) AS moment;
ANALYZE webhook_delivery;
TRUNCATE webhook_delivery;
