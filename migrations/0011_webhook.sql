-- Where a tenant wants to be told what happened.
--
-- In the bucket in which the tenant is at home, as its numbered events are. Secrets, and the headers
-- of the tenant's own, which may hold some, are sealed (include/remit/webhooks/key_ring.hpp): the
-- database has nothing to sign or to log in with.
CREATE TABLE webhook_endpoint (
    bucket              smallint    NOT NULL,
    tenant_id           integer     NOT NULL,
    endpoint_id         uuid        NOT NULL,
    url                 text        NOT NULL,
    events              text        NOT NULL,  -- "payment.* wallet.updated"
    description         text        NOT NULL,
    mode                text        NOT NULL CHECK (mode IN ('full', 'thin')),
    max_per_second      integer     NOT NULL CHECK (max_per_second >= 0),  -- 0: no limit
    header_names        text        NOT NULL,  -- "X-One X-Two"
    headers             text,                  -- sealed: {"X-One":"…"}; NULL: there are none
    signature           text        NOT NULL CHECK (signature IN ('v1', 'v1a')),
    secret              text        NOT NULL,  -- sealed
    public_key          text,                  -- of v1a
    -- After a rotation: both keys sign until then.
    previous_secret     text,                  -- sealed
    previous_public_key text,
    previous_until      timestamptz,
    enabled             boolean     NOT NULL,
    disabled_reason     text        CHECK (disabled_reason IN ('requested', 'gone')),
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (bucket, tenant_id, endpoint_id),
    CHECK ((signature = 'v1a') = (public_key IS NOT NULL)),
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
    CHECK (enabled = (disabled_reason IS NULL))
);

CREATE INDEX webhook_endpoint_recent
    ON webhook_endpoint (bucket, tenant_id, created_at DESC, endpoint_id DESC);
