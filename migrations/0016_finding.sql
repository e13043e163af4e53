-- What does not agree with what it should, as reconciliation found it. The same mismatch is one row
-- until it is gone.
CREATE TABLE finding (
    bucket       smallint    NOT NULL,
    tenant_id    integer     NOT NULL,
    finding_id   uuid        NOT NULL,
    kind         text        NOT NULL,
    resource     text        NOT NULL,
    expected     text        NOT NULL,    -- JSON, like `found`
    found        text        NOT NULL,
    done         text,                    -- NULL: it is left to a person
    found_at     timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    resolved_at  timestamptz,
    PRIMARY KEY (bucket, tenant_id, finding_id)
);

CREATE UNIQUE INDEX finding_open ON finding (bucket, tenant_id, kind, resource)
    WHERE resolved_at IS NULL;
CREATE INDEX finding_recent ON finding (bucket, tenant_id, found_at DESC, finding_id DESC);

-- Of several instances one reconciles. One row, about the installation.
CREATE TABLE reconciliation_turn (
    one      boolean     PRIMARY KEY DEFAULT true CHECK (one),
    begun_at timestamptz NOT NULL
);

INSERT INTO reconciliation_turn (begun_at) VALUES ('-infinity');
