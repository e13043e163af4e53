-- A saga is one row: its legs are one document in it, so that one version fences all of them.
--
-- The first column of every key is the bucket that the row is in (include/remit/base/tenant.hpp),
-- so that a cell can hold some buckets and not others. No constraint spans buckets.
--
-- No index contains, and no predicate of one names, what changes while a saga goes its usual way:
-- then an update leaves the indexes alone (heap-only tuple), as long as its page has room.
--
-- Columns of keys have a fixed width: comparing texts was a third of what an insertion costs.

-- The kinds of sagas that there are. A feature adds its own, by ALTER TYPE in a migration.
CREATE TYPE saga_kind AS ENUM ('charge', 'conversion');

CREATE TABLE saga (
    bucket        smallint    NOT NULL CHECK (bucket BETWEEN 0 AND 1023),
    tenant_id     integer     NOT NULL,
    saga_id       uuid        NOT NULL,
    kind          saga_kind   NOT NULL,
    status        text        NOT NULL,
    version       bigint      NOT NULL DEFAULT 0,
    amount        bigint      NOT NULL CHECK (amount > 0),
    currency      text        NOT NULL,
    terms         jsonb,                -- what its kind agrees on beyond the amount; never changed
    provider      text,                 -- where the current leg is; NULL: still to be chosen
    submitted_at  timestamptz,          -- requestedAt of the current leg
    due_at        timestamptz,          -- as in saga_queue; NULL: it has no entry there
    lease_owner   uuid,
    -- Whether its history is in saga_transition. Until something unusual happens to a saga of some
    -- kinds it follows from the row: see SagaPlan::history_follows.
    is_traced     boolean     NOT NULL DEFAULT true,
    -- Its status, by which lists find it; empty while a saga whose history follows goes its usual
    -- way, from PENDING to COMPLETED.
    shelf         text        NOT NULL,
    -- What differs from the legs of its plan; NULL: nothing.
    legs          text,
    error_code    text,
    error_message text,
    parked_reason text,
    request_id    text,                 -- of the request that made it, when the client named one
    traceparent   text,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    processed_at  timestamptz,
    PRIMARY KEY (bucket, tenant_id, saga_id)
)
-- Half of a page is for what its rows become: nine of ten updates leave the indexes alone then.
WITH (fillfactor = 50);

-- Lists are read newest first; what has left the usual way by its status, so that a rare one is
-- found without walking through all the others. Without the id: with it the planner took these
-- indexes for a way to find one saga.
CREATE INDEX saga_recent ON saga (bucket, tenant_id, kind, created_at DESC);
CREATE INDEX saga_shelf ON saga (bucket, tenant_id, kind, shelf, created_at DESC)
    WHERE shelf <> '';

-- The ends of a summary's window, which are not whole seconds.
CREATE INDEX saga_submitted ON saga (bucket, tenant_id, kind, submitted_at)
    WHERE submitted_at IS NOT NULL;

-- The work that there is: sagas that are due, or will be. `due_at` is when somebody may next touch
-- one: the time of its next run, or the end of its lease while an instance works on it. A saga
-- without an entry is in a lease of several (below), or has nothing left to do by itself (final, or
-- parked for a person).
--
-- Those that wait for a provider (not routed) and those that have one are two queues: the first may
-- be long, and what is under way must not wait for it. Within each a tenant's work stands together,
-- so that the next tenant is found without walking through it.
CREATE TABLE saga_queue (
    bucket    smallint    NOT NULL,
    kind      saga_kind   NOT NULL,
    routed    boolean     NOT NULL,
    tenant_id integer     NOT NULL,
    due_at    timestamptz NOT NULL,
    saga_id   uuid        NOT NULL,
    PRIMARY KEY (bucket, kind, routed, tenant_id, due_at, saga_id)
)
-- Its rows come and go: vacuumed often, which costs little while it is short. Cutting off its empty
-- end would lock out those who insert.
WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
      vacuum_truncate = false);

-- The lease of sagas that their owner began as it stored them, together: one entry for all of them.
-- Those are in it that have been written no more since, which their version says; so what leaves it
-- needs no change here. The owner removes it when all have left. When it ends before that, claims
-- move into the queue what is left.
CREATE TABLE saga_lease (
    bucket     smallint    NOT NULL,
    ends_at    timestamptz NOT NULL,
    lease_id   uuid        NOT NULL,
    kind       saga_kind   NOT NULL,    -- of all that are in it, like the version
    version    bigint      NOT NULL,
    tenant_ids integer[]   NOT NULL,
    saga_ids   uuid[]      NOT NULL,    -- in the same order
    PRIMARY KEY (bucket, ends_at, lease_id)
)
WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
      vacuum_truncate = false);

-- The work that there is, whole.
CREATE VIEW saga_work AS
SELECT bucket, kind, routed, due_at, tenant_id, saga_id
FROM saga_queue
UNION ALL
SELECT l.bucket, l.kind, true, l.ends_at, s.tenant_id, s.saga_id
FROM saga_lease l
CROSS JOIN LATERAL unnest(l.tenant_ids, l.saga_ids) AS member (tenant_id, saga_id)
JOIN saga s ON s.bucket = l.bucket AND s.tenant_id = member.tenant_id
           AND s.saga_id = member.saga_id AND s.version = l.version AND s.due_at IS NULL;

-- The history of a saga. `step` is the saga's version that made it, so that it has one order and no
-- step can be written twice; a step may lead through several statuses, a line each.
CREATE TABLE saga_transition (
    bucket      smallint    NOT NULL,
    tenant_id   integer     NOT NULL,
    saga_id     uuid        NOT NULL,
    step        bigint      NOT NULL,
    line        integer     NOT NULL DEFAULT 0,
    from_status text        NOT NULL,
    to_status   text        NOT NULL,
    message     text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, saga_id, step, line)
);

-- Each purge begins an epoch. The versions of a saga begin at the epoch in which it is made, times
-- 2^32: what a saga that is made again after a purge does is told from what its predecessor of the
-- same id did, and no clock has a part in it.
-- One row, about the installation, not about a bucket: a reference table where buckets are
-- distributed.
CREATE TABLE purge_epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint  NOT NULL CHECK (epoch >= 0)
);

INSERT INTO purge_epoch (epoch) VALUES (0);
