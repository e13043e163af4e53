-- The tenants of the installation, and the keys of their clients. Like provider_health they are about
-- the installation, and a tenant's bucket is not known before its row is: reference tables where
-- tenants are distributed.
CREATE TABLE tenant (
    tenant_id     integer     PRIMARY KEY CHECK (tenant_id > 0),
    name          text        NOT NULL UNIQUE,
    home          smallint    NOT NULL CHECK (home BETWEEN 0 AND 1023),
    spread        smallint    NOT NULL CHECK (spread BETWEEN 1 AND 1024),
    max_in_flight integer     CHECK (max_in_flight > 0),  -- NULL: no bound
    created_at    timestamptz NOT NULL
);

-- Whose requests they are while auth.mode is "none".
INSERT INTO tenant (tenant_id, name, home, spread, created_at) VALUES (1, 'default', 635, 1, now());

CREATE TABLE api_key (
    key_id              uuid        PRIMARY KEY,
    tenant_id           integer     NOT NULL REFERENCES tenant,
    name                text        NOT NULL,
    scopes              text        NOT NULL,  -- "payments:read payments:write"
    secret_hash         text        NOT NULL CHECK (length(secret_hash) = 64),  -- SHA-256 of the secret
    requests_per_second bigint      CHECK (requests_per_second >= 0),  -- NULL: the usual limit; 0: none
    burst               bigint      CHECK (burst >= 0),
    created_at          timestamptz NOT NULL,
    expires_at          timestamptz,
    replaced_at         timestamptz,           -- rotated: not good any more from then on
    last_used_at        timestamptz,           -- to about a minute
    revoked_at          timestamptz,
    made_by             uuid,                  -- the key that made it; NULL: an operator
    CHECK ((requests_per_second IS NULL) = (burst IS NULL))
);

CREATE INDEX api_key_recent ON api_key (tenant_id, created_at DESC, key_id DESC);
