-- migration: additive
-- Each purge of charges begins an epoch. The versions of a saga begin at the epoch in which it is made, times
-- 2^32: what a saga that is made again after a purge does is told from what its predecessor of the same id did,
-- and no clock has a part in it. Before, versions began at the microsecond of creation; the first epoch is above.
-- Older programs go on as before; only a purge is for those that know it, when some charge has been purged once.
-- One row, about the installation, not about a tenant: a reference table where tenants are distributed.
CREATE TABLE purge_epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint  NOT NULL CHECK (epoch >= 1048576)
);

INSERT INTO purge_epoch (epoch) VALUES (1048576);
