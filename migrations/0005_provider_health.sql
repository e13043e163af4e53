-- What the instances together know of each provider's health, and whose turn it is to ask.
-- One row per provider; a row whose next_check_at has come is claimed by one UPDATE. The table is about
-- the installation, not about a tenant: a reference table where tenants are distributed.
CREATE TABLE provider_health (
    kind            text        NOT NULL,
    name            text        NOT NULL,
    failing         boolean,
    min_response_ms bigint      CHECK (min_response_ms >= 0),
    checked_at      timestamptz,
    next_check_at   timestamptz NOT NULL,
    checker         uuid,
    PRIMARY KEY (kind, name),
    CHECK ((checked_at IS NULL) = (failing IS NULL)),
    CHECK ((checked_at IS NULL) = (min_response_ms IS NULL))
);
