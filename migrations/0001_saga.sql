-- A saga is one row: its legs are one document in it, so that one version fences all of them.
-- `due_at` is when somebody may next touch it: the time of its next run, or the end of its lease while
-- an instance works on it. NULL: nothing left to do by itself (final, or parked for a person).
CREATE TABLE saga (
    tenant_id     integer     NOT NULL,
    saga_id       uuid        NOT NULL,
    kind          text        NOT NULL,
    status        text        NOT NULL,
    version       bigint      NOT NULL DEFAULT 0,
    amount        bigint      NOT NULL CHECK (amount > 0),
    currency      text        NOT NULL,
    terms         jsonb,                -- what its kind agrees on beyond the amount; never changed
    provider      text,                 -- where the current leg is; NULL: still to be chosen
    submitted_at  timestamptz,          -- requestedAt of the current leg
    due_at        timestamptz,
    lease_owner   uuid,
    legs          jsonb,                -- NULL: the plan's legs, untouched
    error_code    text,
    error_message text,
    parked_reason text,
    request_id    text,                 -- of the request that made it, when the client named one
    traceparent   text,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    processed_at  timestamptz,
    PRIMARY KEY (tenant_id, saga_id)
);

-- Two, since claims of one must not step over a queue of the other: what waits for a provider may be
-- long, and what is under way at one must not wait for it.
CREATE INDEX saga_due_unrouted ON saga (kind, due_at) WHERE due_at IS NOT NULL AND provider IS NULL;
CREATE INDEX saga_due_routed ON saga (kind, due_at) WHERE due_at IS NOT NULL AND provider IS NOT NULL;
-- Lists are read by kind and status, newest first, so that a rare one is found without walking through
-- all the others. Without the id: with it the planner took this index for a way to find one saga.
CREATE INDEX saga_list ON saga (tenant_id, kind, status, created_at DESC);
CREATE INDEX saga_parked ON saga (tenant_id, updated_at) WHERE parked_reason IS NOT NULL;
-- The ends of a summary's window, which are not whole seconds.
CREATE INDEX saga_completed ON saga (tenant_id, kind, submitted_at) INCLUDE (provider, amount)
    WHERE status = 'COMPLETED';

-- The history of a saga. `step` is the saga's version that made it, so that it has one order and no
-- step can be written twice; a step may lead through several statuses, a line each.
CREATE TABLE saga_transition (
    tenant_id   integer     NOT NULL,
    saga_id     uuid        NOT NULL,
    step        bigint      NOT NULL,
    line        integer     NOT NULL DEFAULT 0,
    from_status text        NOT NULL,
    to_status   text        NOT NULL,
    message     text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, saga_id, step, line)
);

-- Each purge begins an epoch. The versions of a saga begin at the epoch in which it is made, times
-- 2^32: what a saga that is made again after a purge does is told from what its predecessor of the
-- same id did, and no clock has a part in it.
-- One row, about the installation, not about a tenant: a reference table where tenants are distributed.
CREATE TABLE purge_epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint  NOT NULL CHECK (epoch >= 0)
);

INSERT INTO purge_epoch (epoch) VALUES (0);
